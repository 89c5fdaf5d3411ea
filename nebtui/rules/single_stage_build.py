"""An image that a service builds installs its dependencies in its only stage.

What: the Dockerfile has one FROM, and a RUN that installs packages of a language, compiles, or
brings a compiler.
Why it bites: what only building needs, compilers, headers, caches, is in the image for ever: it is
larger to pull, slower to start on a new machine, and more of it can be attacked.
Evidence: the line.
Fix: by hand: a stage for building, and `COPY --from` of what it made.
Source: docs.docker.com/build/building/multi-stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.dockerfiles import builds, dependency_install
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.docker_build import finding
from nebtui.rules.rule import Finding, Rule

NAME = "single-stage-build"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service that builds."""
    for built in builds(snapshot):
        if found := dependency_install(built.dockerfile):
            line, what = found
            yield finding(
                NAME,
                built,
                line,
                "installs its dependencies in its only stage, with all that installing needs",
                (f"one FROM, and {what}",),
                "display",
                "install them in a stage of their own, and COPY --from what is needed to run",
            )


RULE = Rule(
    name=NAME,
    severity="advice",
    key="",
    manual=__doc__,
    find=find,
)
