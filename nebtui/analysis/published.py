"""Which ports of the host a service publishes, and whether two of them are one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nebtui.facts.declared import Origin, Service

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
    standing = [path for path in service.origins if path[:1] == ("ports",) and len(path) == 2]
    whole = len(standing) == len(service.ports)
    for at, port in enumerate(service.ports):
        if port.published.isascii() and port.published.isdecimal():
            origin = service.origin("ports", str(at)) if whole else service.origin("ports")
            ip = port.host_ip.strip("[]")
            yield Published(ip, int(port.published), port.protocol, port.target, origin)


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
