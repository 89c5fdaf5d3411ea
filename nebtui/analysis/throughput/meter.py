"""From counters of a server to tokens per *busy* second: resets, idle, warm-up and concurrency told
apart. Pure.

Speed is growth of tokens by growth of the server's own seconds, for one request. The wall clock is
no divisor: a server that made ten tokens and then waited would look slower than one that computes
on the CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from nebtui.analysis.throughput.counters import (
    MAX_GAP,
    ServerReading,
    grew,
    growth,
    live_growth,
    prompt_speed,
    restarted,
)
from nebtui.analysis.throughput.windows import NOTHING, Bucket, Recall, Speed, Window, usual

SLOW = 0.4
"""Below this share of the usual speed a window counts as slow."""
WINDOW_TOKENS = 64.0
WINDOW_REQUESTS = 3
LEAST_TOKENS = 16.0
"""Three requests of a word each are no measurement."""
SLOW_SECONDS = 2.0
"""A slow window lasts at least this long for each of its requests, so that a hiccup of many is
none."""
SLOW_WINDOWS = 2
RECENT = 200
NEEDLE_SECONDS = 3.0
REST = 60.0
"""After so many idle seconds work begins anew: what was slow before says nothing of it."""
TREND_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Meter:
    """What is known of one server. `advance` gives the next one; nothing here is ever changed."""

    at_end: bool = False
    """The server's counters move only when a request ends."""
    judges: bool = True
    """False where the server's seconds hold more than generating: longer prompts would look like
    slowness."""
    before: ServerReading | None = None
    fresh: bool = True
    """The next window is the first after a start: caches fill and graphs are captured, so it counts
    for nothing."""
    window: Window = NOTHING
    uncounted: tuple[float, float] = (0.0, 0.0)
    """Tokens and seconds already seen live of requests whose end the counters have not told yet."""
    recent_rate: tuple[tuple[float, float, float], ...] = ()
    """(clock, tokens of all requests, seconds) of the last three busy seconds."""
    worked: bool = False
    """Something grew between the last two looks, even if nothing runs at either."""
    idle_since: float | None = None
    """The clock of the first of the looks that found it idle."""
    renewed: bool = False
    """The last look was the first one of a process, or of counters that began anew."""
    prompt_rate: float | None = None
    last_rate: float | None = None
    last_at: float | None = None
    closed: tuple[Speed, ...] = ()
    """The windows that the last step completed and that are worth remembering."""
    stream: float | None = None
    slow: int = 0
    """Slow windows in a row."""
    usual: float | None = None
    known: Mapping[tuple[str, Bucket], tuple[float, ...]] = field(default_factory=dict)
    minutes: tuple[tuple[int, float, int], ...] = ()
    """(minute, sum of speeds, number) of the last hour's busy minutes."""

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
        seconds, tokens = (
            sum(step[2] for step in self.recent_rate),
            sum(step[1] for step in self.recent_rate),
        )
        return tokens / seconds if self.busy and seconds > 0 and tokens > 0 else None

    @property
    def verdict(self) -> Literal["", "slow"]:
        """slow while it works and its last windows were; an idle server is nothing. One that does
        not tell whether it works keeps the verdict for a minute after its last work."""
        if not self.judges or self.slow < SLOW_WINDOWS or self.before is None:
            return ""
        lately = (
            self.before.silent and self.last_at is not None and self.before.at - self.last_at < REST
        )
        return "slow" if self.busy or lately else ""

    def trend(self, at: float) -> tuple[float | None, ...]:
        """Mean speed of each minute from the first known one up to `at`, None for idle ones."""
        if not self.minutes:
            return ()
        by = {minute: total / number for minute, total, number in self.minutes}
        now = int(at // 60)
        return tuple(
            by.get(minute)
            for minute in range(max(self.minutes[0][0], now - TREND_MINUTES + 1), now + 1)
        )

    def reset(self) -> Meter:
        """For another process of the same service: what is usual for it stays known."""
        return Meter(self.at_end, self.judges, known=self.known, minutes=self.minutes)

    def advance(self, now: ServerReading, recall: Recall = lambda model, bucket: ()) -> Meter:
        """The meter after one more reading."""
        before = self.before
        after = replace(
            self,
            before=now,
            closed=(),
            renewed=False,
            worked=before is not None and grew(before, now),
        )
        if (
            before is None
            or restarted(before, now)
            or (self.renewed and not before.tokens and now.tokens)
        ):
            # What a counter held before is of another process: this interval says nothing. Nor does
            # one from a page without the counter to one with it: what it counted since the process
            # began is not of this second.
            young = now.tokens is None or now.tokens < WINDOW_TOKENS or before is not None
            again = before is not None and restarted(before, now)
            return replace(
                after._without_window(),
                fresh=young,
                worked=False,
                slow=0,
                prompt_rate=None,
                renewed=again,
            )
        after = after._apply_idle(before, now)
        if not 0 < now.clock - before.clock <= MAX_GAP:
            return replace(after._without_window(), worked=False)
        if now.model != before.model:
            after = replace(after, window=NOTHING, slow=0, stream=None, usual=None)
        return after._count(before, now)._update_recent(before, now)._finish_window(now, recall)

    def _apply_idle(self, before: ServerReading, now: ServerReading) -> Meter:
        """Count idle time; what begins after a rest is measured for itself."""
        if not (self.worked or now.running or now.waiting):
            return replace(
                self, idle_since=before.clock if self.idle_since is None else self.idle_since
            )
        if self.idle_since is None or now.clock - self.idle_since < REST:
            return replace(self, idle_since=None)
        return replace(self, idle_since=None, window=NOTHING, slow=0, stream=None)

    def _without_window(self) -> Meter:
        return replace(self, window=NOTHING, uncounted=(0.0, 0.0), recent_rate=())

    def _count(self, before: ServerReading, now: ServerReading) -> Meter:
        """Take the interval's tokens and seconds into the window, those seen live not a second time
        at their end."""
        tokens, seconds = growth(before, now)
        requests = max(0.0, (now.requests or 0.0) - (before.requests or 0.0))
        ahead_tokens, ahead_seconds = self.uncounted
        if tokens > 0:
            if now.requests is None and self.at_end:
                requests = 1.0
            seen = min(tokens, ahead_tokens)
            spent = min(seconds, ahead_seconds * seen / ahead_tokens) if ahead_tokens else 0.0
            tokens, seconds = tokens - seen, seconds - spent
            ahead_tokens, ahead_seconds = ahead_tokens - seen, ahead_seconds - spent
        live = live_growth(before, now)
        if live.streams:
            tokens, seconds = tokens + live.tokens, seconds + live.seconds * live.streams
            ahead_tokens, ahead_seconds = (
                ahead_tokens + live.tokens,
                ahead_seconds + live.seconds * live.streams,
            )
        if not now.streams:
            # What was seen live and never told at an end was cancelled.
            ahead_tokens = ahead_seconds = 0.0
        # At the end of a slow request seconds may be left over whose tokens were all seen live.
        counts = seconds > 0 and (tokens > 0 or self.window.tokens > 0)
        load = max(before.running or 0, now.running or 0, 1)
        window = self.window
        if counts:
            window = Window(
                window.tokens + tokens,
                window.seconds + seconds,
                window.requests + requests,
                window.load + load,
                window.readings + 1,
                window.elapsed + seconds / load,
            )
        return replace(self, window=window, uncounted=(ahead_tokens, ahead_seconds))

    def _update_recent(self, before: ServerReading, now: ServerReading) -> Meter:
        """The live speed of all requests together, for the eye; and the speed at which prompts are
        read."""
        prompt = prompt_speed(before, now)
        recent_rate = tuple(
            step for step in self.recent_rate if now.clock - step[0] < NEEDLE_SECONDS
        )
        step = self._step(before, now)
        after = replace(
            self,
            recent_rate=recent_rate,
            prompt_rate=prompt if prompt is not None else self.prompt_rate,
        )
        if step is None:
            return after
        after = replace(after, recent_rate=(*recent_rate, (now.clock, *step)))
        rate = sum(s[1] for s in after.recent_rate) / sum(s[2] for s in after.recent_rate)
        if rate <= 0:
            return after
        minute = int(now.at // 60)
        kept = [m for m in self.minutes if minute - TREND_MINUTES < m[0] < minute]
        total, number = next(((m[1], m[2]) for m in self.minutes if m[0] == minute), (0.0, 0))
        minutes = (*kept, (minute, total + rate, number + 1))
        return replace(after, last_rate=rate, last_at=now.at, minutes=minutes)

    def _step(self, before: ServerReading, now: ServerReading) -> tuple[float, float] | None:
        """(tokens, seconds) of the interval, all requests together; None where nothing was
        generated."""
        elapsed = now.clock - before.clock
        live = live_growth(before, now)
        if live.streams:
            return live.tokens, live.seconds
        tokens, seconds = growth(before, now)
        worked = (before.running or 0) > 0 and (now.running or 0) > 0
        if not self.at_end and worked and now.tokens is not None and before.tokens is not None:
            grown = now.tokens - before.tokens
            return (grown, elapsed) if grown > 0 else None
        if tokens > 0 and seconds > 0:
            return tokens * max(before.running or 0, now.running or 0, 1), seconds
        if (
            worked
            and now.decodes is not None
            and before.decodes is not None
            and now.decodes > before.decodes
        ):
            return (now.decodes - before.decodes) * min(
                before.running or 0, now.running or 0
            ), elapsed
        return None

    def _finish_window(self, now: ServerReading, recall: Recall) -> Meter:
        """Judge the window if it holds enough."""
        window = self.window
        key = (now.model, window.bucket)
        known = (
            self.known if key in self.known else {**self.known, key: tuple(recall(*key))[-RECENT:]}
        )
        expected = usual(known[key])
        slow = expected is not None and window.seconds > 0 and window.speed < SLOW * expected
        if slow and expected is not None:
            # Long enough that even a server at the limit would have made a window's tokens.
            many = window.seconds >= max(SLOW_SECONDS, WINDOW_TOKENS / (SLOW * expected))
            enough = many and window.elapsed >= SLOW_SECONDS
        else:
            many = window.requests >= WINDOW_REQUESTS and window.tokens >= LEAST_TOKENS
            enough = window.seconds > 0 and (window.tokens >= WINDOW_TOKENS or many)
        after = replace(self, known=known)
        if not enough:
            return after
        after = replace(after, window=NOTHING, usual=expected, stream=window.speed)
        if self.fresh:
            return replace(after, fresh=False)
        if slow:
            return replace(after, slow=self.slow + 1)
        speeds = (*known[key], window.speed)[-RECENT:]
        done = Speed(now.model, window.bucket, window.speed, now.at)
        return replace(
            after, slow=0, known={**known, key: speeds}, closed=(done,), usual=usual(speeds)
        )
