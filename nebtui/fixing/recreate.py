"""What makes a patch effective: the `up` of every project it touches, replicas kept."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.action import DeployStack, Up
from nebtui.analysis.services import service_keys
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.keep.records import Entry
from nebtui.rules.rule import Recreate


def up_actions(snapshot: Snapshot, recreate: Iterable[Recreate]) -> tuple[Up | DeployStack, ...]:
    """One per project of a patch: an `up`, of what Swarm runs its deployment."""
    return tuple(
        DeployStack(r.project)
        if r.stack
        else up_action(snapshot, r.project, r.services, force=r.force)
        for r in recreate
    )


def recorded(entry: Entry) -> tuple[Recreate, ...]:
    """What a written entry made effective: to be brought up again once it is undone."""
    return tuple(
        Recreate(ProjectKey(up.project, up.working_dir, up.files), up.services, up.force, up.stack)
        for up in entry.ups
    )


def up_action(
    snapshot: Snapshot, project: ProjectKey, services: tuple[str, ...] = (), *, force: bool = False
) -> Up:
    """The `up` of some services (none = all), with the replicas that each has now."""
    keys = [ServiceKey(project, s) for s in services] or service_keys(snapshot, project)
    counts = [(key.service, len(snapshot.containers_of(key))) for key in keys]
    return Up(project, services, force, tuple((name, count) for name, count in counts if count > 1))
