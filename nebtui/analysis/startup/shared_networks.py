"""Network namespaces that several containers of a box have in common (`network_mode: service:X` or
`container:X`)."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot


def lender_of(snapshot: Snapshot, container: Container) -> str | None:
    """The id of the container whose network namespace this one borrows; None where it has its
    own."""
    inspection = container.inspection
    mode = inspection.network_mode if inspection else ""
    lender = mode.removeprefix("container:") if mode.startswith("container:") else ""
    return lender if lender in snapshot.containers and lender != container.id else None


def shared_networks(snapshot: Snapshot) -> Mapping[str, tuple[Container, ...]]:
    """The containers of each namespace that is lent, by the id of who lends it. One that a service
    declares to borrow is there before the borrower's container has been looked at."""
    return snapshot.derived(_shared, snapshot.containers, snapshot.projects)


def _shared(snapshot: Snapshot) -> Mapping[str, tuple[Container, ...]]:
    borrowers: dict[str, tuple[Container, ...]] = {}
    for container in snapshot.containers.values():
        lender = lender_of(snapshot, container)
        if lender is not None:
            borrowers[lender] = (*borrowers.get(lender, ()), container)
    named, mine = _lent(snapshot)
    for container in snapshot.containers.values():
        project = snapshot.project_of(container)
        service = ServiceKey(project, container.service or "") if project else None
        if container.id in borrowers or container.name in named or service in mine:
            borrowers[container.id] = (container, *borrowers.get(container.id, ()))
    return borrowers


def _lent(snapshot: Snapshot) -> tuple[frozenset[str], frozenset[ServiceKey]]:
    """The containers, by name, and the services whose network some service declares to borrow."""
    modes = [
        (project, service.network_mode)
        for project, known in snapshot.projects.items()
        for service in known.services.values()
        if service.network_mode
    ]
    named = (mode.removeprefix("container:") for _, mode in modes if mode.startswith("container:"))
    mine = (
        ServiceKey(project, mode.removeprefix("service:"))
        for project, mode in modes
        if mode.startswith("service:")
    )
    return frozenset(named), frozenset(mine)
