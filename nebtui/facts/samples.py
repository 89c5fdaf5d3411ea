"""Timed readings. A missing figure is None and shown as `–`, never 0."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from nebtui.facts.gpu import GpuSample
from nebtui.light_dataclass import dataclass

__all__ = ["ContainerSample", "CpuTrend", "GpuSample", "ThroughputSample"]


@dataclass(frozen=True, slots=True)
class ContainerSample:
    """CPU in percent of one core, memory in bytes without page cache, network in bytes a second."""

    container: str
    at: float
    cpu: float | None = None
    memory: int | None = None
    rx: float | None = None
    tx: float | None = None


@dataclass(frozen=True, slots=True)
class CpuTrend:
    """CPU of a container over the last minutes: the greatest reading of each `EACH` seconds, in
    percent of one core, oldest first; None where nobody read it."""

    newest: int
    """Unix seconds of the last entry, divided by `EACH`."""
    values: tuple[float | None, ...]

    EACH: ClassVar[int] = 10
    MOST: ClassVar[int] = 60
    """Entries: ten minutes."""

    def after(self, at: float, cpu: float | None) -> CpuTrend:
        """With one more reading; one that is older than the newest is left out."""
        bucket = int(at) // self.EACH
        gone = bucket - self.newest
        if gone < 0 or cpu is None:
            return self
        if gone == 0:
            last = self.values[-1] if self.values else None
            greatest = cpu if last is None else max(last, cpu)
            return self if greatest == last else CpuTrend(bucket, (*self.values[:-1], greatest))
        missed = (None,) * min(gone - 1, self.MOST)
        return CpuTrend(bucket, (*self.values, *missed, cpu)[-self.MOST :])

    @classmethod
    def began(cls, at: float, cpu: float | None) -> CpuTrend:
        """With a first reading."""
        return cls(int(at) // cls.EACH, (cpu,))


@dataclass(frozen=True, slots=True)
class ThroughputSample:
    """What one inference server says of its work, or why it says nothing. An idle one has no speed,
    never speed 0."""

    container: str
    at: float
    tokens_per_second: float | None = None
    """Generated tokens of all requests together a second while it is busy; None while idle or not
    known."""
    busy: bool | None = None
    """It works on a request now; None = unknown."""
    prompt_tokens_per_second: float | None = None
    """Tokens of prompts read a second of reading; those found in a cache are not counted."""
    running: int | None = None
    """Requests worked on."""
    waiting: int | None = None
    """Requests in its queue."""
    last_rate: float | None = None
    """The newest speed it had while busy, and when."""
    last_at: float | None = None
    model: str = ""
    server: str = ""
    """What it is (`vLLM`), told by the prefix of its metrics and not by the name of its image."""
    source: str = ""
    """Where the figures come from: a URL, `exec`, or `log`."""
    problem: str = ""
    """Why figures are missing, one sentence with a remedy."""
    stream: float | None = None
    """Speed of one request in the last complete window, what `usual` is to be compared with."""
    usual: float | None = None
    """The usual speed of one request of this service with this model at this concurrency; None =
    not known yet."""
    over: float | None = None
    """Seconds of work that `tokens_per_second` rests on."""
    late: bool = False
    """It tells nothing of a request before its end: between two ends its speed is the last one."""
    kv_cache: float | None = None
    """Used share of its memory for keys and values, 0 to 1; None where it does not tell."""
    verdict: Literal["", "slow"] = ""
    """slow: busy below 0.4 of the usual speed for two windows and more. Idle is never slow."""
    unit: str = "tok/s"
    """`inf/s` or `req/s` where the server counts inferences or requests and not tokens; its speed
    then stands in the same field."""
    trend: tuple[float | None, ...] = ()
    """Mean speed of each of the last minutes while busy, oldest first, at most an hour; None =
    idle. Given once a minute; () = as it was."""
    on_gpu: float | None = None
    """Share of the loaded model in GPU memory as the server says (Ollama `size_vram`/`size`), which
    is no proof."""
    loaded: bool | None = None
    """A model is in memory; None where the server tells no more than its name."""

    def after(self, before: ThroughputSample | None) -> ThroughputSample:
        """This one, with the trend of the one before where it brings none."""
        if before is None or self.trend or not before.trend:
            return self
        return replace(self, trend=before.trend)
