"""The edges of the rails graph: what waits for what, names what, and talks to what."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.reachability import Resolution, declared_of, observed_networks
from nebtui.analysis.talks import talks
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.row_ids import identity
from nebtui.graph.scene import Edge

Pair = tuple[ServiceKey, ServiceKey]


def edges(
    snapshot: Snapshot, found: tuple[Resolution, ...], races: frozenset[tuple[ServiceKey, str]]
) -> Iterator[Edge]:
    """Each pair once: broken names first, then what `depends_on` has, names that resolve, and
    connections that no file names. `races`: (service, dependency) pairs that are start-up races."""
    drawn: set[Pair] = set()
    yield from _broken_edges(snapshot, found, drawn)
    yield from _dependency_edges(snapshot, races, drawn)
    yield from _reference_edges(snapshot, found, drawn)
    yield from _talk_edges(snapshot, drawn)


def _broken_edges(
    snapshot: Snapshot, found: tuple[Resolution, ...], drawn: set[Pair]
) -> Iterator[Edge]:
    """From what names a service to each that it means and does not reach."""
    for resolution in found:
        source = resolution.reference.source
        for owner in resolution.others if not resolution.reached else ():
            drawn.add((source, owner))
            declared = declared_of(snapshot, source) & declared_of(snapshot, owner)
            # Joined in the files, and what runs is older: the next `up` mends it.
            tone, broken = ("warn", False) if declared else ("bad", True)
            ends = identity(source), identity(owner)
            yield Edge(*ends, "references", tone, broken=broken, calm=True)


def _dependency_edges(
    snapshot: Snapshot, races: frozenset[tuple[ServiceKey, str]], drawn: set[Pair]
) -> Iterator[Edge]:
    for pair, ends, gated in snapshot.derived(_gates, snapshot.projects):
        if pair not in drawn:
            drawn.add(pair)
            race = (pair[0], pair[1].service) in races
            tone = "warn" if race else "ok" if gated else "dim"
            yield Edge(*ends, "depends", tone, calm=race)


def _gates(snapshot: Snapshot) -> tuple[tuple[Pair, tuple[str, str], bool], ...]:
    """Each `depends_on` of the files with the rows at its ends, and whether it waits for more than
    the start."""
    pairs = (
        ((key, ServiceKey(key.project, dependency.service)), dependency.condition)
        for key, service in snapshot.services()
        for dependency in service.depends_on.values()
    )
    return tuple(
        (pair, (identity(pair[0]), identity(pair[1])), condition != "service_started")
        for pair, condition in pairs
    )


def _reference_edges(
    snapshot: Snapshot, found: tuple[Resolution, ...], drawn: set[Pair]
) -> Iterator[Edge]:
    """From what names a service to each that it reaches."""
    for resolution in found:
        for owner in resolution.reached:
            pair = (resolution.reference.source, owner)
            if pair not in drawn:
                drawn.add(pair)
                live = _live(snapshot, *pair)
                tone = {True: "ok", False: "warn", None: "dim"}[live]
                ends = identity(pair[0]), identity(owner)
                yield Edge(*ends, "references", tone, calm=live is False)


def _talk_edges(snapshot: Snapshot, drawn: set[Pair]) -> Iterator[Edge]:
    """The connections between services that no file names."""
    for talk in talks(snapshot):
        if (talk.source, talk.target) not in drawn:
            drawn.add((talk.source, talk.target))
            yield Edge(identity(talk.source), identity(talk.target), "talks", "info")


def _live(snapshot: Snapshot, source: ServiceKey, target: ServiceKey) -> bool | None:
    """True if the running containers of both ends share a network now, False if not, None where one
    does not run."""
    ends = [observed_networks(snapshot, key) for key in (source, target)]
    return bool(ends[0] & ends[1]) if all(ends) else None
