"""The speed of a service in words short enough for a row: busy, idle with its last figure, slow
against its usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nebtui.facts.declared import ServiceKey
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=+*%#"


@dataclass(frozen=True, slots=True)
class SpeedWords:
    """What a row says: `rate` in its own column, `note` where there is room for a sentence; tones
    as in `Row`."""

    rate: str = ""
    rate_tone: Literal["", "dim", "warn"] = ""
    note: str = ""
    note_tone: Literal["dim", "warn"] = "dim"


def samples_of(snapshot: Snapshot, key: ServiceKey) -> tuple[ThroughputSample, ...]:
    """What the servers of a service say, those of stopped containers left out."""
    running = (c.id for c in snapshot.containers_of(key) if c.state == "running")
    return tuple(snapshot.throughput[i] for i in running if i in snapshot.throughput)


def tokens_per_second(samples: tuple[ThroughputSample, ...]) -> float | None:
    """Tokens a second of all replicas together; None while they are idle or tell nothing."""
    rates = [
        s.tokens_per_second for s in samples if s.tokens_per_second is not None and s.unit == "T/s"
    ]
    return sum(rates) if rates else None


def words(samples: tuple[ThroughputSample, ...]) -> SpeedWords:
    """The words for a row. Idle is dim and never a warning, whatever came before it."""
    if not samples:
        return SpeedWords()
    busy = [s for s in samples if s.tokens_per_second is not None]
    slow = next(
        (
            s
            for s in samples
            if s.verdict == "slow" and s.stream is not None and s.usual is not None
        ),
        None,
    )
    if busy:
        rate = f"{sum(s.tokens_per_second or 0.0 for s in busy):.1f} {busy[0].unit}"
        if slow is not None:
            return SpeedWords(
                rate,
                "warn",
                f"slow: {slow.stream:.1f} {slow.unit}, usually {slow.usual:.1f}",
                "warn",
            )
        return SpeedWords(rate)
    if any(s.busy for s in samples):
        waiting = sum(s.waiting or 0 for s in samples)
        return SpeedWords(
            "busy –",
            "",
            f"{waiting} request{'s' if waiting > 1 else ''} waiting" if waiting else "",
        )
    if all(s.busy is False for s in samples):
        last = max(
            (s for s in samples if s.last_at is not None),
            key=lambda s: s.last_at or 0.0,
            default=None,
        )
        return SpeedWords("idle", "dim", last_words(last) if last else "")
    problem = next((s.problem for s in samples if s.problem), "")
    return SpeedWords(
        "–", "dim", problem or next((text for s in samples if (text := last_words(s))), "")
    )


def styled_parts(sample: ThroughputSample) -> tuple[tuple[str, str], ...]:
    """All figures of one server as (name, words), for a detail pane; what is not known is left out
    or says why."""

    def per_second(figure: float | None) -> str:
        return "–" if figure is None else f"{figure:.1f} {sample.unit}"

    asked = [
        f"{n} {word}"
        for n, word in ((sample.running, "running"), (sample.waiting, "waiting"))
        if n is not None
    ]
    state = {True: "busy", False: "idle", None: "not known whether it works"}[sample.busy]
    speed = (
        f"{per_second(sample.tokens_per_second)} generated" if sample.busy else last_words(sample)
    )
    prompt = (
        f"prompts read at {per_second(sample.prompt_tokens_per_second)}"
        if sample.prompt_tokens_per_second
        else ""
    )
    against = f"{per_second(sample.stream)} for one request" if sample.stream is not None else ""
    usual = (
        f"usually {per_second(sample.usual)}"
        if sample.usual is not None
        else "usual speed not known yet"
    )
    rows = (
        (
            "server",
            " · ".join(part for part in (sample.server, sample.model, sample.source) if part),
        ),
        ("work", " · ".join((state, *asked))),
        ("speed", " · ".join(part for part in (speed, prompt) if part)),
        ("against", f"{against}, {usual}" if against else ""),
        ("problem", sample.problem),
    )
    return tuple((name, words) for name, words in rows if words)


def last_words(sample: ThroughputSample) -> str:
    """`64.6 T/s 12 s ago`, "" where it never worked."""
    if sample.last_rate is None or sample.last_at is None:
        return ""
    return f"{sample.last_rate:.1f} {sample.unit} {ago(sample.at - sample.last_at)} ago"


def ago(seconds: float) -> str:
    """An age in one unit, in steps of five seconds at first so that rows do not flicker."""
    if seconds < 60:
        return f"{max(1, int(seconds) // 5 * 5)} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3600)} h"


def sparkline(trend: tuple[float | None, ...], width: int, bars: str = BARS) -> str:
    """All minutes of the trend in at most `width` bars against the fastest of them, several minutes
    to a bar where they are too many; a blank where nothing was done."""
    each = max(1, -(-len(trend) // width))
    # Whole bars are counted from the newest minute, so that the oldest one may be the narrow one.
    ends = range(len(trend), 0, -each)
    shown = [_mean(trend[max(0, end - each) : end]) for end in reversed(ends)]
    top = max((speed for speed in shown if speed is not None), default=0.0)
    if top <= 0:
        return ""
    steps = len(bars)
    return "".join(" " if s is None else bars[min(steps - 1, int(s / top * steps))] for s in shown)


def _mean(minutes: tuple[float | None, ...]) -> float | None:
    busy = [speed for speed in minutes if speed is not None]
    return sum(busy) / len(busy) if busy else None
