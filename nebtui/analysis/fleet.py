"""What services of one box need of another: a name or address that nobody on their own box answers,
and that is one of another box, with what that box publishes there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from nebtui.analysis.published_there import CalledAs, answered, swarm_around
from nebtui.analysis.reachability import Names, answering, names
from nebtui.analysis.references import HOST_GATEWAY, line_with, mentions
from nebtui.analysis.services import keys_of
from nebtui.facts.crossing import Crossing
from nebtui.facts.declared import Origin, ProjectKey, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

OWN_DOMAINS = (".local", ".lan", ".internal", ".home.arpa", ".ts.net")
"""Domains in which the first word names the machine: the home network's and Tailscale's."""


@dataclass(frozen=True, slots=True)
class BoxFacts:
    """A box, and the names and addresses that mean it, in lower case."""

    name: str
    snapshot: Snapshot
    known_as: frozenset[str]
    away: str = ""
    """Where its files are, and what reads them there; "" where they can be mended from here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A service names a host and a port that nobody on its own box answers."""

    source: ServiceKey
    host: str
    """As it counts: the address that `extra_hosts` has for a name."""
    port: int
    text: str
    origin: Origin | None


def called(name: str, snapshot: Snapshot, addresses: frozenset[str]) -> frozenset[str]:
    """All that means a box: its name here, its machine's own, and its addresses."""
    engine = snapshot.engine
    own = {name, engine.name} if engine is not None else {name}
    return frozenset(word.lower() for word in own if word) | addresses


def crossings(boxes: Sequence[BoxFacts]) -> tuple[Crossing, ...]:
    """All of them, by box and service, each once."""
    called = _by_word(boxes)
    found: dict[tuple[str, ServiceKey, str, int], Crossing] = {}
    for at, box in enumerate(boxes):
        for asked in _asked(box.snapshot):
            meant = sorted({one for word in _words(asked.host) for one in called.get(word, ())})
            if meant and at not in meant:
                place = box.name, asked.source, asked.host, asked.port
                found.setdefault(place, _crossing(box, asked, boxes[meant[0]], boxes))
    return tuple(found.values())


def _by_word(boxes: Sequence[BoxFacts]) -> Mapping[str, tuple[int, ...]]:
    """Name or address → the places of the boxes that it means."""
    found: dict[str, tuple[int, ...]] = {}
    for at, box in enumerate(boxes):
        for word in box.known_as:
            found[word] = (*found.get(word, ()), at)
    return found


def _crossing(box: BoxFacts, asked: Asked, other: BoxFacts, boxes: Sequence[BoxFacts]) -> Crossing:
    swarm = swarm_around(other.snapshot, [one.snapshot for one in boxes])
    called = CalledAs(asked.host, other.known_as)
    there = answered(other.snapshot, asked.port, swarm, called)
    return Crossing(
        box.name,
        asked.source,
        asked.host,
        asked.port,
        other.name,
        there.target,
        there.answer,
        there.by,
        asked.text,
        asked.origin,
        other.away,
        there.only,
    )


def crossed(boxes: Sequence[BoxFacts]) -> tuple[Snapshot, ...]:
    """The snapshot of each box with what goes out of it and comes into it; the same tuples as
    before where nothing of that changed."""
    going: dict[str, list[Crossing]] = {}
    coming: dict[str, list[Crossing]] = {}
    for one in crossings(boxes):
        going.setdefault(one.box, []).append(one)
        coming.setdefault(one.other, []).append(one)
    return tuple(
        _with(box, tuple(going.get(box.name, ())), tuple(coming.get(box.name, ()))) for box in boxes
    )


def _with(
    box: BoxFacts, outgoing: tuple[Crossing, ...], incoming: tuple[Crossing, ...]
) -> Snapshot:
    old = box.snapshot
    if (outgoing, incoming) == (old.outgoing, old.incoming):
        return old
    return replace(old, outgoing=outgoing, incoming=incoming)


def supposed(snapshot: Snapshot, ports: Iterable[tuple[ServiceKey, int]]) -> Snapshot:
    """A box as if services of another one, which nobody names, called these ports of its own. What
    is there is found out here; a port that somebody else has is not called."""
    calls = []
    for key, port in dict.fromkeys(ports):
        there = answered(snapshot, port)
        if there.target == key:
            calls.append(Crossing("", _UNNAMED, "", port, "", key, there.answer, there.by))
    return replace(snapshot, incoming=tuple(calls))


_UNNAMED = ServiceKey(ProjectKey("", ""), "")


def _words(host: str) -> tuple[str, ...]:
    """What a name in a text can be known as: itself, and in a domain of one's own its first
    word."""
    first, _, domain = host.partition(".")
    return (host, first) if f".{domain}".endswith(OWN_DOMAINS) else (host,)


def _asked(snapshot: Snapshot) -> tuple[Asked, ...]:
    """Who names which host and port that nobody on its own box answers."""
    parts = snapshot.projects, snapshot.containers, snapshot.networks
    return snapshot.derived(_look_for_asked, *parts)


def _look_for_asked(snapshot: Snapshot) -> tuple[Asked, ...]:
    return tuple(_asked_of(snapshot, names(snapshot)))


def _asked_of(snapshot: Snapshot, index: Names) -> Iterator[Asked]:
    for key in keys_of(snapshot, None):
        for service in _texts(snapshot, key):
            written = dict(service.extra_hosts)
            for path, text, host, port, _ in mentions(service):
                name = host.lower()
                if port is None or name == HOST_GATEWAY or _own(index, key, name):
                    continue
                meant = written.get(host, name)
                yield Asked(key, meant, port, line_with(host, text), service.origin(*path))


def _own(index: Names, key: ServiceKey, name: str) -> bool:
    return name == key.service.lower() or bool(answering(index, key, name))


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
