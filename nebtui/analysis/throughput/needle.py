"""The live speed of all requests together, for the eye: what the last seconds of work made.

A counter that moves in steps (with each piece of a reply, once a second) is measured from step to
step: from look to look it would be too fast where a step fell into the time looked at, and nothing
where none did. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from nebtui.analysis.throughput.counters import ServerReading, growth, live_growth
from nebtui.light_dataclass import dataclass

NEEDLE_SECONDS = 3.0
"""The time that the needle speaks of."""
LONGEST = 15.0
"""Seconds for which the steps of a slow counter are kept."""
CHANGES = 3
"""Movements kept of a counter that moves more seldom than that: two whole steps."""
LEAST_SECONDS = 1.0
"""A counter seen to move once is measured over at least so long."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the time between two looks made, all requests together."""

    clock: float
    tokens: float
    seconds: float
    """Of the wall clock where `by_clock`, else those that the server itself counted."""
    by_clock: bool
    """The tokens are of a counter that moves while requests run; 0 of them is news too."""


@dataclass(frozen=True, slots=True)
class Needle:
    """The steps that the live speed rests on."""

    steps: tuple[Step, ...] = ()
    stale: float | None = None
    """The server's own figure when it last idled: until it moves, it is of work gone by."""

    def advance(self, before: ServerReading, now: ServerReading, *, at_end: bool) -> Needle:
        """With what came between two looks."""
        stale = self.stale if _worked(before, now) else now.gauge
        step = _measured(before, now, at_end=at_end, stale=stale)
        kept = self._kept(now.clock, working=_worked(before, now))
        if step is None:
            return replace(self, steps=kept, stale=stale)
        if not step.by_clock and any(one.by_clock and one.tokens > 0 for one in kept):
            return replace(self, steps=kept, stale=stale)  # the end of what was seen while it ran
        same = tuple(one for one in kept if one.by_clock == step.by_clock)
        return Needle((*same, step), stale)

    def _kept(self, clock: float, *, working: bool) -> tuple[Step, ...]:
        moved = [step.clock for step in self.steps if step.by_clock and step.tokens > 0]
        oldest = moved[-CHANGES:][0] if working and moved else clock
        oldest = max(oldest, clock - LONGEST)
        return tuple(
            step
            for step in self.steps
            if clock - step.clock < NEEDLE_SECONDS or step.clock >= oldest
        )

    @property
    def moves(self) -> int:
        """How often the figures were seen to move; with the server's own seconds once is enough."""
        return sum(1 if step.by_clock else CHANGES for step in self.steps if step.tokens > 0)

    @property
    def measured(self) -> tuple[float, float] | None:
        """(tokens a second of all requests, seconds of work it rests on); None where too little
        was seen, or nothing moved of late."""
        if not self.steps or self.steps[-1].by_clock:
            return _from_step_to_step(self.steps)
        tokens, seconds = _sums(self.steps)
        return (tokens / seconds, seconds) if tokens > 0 and seconds > 0 else None


def _worked(before: ServerReading, now: ServerReading) -> bool:
    return (before.running or 0) > 0 and (now.running or 0) > 0


def _measured(
    before: ServerReading, now: ServerReading, *, at_end: bool, stale: float | None
) -> Step | None:
    """What two looks say; None where nothing was generated, or nobody tells."""
    elapsed, clock = now.clock - before.clock, now.clock
    live = live_growth(before, now)
    if live.streams:
        tokens = live.tokens * _shared(before, now, live.streams)
        return Step(clock, tokens, live.seconds, by_clock=True)
    worked = _worked(before, now)
    first, last = (
        (before.live, now.live) if at_end or now.live is not None else (before.tokens, now.tokens)
    )
    if worked and first is not None and last is not None:
        return Step(clock, max(0.0, last - first), elapsed, by_clock=True)
    tokens, seconds = growth(before, now)
    if tokens > 0 and seconds > 0:
        most = max(before.running or 0, now.running or 0, 1)
        return Step(clock, tokens * most, seconds, by_clock=False)
    if worked and now.gauge and now.gauge != stale:
        return Step(clock, now.gauge * elapsed, elapsed, by_clock=False)
    if worked and now.decodes is not None and before.decodes is not None:
        made = (now.decodes - before.decodes) * min(before.running or 0, now.running or 0)
        return Step(clock, made, elapsed, by_clock=False) if made > 0 else None
    return None


def _shared(before: ServerReading, now: ServerReading, both: int) -> float:
    """By how much more requests worked than were seen at both looks: those that ended or began in
    between made tokens as well, at the others' speed."""
    at_work = [sum(made > 0 for made in one.streams.values()) for one in (before, now)]
    return max(1.0, sum(at_work) / 2 / both)


def _from_step_to_step(steps: tuple[Step, ...]) -> tuple[float, float] | None:
    """The speed between the first and the last time the counter moved; time in which it is overdue
    counts as well."""
    moved = [number for number, step in enumerate(steps) if step.tokens > 0]
    if not moved:
        return None
    if len(moved) == 1:
        tokens, seconds = _sums(steps)
        return (tokens / seconds, seconds) if seconds >= LEAST_SECONDS else None
    clock = list(accumulate(step.seconds for step in steps))
    gaps = [clock[b] - clock[a] for a, b in pairwise(moved)]
    silent = clock[-1] - clock[moved[-1]]
    if silent > max(NEEDLE_SECONDS, 2 * max(gaps)):
        return None
    seconds = sum(gaps) + max(0.0, silent - max(gaps))
    return sum(steps[number].tokens for number in moved[1:]) / seconds, seconds


def _sums(steps: tuple[Step, ...]) -> tuple[float, float]:
    return sum(step.tokens for step in steps), sum(step.seconds for step in steps)
