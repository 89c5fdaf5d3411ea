"""The ports that a container of a service will listen on, as far as its texts tell."""

from __future__ import annotations

from nebtui.analysis.readiness import image_of
from nebtui.analysis.server import told_port
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot


def expected_ports(snapshot: Snapshot, container: Container) -> frozenset[int]:
    """TCP ports that its service publishes, exposes or is told on its command line, else those that
    its image exposes; empty where nothing tells."""
    project = snapshot.project_of(container)
    key = ServiceKey(project, container.service or "") if project else None
    service = snapshot.service(key) if key else None
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
