"""An image that ends as another user copies folders that stay root's.

What: a COPY or ADD of a folder of the build's context, without `--chown`, into an image whose last
USER is not root; no line gives them away later. Single files, and what comes from another stage,
are none of this.
Why it bites: COPY does not care for USER: the program may read the folder and not write in it, and
fails at its first log, cache or database file there.
Evidence: the line, and the USER.
Fix: `--chown` with that user, where a line before makes it or it is a number. Unsafe: the program
may then change its own code. Takes effect with the next build.
Source: docs.docker.com/reference/dockerfile ("COPY --chown").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.dockerfiles import BuiltFrom, builds, creates, unowned_copies, user_of
from nebtui.facts.dockerfile import Instruction
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.docker_build import finding, instruction_fix, of_finding
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Rule

NAME = "unowned-copy"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and line."""
    for built in builds(snapshot):
        user = user_of(built.dockerfile)
        for line in unowned_copies(built.dockerfile):
            yield finding(
                NAME,
                built,
                line,
                f"copies files that {user} cannot write",
                (f"USER {user}",),
                "unsafe" if _known(built, line) else "display",
                f"add --chown={user}",
            )


def _known(built: BuiltFrom, line: Instruction) -> bool:
    """The user exists when the line is run."""
    user = user_of(built.dockerfile) or ""
    return user.partition(":")[0].isdecimal() or creates(built.dockerfile, user, line)


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Give the files to the user."""
    built, line = of_finding(snapshot, finding)
    user = user_of(built.dockerfile)
    if not user or not _known(built, line):
        raise NoFixError("no line before makes that user; give it the files by its number")
    new = re.sub(r"(?i)^(\s*(?:COPY|ADD))\s+", rf"\1 --chown={user} ", line.text, count=1)
    title = f"give the files of {built.key} to {user}"
    return instruction_fix(built, line, new, title, "unsafe")


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
