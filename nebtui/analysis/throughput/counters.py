"""One look at a server's counters, and what two looks say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nebtui.facts.empty import empty
from nebtui.light_dataclass import dataclass

MAX_GAP = 30.0
"""Seconds between two looks beyond which their difference is no speed any more."""


@dataclass(frozen=True, slots=True)
class ServerReading:
    """Counters as the server gave them. `clock` is monotonic, `at` Unix seconds; a figure it lacks
    is None."""

    clock: float
    at: float
    life: tuple[float | None, ...] = ()
    """When container and process started: counters of another life are not comparable."""
    tokens: float | None = None
    """Generated tokens."""
    speed: tuple[float, float] | None = None
    """(tokens, seconds) whose growths divide into the speed of one request."""
    prompt_speed: tuple[float, float] | None = None
    prompt_tokens: float | None = None
    requests: float | None = None
    running: int | None = None
    waiting: int | None = None
    decodes: float | None = None
    live: float | None = None
    """Generated tokens, counted while requests run, where `tokens` moves at their end only."""
    gauge: float | None = None
    """The server's own tokens a second of all requests together; it may outlive its work."""
    kv_cache: float | None = None
    """Used share of the memory for keys and values, 0 to 1."""
    streams: Mapping[str, int] = field(default_factory=empty)
    """Tokens so far of each request that runs, by its id."""
    model: str = ""
    on_gpu: float | None = None
    loaded: bool | None = None
    silent: bool = False
    """It does not tell whether it works."""

    @property
    def counters(self) -> tuple[float | None, ...]:
        """Everything that can only grow while the process lives."""
        pairs = (*(self.speed or (None, None)), *(self.prompt_speed or (None, None)))
        return (self.tokens, self.live, self.prompt_tokens, self.requests, self.decodes, *pairs)


@dataclass(frozen=True, slots=True)
class Live:
    """Tokens that requests still running made between two looks; `streams` how many of them
    moved."""

    tokens: float = 0.0
    seconds: float = 0.0
    streams: int = 0


def restarted(before: ServerReading, now: ServerReading) -> bool:
    """True if a counter went down or the process is another one; a counter that came or went is no
    reset."""
    if before.life != now.life:
        return True
    pairs = zip(before.counters, now.counters, strict=True)
    return any(b is not None and n is not None and n < b for b, n in pairs)


def growth(
    before: ServerReading, now: ServerReading, *, prompts: bool = False
) -> tuple[float, float]:
    """(tokens, seconds) by which the pair of counters grew, (0, 0) where there is none."""
    first, second = (
        (before.prompt_speed, now.prompt_speed) if prompts else (before.speed, now.speed)
    )
    if first is None or second is None:
        return 0.0, 0.0
    return max(0.0, second[0] - first[0]), max(0.0, second[1] - first[1])


def live_growth(before: ServerReading, now: ServerReading) -> Live:
    """What requests seen at both looks made in between. One that has made nothing yet reads its
    prompt; one that had begun and stood still is slow, and its time counts."""
    both = [
        (count, now.streams[key] - count)
        for key, count in before.streams.items()
        if key in now.streams
    ]
    at_work = [max(0, made) for count, made in both if count > 0 or made > 0]
    return Live(float(sum(at_work)), now.clock - before.clock, len(at_work)) if at_work else Live()


def grew(before: ServerReading, now: ServerReading) -> bool:
    """True if anything was worked on between the two looks."""
    pairs = zip(before.counters, now.counters, strict=True)
    return live_growth(before, now).streams > 0 or any(
        b is not None and n is not None and n > b for b, n in pairs
    )


def prompt_speed(before: ServerReading, now: ServerReading) -> float | None:
    """Tokens of prompts a second of reading them. For a server that only reads (embeddings) and has
    no seconds counter, tokens a second of the clock: the least it can be."""
    tokens, seconds = growth(before, now, prompts=True)
    if tokens > 0 and seconds > 0:
        return tokens / seconds
    if now.speed is None and now.prompt_speed is None and now.tokens is None:
        read = (now.prompt_tokens or 0.0) - (before.prompt_tokens or 0.0)
        return read / (now.clock - before.clock) if read > 0 else None
    return None
