"""From counters of a server to tokens per *busy* second: resets, idle, warm-up and concurrency told
apart. Pure.

Speed is growth of tokens by growth of the server's own seconds, for one request. The wall clock is
no divisor: a server that made ten tokens and then waited would look slower than one that computes
on the CPU.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Literal

from nebtui.analysis.throughput.counters import (
    MAX_GAP,
    ServerReading,
    grew,
    prompt_speed,
    restarted,
)
from nebtui.analysis.throughput.judgement import SLOW_WINDOWS, WINDOW_TOKENS, Judgement
from nebtui.analysis.throughput.needle import CHANGES, LEAST_SECONDS, Needle
from nebtui.analysis.throughput.trend import Trend
from nebtui.analysis.throughput.windows import Recall
from nebtui.light_dataclass import dataclass

REST = 60.0
"""After so many idle seconds work begins anew: what was slow before says nothing of it."""


@dataclass(frozen=True, slots=True)
class Meter:
    """What is known of one server. `advance` gives the next one; nothing here is ever changed."""

    at_end: bool = False
    """The server's counters move only when a request ends."""
    judges: bool = True
    """False where the server's seconds hold more than generating: longer prompts would look like
    slowness."""
    before: ServerReading | None = None
    needle: Needle = field(default_factory=Needle)
    judgement: Judgement = field(default_factory=Judgement)
    trend: Trend = field(default_factory=Trend)
    worked: bool = False
    """Something grew between the last two looks, even if nothing runs at either."""
    idle_since: float | None = None
    """The clock of the first of the looks that found it idle."""
    renewed: bool = False
    """The last look was the first one of a process, or of counters that began anew."""
    prompt_rate: float | None = None
    last_rate: float | None = None
    last_at: float | None = None

    @property
    def busy(self) -> bool | None:
        """Whether the server works now; None before its first reading, or where it does not
        tell."""
        if self.before is None:
            return None
        if (self.before.running or 0) > 0 or (self.before.waiting or 0) > 0 or self.worked:
            return True
        return None if self.before.silent else False

    @property
    def rate(self) -> float | None:
        """Generated tokens of all requests a second, over the last busy seconds; None while idle or
        not known."""
        found = self.needle.measured if self.busy else None
        return found[0] if found else None

    @property
    def over(self) -> float | None:
        """Seconds of work that `rate` rests on; None where there is none."""
        found = self.needle.measured if self.busy else None
        return found[1] if found else None

    @property
    def settled(self) -> bool:
        """Another look would tell nothing that this one does not: it idles, or its speed rests on
        two whole steps of its counter and a second of work, and does not look slow."""
        if not self.busy:
            return self.before is not None
        enough = self.needle.moves >= CHANGES and (self.over or 0.0) >= LEAST_SECONDS
        return enough and not (self.judges and self.judgement.doubtful)

    @property
    def verdict(self) -> Literal["", "slow"]:
        """slow while it works and its last windows were; an idle server is nothing. One that does
        not tell whether it works keeps the verdict for a minute after its last work."""
        if not self.judges or self.judgement.slow < SLOW_WINDOWS or self.before is None:
            return ""
        lately = (
            self.before.silent and self.last_at is not None and self.before.at - self.last_at < REST
        )
        return "slow" if self.busy or lately else ""

    def reset(self) -> Meter:
        """For another process of the same service: what is usual for it stays known."""
        known = Judgement(known=self.judgement.known)
        return Meter(self.at_end, self.judges, judgement=known, trend=self.trend)

    def advance(self, now: ServerReading, recall: Recall = lambda model, bucket: ()) -> Meter:
        """The meter after one more reading."""
        before = self.before
        after = replace(
            self,
            before=now,
            judgement=replace(self.judgement, closed=()),
            renewed=False,
            worked=before is not None and grew(before, now),
        )
        if before is None or restarted(before, now):
            return after._begun(now, again=before is not None)
        if self.renewed and not before.tokens and now.tokens:
            return after._begun(now, again=False, young=True)
        after = after._apply_idle(before, now)
        if not 0 < now.clock - before.clock <= MAX_GAP:
            return replace(after._interrupted(), worked=False)
        if now.model != before.model:
            after = replace(after, judgement=after.judgement.anew())
        judged = after.judgement.advance(before, now, recall, at_end=self.at_end)
        return replace(after, judgement=judged)._move(before, now)

    def _begun(self, now: ServerReading, *, again: bool, young: bool = False) -> Meter:
        """Begin with this reading. What a counter held before is of another process: this interval
        says nothing. Nor does one from a page without the counter to one with it: what it counted
        since the process began is not of this second."""
        young = young or again or now.tokens is None or now.tokens < WINDOW_TOKENS
        return replace(
            self,
            judgement=replace(self.judgement.interrupted(), fresh=young, slow=0),
            needle=Needle(),
            worked=False,
            prompt_rate=None,
            renewed=again,
        )

    def _interrupted(self) -> Meter:
        return replace(self, judgement=self.judgement.interrupted(), needle=Needle())

    def _apply_idle(self, before: ServerReading, now: ServerReading) -> Meter:
        """Count idle time; what begins after a rest is measured for itself."""
        if not (self.worked or now.running or now.waiting):
            since = before.clock if self.idle_since is None else self.idle_since
            return replace(self, idle_since=since)
        if self.idle_since is None or now.clock - self.idle_since < REST:
            return replace(self, idle_since=None)
        return replace(self, idle_since=None, judgement=self.judgement.anew())

    def _move(self, before: ServerReading, now: ServerReading) -> Meter:
        """Move the needle, and note what it shows."""
        prompt = prompt_speed(before, now)
        needle = self.needle.advance(before, now, at_end=self.at_end)
        after = replace(
            self,
            needle=needle,
            prompt_rate=prompt if prompt is not None else self.prompt_rate,
        )
        newest = needle.steps[-1] if needle.steps else None
        found = needle.measured
        if newest is None or newest.clock != now.clock or not found or found[0] <= 0:
            return after
        trend = self.trend.add(now.at, found[0])
        return replace(after, last_rate=found[0], last_at=now.at, trend=trend)
