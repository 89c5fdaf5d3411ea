"""Names and ports inside the simulated box: who answers, and whether it listens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nebtui.analysis.references import HOST_GATEWAY
from nebtui.facts.process import Peer
from nebtui.hosts.simulation.container import SimContainer

UNKNOWN = "Name or service not known"
REFUSED = "Connection refused"
_WAITED_FOR = re.compile(r"(?:/dev/tcp/|(?<![\w./-]))([a-z][\w.-]*)[/ ](\d{2,5})(?![\w.])")

_WORDS = frozenset({"exit", "head", "seq", "sleep", "timeout"})
"""Programs that numbers follow."""


def asked_for(unit: SimContainer) -> list[tuple[str, int | None]]:
    """Host and port of `nc -z HOST PORT` and `/dev/tcp/HOST/PORT` in what a container runs."""
    words = " ".join((*unit.service.entrypoint, *unit.service.command))
    return [(host, int(port)) for host, port in _WAITED_FOR.findall(words) if host not in _WORDS]


def connect(
    source: SimContainer, host: str, port: int | None, units: Iterable[SimContainer]
) -> tuple[str, SimContainer | None]:
    """What becomes of a connection: "" or the error, and the container that was asked."""
    everybody = tuple(units)
    if host == HOST_GATEWAY:
        if all(name.lower() != HOST_GATEWAY for name, _ in source.service.extra_hosts):
            return UNKNOWN, None
        return _on_host(port, everybody)
    if host in ("localhost", "127.0.0.1"):
        return _asked(source, port)
    mine = {attachment.network for attachment in source.attachments}
    result = [unit for unit in everybody if unit.state == "running" and _answers(unit, host, mine)]
    return _asked(result[0], port) if result else (UNKNOWN, None)


def reached(source: SimContainer, target: SimContainer, port: int | None) -> frozenset[Peer]:
    """The address and port at which one container reached another, over a network they share."""
    mine = {attachment.network for attachment in source.attachments}
    ports = (port,) if port is not None else target.ports[:1]
    shared = [at.ip for at in target.attachments if at.network in mine and at.ip][:1]
    return frozenset(Peer(ip, number) for ip in shared for number in ports)


def _answers(unit: SimContainer, host: str, networks: set[str]) -> bool:
    return any(
        host in attachment.aliases and attachment.network in networks
        for attachment in unit.attachments
    )


def _asked(unit: SimContainer, port: int | None) -> tuple[str, SimContainer]:
    open_ports = unit.ports
    listens = bool(open_ports) if port is None else port in open_ports
    return ("" if listens else REFUSED), unit


def _on_host(port: int | None, units: tuple[SimContainer, ...]) -> tuple[str, SimContainer | None]:
    """The host's gateway address: ports published on all addresses are open there."""
    for unit in units:
        for published in unit.service.ports:
            if published.published == str(port) and published.host_ip in ("", "0.0.0.0"):
                return _asked(unit, published.target)
    return REFUSED, None
