"""What services of one box need of another: a name or address that nobody on their own box answers,
and that is one of another box, with what that box publishes there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nebtui.analysis.reachability import Names, answering, names
from nebtui.analysis.references import HOST_GATEWAY, mentions
from nebtui.analysis.services import keys_of
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot

Across = Literal["published", "loopback", "stopped", "nobody", "unknown"]
LOOPBACK = ("127.", "::1")
OWN_DOMAINS = (".local", ".lan", ".internal", ".home.arpa", ".ts.net")
"""Domains in which the first word names the machine: the home network's and Tailscale's."""


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """A box, and the names and addresses that mean it, in lower case."""

    name: str
    snapshot: Snapshot
    known_as: frozenset[str]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A service names another box. `target`: who publishes the port there, None where nobody or
    no service of a project does."""

    box: str
    source: ServiceKey
    host: str
    port: int
    other: str
    target: ServiceKey | None
    answer: Across

    @property
    def broken(self) -> bool:
        """It cannot work as it stands."""
        return self.answer in ("loopback", "stopped", "nobody")

    @property
    def told(self) -> str:
        """What is there, and what would mend it."""
        who = str(self.target or "a container of no project")
        match self.answer:
            case "published":
                return f"{who} publishes it; a firewall between them would not be seen from here"
            case "loopback":
                return f"{who} publishes it on 127.0.0.1 only: publish it on {self.host} too"
            case "stopped":
                return f"{who} has it, and does not run"
            case "nobody":
                return f"no container of {self.other} publishes port {self.port}"
        return f"{self.other} does not answer now"

    def __str__(self) -> str:
        place = f"{self.host}:{self.port}"
        return f"{self.box} {self.source} → {self.other} {place}: {self.told}"


def called(name: str, snapshot: Snapshot, addresses: frozenset[str]) -> frozenset[str]:
    """All that means a box: its name here, its machine's own, and its addresses."""
    engine = snapshot.engine
    own = {name, engine.name} if engine is not None else {name}
    return frozenset(word.lower() for word in own if word) | addresses


def crossings(boxes: Sequence[BoxFacts]) -> tuple[Crossing, ...]:
    """All of them, by box and service, each once."""
    found: dict[tuple[str, ServiceKey, str, int], Crossing] = {}
    for box in boxes:
        others = [other for other in boxes if other is not box]
        for source, host, port in _asked(box):
            other = next((one for one in others if means(one, host)), None)
            if other is not None:
                target, answer = answered(other.snapshot, port)
                crossing = Crossing(box.name, source, host, port, other.name, target, answer)
                found.setdefault((box.name, source, host, port), crossing)
    return tuple(found.values())


def means(box: BoxFacts, host: str) -> bool:
    """Whether a name in a text is one of this box."""
    first, _, domain = host.partition(".")
    return host in box.known_as or (f".{domain}".endswith(OWN_DOMAINS) and first in box.known_as)


def _asked(box: BoxFacts) -> Iterator[tuple[ServiceKey, str, int]]:
    """Who names which host and port that nobody on its own box answers."""
    snapshot, index = box.snapshot, names(box.snapshot)
    for key in keys_of(snapshot, None):
        for service in _texts(snapshot, key):
            written = dict(service.extra_hosts)
            for _, _, host, port, _ in mentions(service):
                name = host.lower()
                if port is None or name == HOST_GATEWAY or _own(box, index, key, name):
                    continue
                yield key, written.get(host, name), port


def _own(box: BoxFacts, index: Names, key: ServiceKey, name: str) -> bool:
    return name == key.service.lower() or bool(answering(index, key, name)) or means(box, name)


def _texts(snapshot: Snapshot, key: ServiceKey) -> Iterator[Service]:
    """The service as declared; else, of files that are not here, as its containers were made."""
    declared = snapshot.service(key)
    if declared is not None:
        yield declared
        return
    for container in snapshot.containers_of(key):
        if (made := container.inspection) is not None:
            yield Service(
                key.service,
                command=made.command,
                entrypoint=made.entrypoint,
                environment=made.environment,
                extra_hosts=made.extra_hosts,
            )


def answered(snapshot: Snapshot, port: int) -> tuple[ServiceKey | None, Across]:
    """Who publishes a TCP port of a box, and how."""
    if snapshot.engine is None or snapshot.engine_problem:
        return None, "unknown"
    local: tuple[ServiceKey | None, Across] | None = None
    for container in snapshot.containers.values():
        for binding in container.ports:
            if binding.host_port != port or binding.protocol != "tcp":
                continue
            owner = _owner(snapshot, container)
            if not binding.host_ip.startswith(LOOPBACK):
                return owner, "published"
            local = owner, "loopback"
    if local is not None:
        return local
    return _declared(snapshot, port)


def _owner(snapshot: Snapshot, container: Container) -> ServiceKey | None:
    keys = keys_of(snapshot, None)
    return next((key for key in keys if container in snapshot.containers_of(key)), None)


def _declared(snapshot: Snapshot, port: int) -> tuple[ServiceKey | None, Across]:
    """Whose file publishes it though no container has it now."""
    for key, service in snapshot.services():
        for one in service.ports:
            if one.published == str(port) and one.protocol == "tcp":
                return key, "stopped"
    return None, "nobody"
