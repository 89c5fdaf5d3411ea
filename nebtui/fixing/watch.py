"""Watch: whether a written patch is seen to work on the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nebtui import rules
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding

if TYPE_CHECKING:
    # Planning loads the editor; watching runs on the home screen from the first paint.
    from nebtui.fixing.patch import Patch

State = Literal["written", "seen", "wrong"]

SETTLE = 30.0
"""Seconds after the recreation until an effect that is still missing is called wrong."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A written patch on its way to being seen."""

    patch: Patch
    written_at: float
    entry: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`written` (not yet running), `seen`, or `wrong` with what is still missing."""

    state: State
    message: str


def verdict(snapshot: Snapshot, watched: Watched, now: float) -> Verdict:
    """What of a written patch can be seen now: containers created after the write, the rules'
    observed conditions."""
    created: list[float] = []
    for recreate in watched.patch.recreate:
        for service in recreate.services:
            containers = snapshot.containers_of(ServiceKey(recreate.project, service))
            name = f"{recreate.project.name}/{service}"
            if not containers:
                return Verdict("written", f"written, not yet running: {name} has no container")
            if any(c.created < watched.written_at - 1 for c in containers):
                return Verdict("written", f"written, not yet running: {name} is the old one")
            if idle := next((c for c in containers if not _works(c)), None):
                return Verdict("written", f"written, not seen yet: {name} is {idle.state}")
            created += [c.created for c in containers]
    for finding in watched.patch.findings:
        seen = rules.rule(finding.rule).seen
        result = seen(snapshot, finding) if seen else None
        if result is not None and not result.done:
            late = (
                bool(created) and now - max(created) > SETTLE and not _restarting(snapshot, finding)
            )
            state, word = ("wrong", "still wrong") if late else ("written", "not seen yet")
            return Verdict(state, f"{word}: {result.missing}")  # type: ignore[arg-type]
    return Verdict("seen", "seen to work on the host")


def _works(container: Container) -> bool:
    """It runs, or is a job that ended with 0: one that is only created, restarts or failed shows
    nothing of a fix."""
    inspection = container.inspection
    done = container.state == "exited" and inspection is not None and inspection.exit_code == 0
    return container.state == "running" or done


def _restarting(snapshot: Snapshot, finding: Finding) -> bool:
    """The engine waits up to a minute before it restarts a container again: no verdict until it
    did."""
    keys = [key for key in (finding.at, finding.target) if key]
    return any(c.state == "restarting" for key in keys for c in snapshot.containers_of(key))
