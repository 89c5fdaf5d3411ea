"""Which ports of the host a service publishes, and whether two of them are one."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

ANY = frozenset({"", "0.0.0.0", "::"})
"""Addresses that stand for all of the host's."""


@dataclass(frozen=True, slots=True)
class Published:
    """One port of the host; `ip` "" = all addresses."""

    ip: str
    port: int
    protocol: str
    target: int
    origin: Origin | None

    def __str__(self) -> str:
        address = f"[{self.ip}]" if ":" in self.ip else self.ip
        kind = "" if self.protocol == "tcp" else f"/{self.protocol}"
        return f"{address}:{self.port}{kind}" if address else f"{self.port}{kind}"


def published(service: Service) -> Iterator[Published]:
    """The fixed ports of the host that a service asks for; ranges and free ones are left out: the
    engine chooses there."""
    for port, origin in zip(service.ports, port_origins(service), strict=True):
        if port.published.isascii() and port.published.isdecimal():
            ip = port.host_ip.strip("[]")
            yield Published(ip, int(port.published), port.protocol, port.target, origin)


def port_origins(service: Service) -> list[Origin | None]:
    """Where each of its ports stands, in their order; where Compose took a range apart the place of
    the whole list."""
    standing = [path for path in service.origins if path[:1] == ("ports",) and len(path) == 2]
    whole = len(standing) == len(service.ports)
    return [
        service.origin("ports", str(at)) if whole else service.origin("ports")
        for at in range(len(service.ports))
    ]


def variables_in(service: Service, one: Published) -> bool:
    """A part of its text comes from variables."""
    places = [path for path, at in service.origins.items() if at is one.origin]
    return any(
        at.written
        for path, at in service.origins.items()
        if any(path[: len(place)] == place for place in places)
    )


def range_with(service: Service, port: int, addresses: tuple[str, ...]) -> str:
    """The range of TCP ports that holds a port of the machine on an address that begins so, as
    `8000-8002`; "" where it stands alone. Of a range that is taken apart only the line is known:
    neighbours on one line that count up together are taken for one."""
    for one in service.ports:
        low, dash, high = one.published.partition("-")
        mine = one.protocol == "tcp" and one.host_ip.strip("[]").startswith(addresses)
        if mine and dash and low.isdecimal() and high.isdecimal() and int(low) <= port <= int(high):
            return one.published
    alone = [p for p in published(service) if p.protocol == "tcp" and p.ip.startswith(addresses)]
    at = next((n for n, p in enumerate(alone) if p.port == port), None)
    if at is None:
        return ""
    first = last = at
    while first and _counts_up(alone[first - 1], alone[first]):
        first -= 1
    while last + 1 < len(alone) and _counts_up(alone[last], alone[last + 1]):
        last += 1
    return f"{alone[first].port}-{alone[last].port}" if first < last else ""


def _counts_up(one: Published, after: Published) -> bool:
    same_place = one.origin is not None and one.origin == after.origin
    step = after.port - one.port, after.target - one.target
    return same_place and one.ip == after.ip and step == (1, 1)


def same(one: Published, other: Published) -> bool:
    """Only one of two containers can have it. An address of one family, and all of the other, do
    not meet for sure."""
    if (one.port, one.protocol) != (other.port, other.protocol) or one.port == 0:
        return False
    if one.ip == other.ip or "" in (one.ip, other.ip):
        return True
    if (":" in one.ip) != (":" in other.ip):
        return False
    return one.ip in ANY or other.ip in ANY


def together(one: Service, other: Service) -> bool:
    """Both can be up at once: no profile keeps them apart."""
    return not one.profiles or not other.profiles or bool({*one.profiles} & {*other.profiles})


def other_owner(snapshot: Snapshot, key: ServiceKey, port: int) -> str:
    """Who else has the port on an address of this box, or will have it; "" for nobody."""
    if snapshot.host_ports and snapshot.host_ports.get(port):
        return f"port {port} of this machine is open on another address too"
    own = snapshot.containers_of(key)
    for container in snapshot.containers.values():
        theirs = container not in own and container.ports
        if theirs and any((p.host_port, p.protocol) == (port, "tcp") for p in theirs):
            return f"container {container.name} has port {port} on another address"
    for other, service in snapshot.services():
        many = sum((p.port, p.protocol) == (port, "tcp") for p in published(service))
        if many > (other == key):
            return f"{other} publishes port {port} {'twice' if other == key else 'too'}"
    return ""
