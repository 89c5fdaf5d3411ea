"""Who raced whom in a start: a dependent that was there before its target listened, and was refused
or died of it. One that was merely early and patient is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nebtui.analysis.health import awaited, has_test
from nebtui.analysis.reachability import resolutions
from nebtui.analysis.startup.ports import expected_ports
from nebtui.analysis.startup.runs import runs_of
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Bar, Burst, Race, Run, Start
from nebtui.light_dataclass import dataclass

SHORTEST = 0.05
"""Seconds below which a gap is within what the clocks of two looks tell."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """From the later of both starts until the target listens, or until now."""

    begin: float
    end: float | None
    run: Run
    """The target's run that came to listen, or that goes on."""

    def counted(self, bursts: Sequence[Burst]) -> int:
        """Connections of the bursts that reach into it."""
        return sum(
            burst.count
            for burst in bursts
            if burst.at >= self.begin and (self.end is None or burst.since <= self.end + SHORTEST)
        )


def races(snapshot: Snapshot, start: Start) -> tuple[Race, ...]:
    """The races of a start, by the dependent's place in it."""
    found = [
        race
        for bar in start.bars
        for target, port in _targets(snapshot, ServiceKey(start.project, bar.service))
        if (race := _race(snapshot, start, bar, target, port)) is not None
    ]
    worst: dict[tuple[ServiceKey, ServiceKey], Race] = {}
    for race in found:
        known = worst.get((race.dependent, race.target))
        worst[(race.dependent, race.target)] = race if known is None else _worse(known, race)
    return tuple(_shared(worst.values()))


def _targets(snapshot: Snapshot, key: ServiceKey) -> Iterator[tuple[ServiceKey, int | None]]:
    """The services that a service needs, each with the port it names: those it names and can
    reach, and those it depends on without naming them."""
    service = snapshot.service(key)
    named = {
        owner: resolution.reference.port
        for resolution in resolutions(snapshot)
        if resolution.reference.source == key
        for owner in resolution.reached
    }
    yield from named.items()
    for dependency in service.depends_on.values() if service else ():
        target = ServiceKey(key.project, dependency.service)
        if target not in named:
            yield target, None


def _race(
    snapshot: Snapshot, start: Start, bar: Bar, target: ServiceKey, port: int | None
) -> Race | None:
    """The race of one dependent for one target; None where there was none."""
    gap = _gap(snapshot, start, bar, target, port)
    if gap is None or (gap.end is not None and gap.end - gap.begin <= SHORTEST):
        return None
    died = [run.ended for run in bar.runs if run.faulty and run.ended is not None]
    exits = sum(gap.end is None or at <= gap.end + SHORTEST for at in died)
    failed = sum(gap.counted(run.failed) for run in bar.runs)
    refused = _refused(snapshot, target, gap, failed)
    # What the target refused may have come from elsewhere (a published port is tried from outside),
    # and exits alone tell of a race only where they ended with it.
    met = bool(refused) and bool(failed or exits)
    if not exits and ServiceKey(start.project, bar.service) in awaited(snapshot):
        return None  # a job that others wait for asks until it is answered: that is no race
    if not met and not (exits == len(died) > 0 and gap.end is not None):
        return None
    length = None if gap.end is None else gap.end - gap.begin
    counted = refused if gap.run.opened or gap.run.refused or failed else None
    return Race(ServiceKey(start.project, bar.service), target, length, counted, exits)


def _gap(
    snapshot: Snapshot, start: Start, bar: Bar, target: ServiceKey, port: int | None
) -> _Gap | None:
    """The gap between a dependent and the replica of its target that listened first; None where it
    listened before, where that was not seen, and where one of both never ran in this start."""
    if bar.started is None:
        return None
    gaps = []
    for container in snapshot.containers_of(target):
        for run in runs_of(container, snapshot.histories.get(container.id, ())):
            if run.ended is not None and run.ended < start.began:
                continue
            ports = frozenset((port,)) if port else expected_ports(snapshot, container)
            known = [at for each in ports if (at := run.listening(each)) is not None]
            opened = min(known, default=run.listening())
            end = opened if opened is not None else run.healthy  # where nobody saw its ports
            if end is not None or (run.ended is None and _deaf(snapshot, container)):
                gaps.append(_Gap(max(run.started, bar.started), end, run))
    first = min(gaps, key=lambda gap: gap.end or float("inf"), default=None)
    return first if first is None or first.end is None or first.end >= first.begin else None


def _deaf(snapshot: Snapshot, container: Container) -> bool:
    """It was looked at, and listens nowhere yet."""
    process = snapshot.processes.get(container.id)
    return container.state == "running" and process is not None and process.listening == ()


def _refused(snapshot: Snapshot, target: ServiceKey, gap: _Gap, failed: int) -> int:
    """Connections that the target refused to others in the gap. Its own health test counts as a
    refused and as a failed one; what it failed to reach elsewhere counts as failed alone, so at
    least as many are others' as the dependent failed."""
    total = gap.counted(gap.run.refused)
    service = snapshot.service(target)
    tested = service is not None and has_test(snapshot, target, service)
    own = gap.counted(gap.run.failed) if tested else 0
    return max(total - own, min(total, failed), 0)


def _worse(one: Race, other: Race) -> Race:
    """Of two replicas' races the longer, with the exits of both."""
    longer = max(one, other, key=lambda race: race.gap or 0.0)
    return replace(longer, exits=one.exits + other.exits)


def _shared(found: Iterable[Race]) -> Iterator[Race]:
    """The races with whether others were refused by the same target."""
    every = tuple(found)
    for race in every:
        others = sum(other.target == race.target for other in every) > 1
        yield replace(race, shared=others and bool(race.refused))
