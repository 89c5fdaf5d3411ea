"""Where a service listens, as far as that is known."""

from __future__ import annotations

from nebtui.analysis.readiness import image_of
from nebtui.analysis.server import server_of, told_port
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Image
from nebtui.facts.snapshot import Snapshot


def listening_ports(
    snapshot: Snapshot, key: ServiceKey, service: Service, image: Image | None
) -> tuple[tuple[int, ...], str]:
    """The TCP ports of a service, lowest first, and the noun for where they are known from (it
    stands in "test taken from …"): seen, told on the command line or by a variable, published,
    exposed; none and "" where nothing is known."""
    for container in snapshot.containers_of(key):
        process = snapshot.processes.get(container.id)
        if process and process.listening:
            place = f"/proc/{process.pid}/net/tcp"
            return (
                tuple(sorted(process.listening)),
                f"the port on which {container.name} listens ({place})",
            )
    if told := told_port(service, None):
        return (told[0],), f"the port it is told ({told[1]})"
    declared = sorted({port.target for port in service.ports if port.protocol == "tcp"})
    if declared:
        return tuple(declared), "its published port"
    if service.expose:
        return service.expose, "its `expose`"
    stage = service.build.stage if service.build else None
    if stage and stage.exposed_ports:
        return stage.exposed_ports, "the EXPOSE of its Dockerfile"
    if image and image.exposed_ports:
        return image.exposed_ports, "the EXPOSE of its image"
    return (), ""


def may_answer(snapshot: Snapshot, key: ServiceKey, port: int | None) -> bool:
    """Whether a service may listen on a port: False only where all its ports are known, and this is
    none of them."""
    service = snapshot.service(key)
    if port is None or service is None:
        return True
    known = server_of(service)
    image = image_of(snapshot, service, snapshot.containers_of(key))
    listening, _ = listening_ports(snapshot, key, service, image)
    targets = {p.target for p in service.ports}
    every = {*listening, *service.expose, *targets, *(known.ports if known else ())}
    return port in every if every else True
