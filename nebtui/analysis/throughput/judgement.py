"""One request's speed against what is usual for it: windows of enough tokens, compared with earlier
ones of the same model at the same concurrency. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from nebtui.analysis.throughput.counters import ServerReading, growth, live_growth
from nebtui.analysis.throughput.windows import NOTHING, Bucket, Recall, Speed, Window, usual
from nebtui.light_dataclass import dataclass

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
DOUBT_SECONDS = 0.5
"""Seconds of a window below which its speed makes nobody look longer."""
RECENT = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is usual, and what the last windows were against it."""

    fresh: bool = True
    """The next window is the first after a start: caches fill and graphs are captured, so it counts
    for nothing."""
    window: Window = NOTHING
    uncounted: tuple[float, float] = (0.0, 0.0)
    """Tokens and seconds already seen live of requests whose end the counters have not told yet."""
    closed: tuple[Speed, ...] = ()
    """The windows that the last step completed and that are worth remembering."""
    stream: float | None = None
    """Speed of one request in the last complete window, tokens a second."""
    slow: int = 0
    """Slow windows in a row."""
    usual: float | None = None
    """What `stream` is compared with; before the first complete window, what the one begun will
    be compared with."""
    known: Mapping[tuple[str, Bucket], tuple[float, ...]] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """The window begun looks slow, or the one before was: another look or two will tell."""
        window = self.window
        begun = self.usual is not None and window.elapsed >= DOUBT_SECONDS
        looks_slow = begun and self.usual is not None and window.speed < SLOW * self.usual
        return 0 < self.slow < SLOW_WINDOWS or (self.slow == 0 and looks_slow)

    def interrupted(self) -> Judgement:
        """Without the window begun: what lies between is not known."""
        return replace(self, window=NOTHING, uncounted=(0.0, 0.0))

    def anew(self) -> Judgement:
        """For another model, or after a rest: what was slow before says nothing of it."""
        return replace(self, window=NOTHING, slow=0, stream=None, usual=None)

    def advance(
        self, before: ServerReading, now: ServerReading, recall: Recall, *, at_end: bool
    ) -> Judgement:
        """With what came between two looks; judged where it is enough."""
        return self._count(before, now, at_end=at_end)._finish(now, recall)

    def _count(self, before: ServerReading, now: ServerReading, *, at_end: bool) -> Judgement:
        """Take the interval's tokens and seconds into the window, those seen live not a second time
        at their end."""
        tokens, seconds = growth(before, now)
        requests = max(0.0, (now.requests or 0.0) - (before.requests or 0.0))
        ahead_tokens, ahead_seconds = self.uncounted
        if tokens > 0:
            if now.requests is None and at_end:
                requests = 1.0
            seen = min(tokens, ahead_tokens)
            spent = min(seconds, ahead_seconds * seen / ahead_tokens) if ahead_tokens else 0.0
            tokens, seconds = tokens - seen, seconds - spent
            ahead_tokens, ahead_seconds = ahead_tokens - seen, ahead_seconds - spent
        live = live_growth(before, now)
        if live.streams:
            spent = live.seconds * live.streams
            tokens, seconds = tokens + live.tokens, seconds + spent
            ahead_tokens, ahead_seconds = ahead_tokens + live.tokens, ahead_seconds + spent
        if not now.streams:
            # What was seen live and never told at an end was cancelled.
            ahead_tokens = ahead_seconds = 0.0
        # At the end of a slow request seconds may be left over whose tokens were all seen live.
        counts = seconds > 0 and (tokens > 0 or self.window.tokens > 0)
        load = max(before.running or 0, now.running or 0, 1)
        window = self.window.add(tokens, seconds, requests, load) if counts else self.window
        return replace(self, window=window, uncounted=(ahead_tokens, ahead_seconds))

    def _finish(self, now: ServerReading, recall: Recall) -> Judgement:
        """Judge the window if it holds enough."""
        window = self.window
        key = (now.model, window.bucket)
        known = (
            self.known if key in self.known else {**self.known, key: tuple(recall(*key))[-RECENT:]}
        )
        expected = usual(known[key])
        after = replace(self, known=known, closed=())
        if self.stream is None and window.readings:
            after = replace(after, usual=expected)
        slow = expected is not None and window.seconds > 0 and window.speed < SLOW * expected
        if not _enough(window, expected if slow else None):
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


def _enough(window: Window, expected: float | None) -> bool:
    """Whether a window can be judged; `expected`: what it is slow against, None where it is not."""
    if expected is None:
        many = window.requests >= WINDOW_REQUESTS and window.tokens >= LEAST_TOKENS
        return window.seconds > 0 and (window.tokens >= WINDOW_TOKENS or many)
    # Long enough that even a server at the limit would have made a window's tokens.
    many = window.seconds >= max(SLOW_SECONDS, WINDOW_TOKENS / (SLOW * expected))
    return many and window.elapsed >= SLOW_SECONDS
