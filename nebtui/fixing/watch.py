"""Watch: whether a written patch is seen to work on the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from nebtui import rules
from nebtui.analysis.drift import current
from nebtui.analysis.readiness import readiness
from nebtui.analysis.swarm_verdict import services_of
from nebtui.analysis.swarm_verdict import verdict as swarm_verdict
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm
from nebtui.light_dataclass import dataclass
from nebtui.rules.guarded import observation
from nebtui.rules.rule import Finding, Recreate

if TYPE_CHECKING:
    # Planning loads the editor; watching runs on the home screen from the first paint.
    from nebtui.fixing.patch import Patch
    from nebtui.fixing.proposal import Proposal

State = Literal["written", "seen", "wrong"]

SETTLE = 30.0
"""Seconds after the recreation until an effect that is still missing is called wrong."""
UNWELL = frozenset({"failed", "degraded", "waiting", "starting", "absent"})
"""Verdicts on a service that is not seen to work."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A written patch on its way to being seen."""

    patch: Patch | Proposal
    """What was written, or what was shown of it where it is on another machine's disk."""
    written_at: float
    entry: int
    hashes: Mapping[ServiceKey, str] = field(default_factory=dict)
    """The configuration hash of each service it concerns, as it was before the write."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`written` (not yet running), `seen`, or `wrong` with what is still missing."""

    state: State
    message: str
    needs_up: bool = False
    """What runs is older than the write: an `up`, or a deployment, puts it into effect."""


def hashes_of(snapshot: Snapshot, patch: Patch | Proposal) -> dict[ServiceKey, str]:
    """The hashes of the services that a patch concerns, as the snapshot has them."""
    return {
        ServiceKey(r.project, service): project.hashes.get(service, "")
        for r in patch.recreate
        if (project := snapshot.projects.get(r.project))
        for service in r.services
    }


def verdict(snapshot: Snapshot, watched: Watched, now: float) -> Verdict:
    """What of a written patch can be seen now: containers created after the write, the rules'
    observed conditions."""
    created: list[float] = []
    for recreate in watched.patch.recreate:
        if recreate.stack:
            if found := _not_deployed(snapshot, recreate, watched.written_at):
                return found
            continue
        for service in recreate.services:
            containers = snapshot.containers_of(ServiceKey(recreate.project, service))
            name = f"{recreate.project.name}/{service}"
            if not containers:
                return Verdict(
                    "written", f"written · needs `up`: {name} has no container", needs_up=True
                )
            key = ServiceKey(recreate.project, service)
            old = (c for c in containers if c.created < watched.written_at - 1)
            if any(not _as_written(snapshot, watched, key, c) for c in old):
                return Verdict(
                    "written",
                    f"written · needs `up`: {name} still runs the previous configuration",
                    needs_up=True,
                )
            if idle := next((c for c in containers if not _works(c)), None):
                return Verdict("written", f"written, not seen yet: {name} is {idle.state}")
            created += [c.created for c in containers]
    if any(recreate.stack for recreate in watched.patch.recreate):
        # Its containers carry no label of Compose, and run on other machines too.
        return Verdict("seen", "deployed as written, its tasks run")
    for finding in watched.patch.findings:
        result = observation(rules.rule(finding.rule), snapshot, finding)
        if result is not None and not result.done:
            if _restarting(snapshot, finding):
                later = "the engine starts it again by itself"
                return Verdict("written", f"not seen yet: {result.missing}; {later}")
            if created and now - max(created) > SETTLE:
                return Verdict("wrong", f"still wrong: {result.missing}")
            return Verdict("written", f"not seen yet: {result.missing}")
    return Verdict("seen", "seen to work on the host")


def not_well(snapshot: Snapshot, watched: Watched) -> str:
    """Which of the services that a patch recreates do not serve (yet), with their state: `litellm
    starting`; "" where all do. What was mended is in effect in them all the same."""
    told = [
        f"{service} {found.state}"
        for recreate in watched.patch.recreate
        if not recreate.stack
        for service in recreate.services
        if (found := readiness(snapshot, ServiceKey(recreate.project, service))).word in UNWELL
    ]
    return ", ".join(told)


def _not_deployed(snapshot: Snapshot, recreate: Recreate, written_at: float) -> Verdict | None:
    """Why the services of a stack do not run what was written then; None where they do."""
    swarm, known = snapshot.swarm or Swarm(), services_of(snapshot, recreate.project)
    for name in recreate.services or tuple(known):
        one = known.get(name)
        if one is None or one.changed < written_at - 1:
            told = f"written · needs a deployment (U): {recreate.project.name}/{name}"
            return Verdict("written", told, needs_up=True)
        if (found := swarm_verdict(swarm, one)).word not in ("ready", "completed"):
            told = f"written, not seen yet: {recreate.project.name}/{name} {found.label}"
            return Verdict("written", told)
    return None


def _as_written(
    snapshot: Snapshot, watched: Watched, key: ServiceKey, container: Container
) -> bool:
    """An older container is what Compose would make of the new file: the fix was in effect before
    (undone in the file, and never brought up). While the hash is that of before the write, the file
    was not read again yet, or the fix changes nothing that counts into it (a gate)."""
    project = snapshot.projects.get(key.project)
    now = project.hashes.get(key.service, "") if project else ""
    before = watched.hashes.get(key, "")
    return now not in ("", before) and current(snapshot, key, container) is True


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
