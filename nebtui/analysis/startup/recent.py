"""The starts of a project that can be shown: those kept from before, and the last one."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.startup.settled import settled
from nebtui.analysis.startup.start import by_start, start_of
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start

SAME = 1.0
"""Seconds within which two begins are of one start."""
KEPT = 10
"""Starts of a project that are shown and kept."""


def starts(snapshot: Snapshot, project: ProjectKey, now: float) -> tuple[Start, ...]:
    """The starts of a project, oldest first, the last one as it is now."""
    kept = snapshot.starts.get(project, ())
    computed = start_of(snapshot, project)
    if computed is None:
        return kept
    current = replace(computed, settled=settled(snapshot, computed, now))
    if not kept or not same(kept[-1], current):
        return (*kept, current)[-KEPT:]
    # What was watched from the beginning tells more than what was found out afterwards.
    better = kept[-1] if _seen(kept[-1]) > _seen(current) else current
    return (*kept[:-1], better)


def joined(known: Start, now: Start) -> Start:
    """One start as it was seen at two moments: what has been removed since stays in it."""
    by_container = {bar.container: bar for bar in (*known.bars, *now.bars)}
    bars = tuple(sorted(by_container.values(), key=by_start))
    place = {bar.service: number for number, bar in enumerate(bars)}
    by_pair = {(race.dependent, race.target): race for race in (*known.races, *now.races)}
    races = sorted(by_pair.values(), key=lambda race: place.get(race.dependent.service, len(place)))
    return replace(now, bars=bars, races=tuple(races))


def interrupted(start: Start) -> Start:
    """A start that another one came after before it was over: it ended with its last moment."""
    last = max(bar.last for bar in start.bars)
    return replace(start, settled=last)


def newest_start(snapshot: Snapshot, now: float) -> ProjectKey | None:
    """The project that started last, the first where none did; None where there is none."""
    every = ((starts(snapshot, key, now), key) for key in snapshot.projects)
    known = [(found[-1].began, key) for found, key in every if found]
    first = next(iter(snapshot.projects), None)
    return max(known, default=(0.0, first), key=lambda one: one[0])[1]


def _seen(start: Start) -> int:
    """How many of its containers were seen to begin to listen."""
    return sum(bar.listening is not None for bar in start.bars)


def same(one: Start, other: Start) -> bool:
    """Both are of one start."""
    return abs(one.began - other.began) < SAME
