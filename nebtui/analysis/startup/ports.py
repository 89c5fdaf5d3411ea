"""The ports that a container of a service will listen on, as far as its texts tell."""

from __future__ import annotations

from nebtui.analysis.readiness import image_of
from nebtui.analysis.server import told_port
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot, belongs


def expected_ports(snapshot: Snapshot, container: Container) -> frozenset[int]:
    """TCP ports that its service publishes, exposes or is told on its command line, else those that
    its image exposes; empty where nothing tells."""
    keys = (
        ServiceKey(p, container.service or "") for p in snapshot.projects if belongs(container, p)
    )
    service = next((found for key in keys if (found := snapshot.service(key))), None)
    if service is None:
        image = snapshot.images.get(container.image_id)
        return frozenset(image.exposed_ports if image else ())
    told = told_port(service, None)
    ports = {port.target for port in service.ports if port.protocol == "tcp"}
    ports |= {*service.expose, *((told[0],) if told else ())}
    if ports:
        return frozenset(ports)
    image = image_of(snapshot, service, (container,))
    return frozenset(image.exposed_ports if image else ())


def lends_its_network(snapshot: Snapshot, container: Container) -> bool:
    """A service declares that it borrows this container's network: what listens there may be the
    borrower's, whose container may not have been looked at yet."""
    own = (f"service:{container.service}", f"container:{container.name}")
    return any(
        service.network_mode == own[1]
        or (service.network_mode == own[0] and belongs(container, project))
        for project, known in snapshot.projects.items()
        for service in known.services.values()
    )
