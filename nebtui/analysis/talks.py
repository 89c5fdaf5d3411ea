"""Who really talks to whom: connections that the kernel has in a container's network namespace."""

from __future__ import annotations

from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Talk:
    """A service has, or had in the last minute, a connection to a port of another."""

    source: ServiceKey
    target: ServiceKey
    port: int


def talks(snapshot: Snapshot) -> tuple[Talk, ...]:
    """Every pair of services that talk, once a port, in order. Made once for each set of processes,
    containers and projects."""
    return snapshot.derived(_talks, snapshot.processes, snapshot.containers, snapshot.projects)


def _talks(snapshot: Snapshot) -> tuple[Talk, ...]:
    by_ip = _addresses(snapshot)
    found: set[Talk] = set()
    for identity, process in snapshot.processes.items():
        container = snapshot.containers.get(identity)
        source = _service(snapshot, container) if container else None
        for peer in process.peers if source else ():
            target = by_ip.get(peer.address)
            if source is not None and target is not None and target != source:
                found.add(Talk(source, target, peer.port))
    return tuple(sorted(found))


def _addresses(snapshot: Snapshot) -> dict[str, ServiceKey]:
    """The address of each running container on each network. An address that two networks give out
    is nobody's."""
    result: dict[str, ServiceKey] = {}
    twice: set[str] = set()
    for container in snapshot.containers.values():
        key = _service(snapshot, container) if container.state == "running" else None
        for at in container.attachments if key else ():
            if at.ip and key is not None and result.setdefault(at.ip, key) != key:
                twice.add(at.ip)
    return {ip: key for ip, key in result.items() if ip not in twice}


def _service(snapshot: Snapshot, container: Container) -> ServiceKey | None:
    """The service of a container, None where no project of the box made it."""
    if not container.service:
        return None
    project = snapshot.project_of(container)
    return ServiceKey(project, container.service) if project else None
