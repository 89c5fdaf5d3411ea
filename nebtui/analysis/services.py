"""The services of the box in the order they are shown, each with its verdict."""

from __future__ import annotations

from dataclasses import dataclass

from nebtui.analysis.reachability import declared_networks
from nebtui.analysis.readiness import Readiness, readiness
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot, belongs


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """A service and its verdict."""

    key: ServiceKey
    readiness: Readiness


def service_keys(snapshot: Snapshot, project: ProjectKey) -> tuple[ServiceKey, ...]:
    """The services of a project: those declared, then those that only containers know (a broken or
    older file)."""
    declared = list(snapshot.projects[project].services) if project in snapshot.projects else []
    observed = sorted(
        {c.service for c in snapshot.containers.values() if c.service and belongs(c, project)}
    )
    return tuple(ServiceKey(project, name) for name in dict.fromkeys([*declared, *observed]))


def service_statuses(snapshot: Snapshot) -> tuple[ServiceStatus, ...]:
    """All services of all projects with their verdicts, in the order they are shown."""
    keys = (key for project in projects(snapshot) for key in service_keys(snapshot, project))
    return tuple(ServiceStatus(key, readiness(snapshot, key)) for key in keys)


def out_of_memory(snapshot: Snapshot) -> tuple[ServiceKey, ...]:
    """The services that do not run because the kernel killed them for memory, as shown."""
    keys = (key for project in projects(snapshot) for key in service_keys(snapshot, project))
    return tuple(
        key
        for key in keys
        if any(
            container.state in ("exited", "restarting", "dead")
            and container.inspection is not None
            and container.inspection.oom_killed
            for container in snapshot.containers_of(key)
        )
    )


def projects(snapshot: Snapshot) -> tuple[ProjectKey, ...]:
    """The projects in the order they are shown: by name, variants last."""
    return tuple(sorted(snapshot.projects, key=lambda k: (snapshot.projects[k].variant, k)))


def network_members(snapshot: Snapshot) -> dict[str, tuple[bool, tuple[ServiceKey, ...]]]:
    """Engine name of each declared network → (external, members)."""
    result: dict[str, tuple[bool, list[ServiceKey]]] = {}
    for key, service in snapshot.services():
        project = snapshot.projects[key.project]
        external = {d.name for d in project.networks.values() if d.external}
        for name in sorted(declared_networks(project, service)):
            known = result.setdefault(name, (name in external, []))
            known[1].append(key)
    return {
        name: (external, tuple(members)) for name, (external, members) in sorted(result.items())
    }
