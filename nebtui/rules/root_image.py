"""An image that a service builds runs as root.

What: the stage that is built sets no USER on a base that is known to run as root, or ends with
`USER root`; the service sets no `user` either, and nothing in it becomes another user by itself.
Why it bites: a break-out of the program is one of root; files it writes to a mount belong to root.
Evidence: the FROM or USER line, and what is known of the base.
Fix: by hand, in the words of the base: a user is added (`adduser -D` on Alpine, `useradd -m`
elsewhere; images of Node.js have `node`), and `USER` behind what needs root.
Source: docs.docker.com/build/building/best-practices ("USER").
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.dockerfiles import (
    base_line,
    builds,
    drops_privileges,
    last_user,
    user_of,
)
from nebtui.facts.dockerfile import Dockerfile
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import about, repository
from nebtui.knowledge.bases import programs_of_base
from nebtui.rules.docker_build import finding
from nebtui.rules.rule import Finding, Rule

NAME = "root-image"
_OTHER_USERS = ("nonroot", "rootless", "unprivileged", "chainguard", "cgr.dev", "distroless")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service that builds."""
    for built in builds(snapshot):
        source = built.dockerfile
        if built.service.user or drops_privileges(source) or not _runs_as_root(source):
            continue
        user = last_user(source)
        base = source.chain[0].base
        yield finding(
            NAME,
            built,
            user or base_line(source),
            "builds an image that runs as root",
            () if user else (f"no USER, and {base} runs as root",),
            "display",
            _remedy(base),
        )


def _remedy(base: str) -> str:
    """What to write by hand: Alpine has no `useradd`, and in images of Node.js the user `node` has
    the id 1000 already."""
    name, tag = repository(base)
    if name.rpartition("/")[2] == "node":
        return "set USER node behind what needs root: the image has that user"
    alpine = "alpine" in f"{name}:{tag}"
    added = "adduser -D -u 1000 appuser" if alpine else "useradd -m -u 1000 appuser"
    return f"add a user (RUN {added}) and USER appuser behind what needs root"


def _runs_as_root(source: Dockerfile) -> bool:
    user = user_of(source)
    if user is None:
        return True
    base = source.chain[0].base
    if user or last_user(source) is not None or any(word in base for word in _OTHER_USERS):
        return False
    server = about(base)
    # A server such as nginx becomes another user by itself; languages and distributions do not.
    return programs_of_base(base) is not None and (server is None or server.role == "base")


RULE = Rule(
    name=NAME,
    severity="advice",
    key="",
    manual=__doc__,
    find=find,
)
