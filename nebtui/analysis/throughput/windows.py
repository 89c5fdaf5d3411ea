"""The unit in which a server's speed is judged: enough tokens of one concurrency, and what is usual
for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from nebtui.light_dataclass import dataclass

KNOWN_WINDOWS = 3
"""So many windows must be known before anything is usual."""

Bucket = Literal["1", "2-4", "5+", "17+", "65+"]
Recall = Callable[[str, Bucket], Iterable[float]]
"""Speeds of earlier runs with this model at this concurrency, tokens a second of one request."""


@dataclass(frozen=True, slots=True)
class Window:
    """What has been counted since the last window was complete."""

    tokens: float = 0.0
    seconds: float = 0.0
    requests: float = 0.0
    load: float = 0.0
    """Requests at work, summed over `readings`."""
    readings: int = 0
    elapsed: float = 0.0
    """The seconds of one of the requests that ran at the same time."""

    def add(self, tokens: float, seconds: float, requests: float, load: int) -> Window:
        """With what one interval made; `load` requests were at work."""
        return Window(
            self.tokens + tokens,
            self.seconds + seconds,
            self.requests + requests,
            self.load + load,
            self.readings + 1,
            self.elapsed + seconds / load,
        )

    @property
    def speed(self) -> float:
        return self.tokens / self.seconds if self.seconds > 0 else 0.0

    @property
    def bucket(self) -> Bucket:
        return bucket(self.load / self.readings if self.readings else 1.0)


NOTHING = Window()


@dataclass(frozen=True, slots=True)
class Speed:
    """One complete window: the speed of one request, in tokens a second."""

    model: str
    bucket: Bucket
    speed: float
    at: float


def bucket(running: float) -> Bucket:
    """Which concurrency a number of running requests belongs to: speeds are compared within one
    only."""
    if running < 4.5:
        return "1" if running < 1.5 else "2-4"
    return "5+" if running < 16.5 else "17+" if running < 64.5 else "65+"


def usual(speeds: Iterable[float]) -> float | None:
    """The median of the better half: what the server does when nothing holds it back. None for
    fewer than three."""
    ordered = sorted(speeds)
    return median(ordered[len(ordered) // 2 :]) if len(ordered) >= KNOWN_WINDOWS else None


def median(ordered: Sequence[float]) -> float:
    """The middle of sorted values. (`statistics` would cost the start of the program 10 ms.)"""
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
