"""The speed of a service in words short enough for a row: busy, idle with its last figure, slow
against its usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.text.units import age

if TYPE_CHECKING:  # only named here: the first frame does not wait for it
    from nebtui.facts.samples import ThroughputSample

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=+*%#"
TOKENS = "tok/s"
UNKNOWN = "usual speed not known yet"
LATE = "its speed is told when a request ends"


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
        s.tokens_per_second for s in samples if s.tokens_per_second is not None and s.unit == TOKENS
    ]
    return sum(rates) if rates else None


def words(samples: tuple[ThroughputSample, ...]) -> SpeedWords:
    """The words for a row. Idle is dim and never a warning, whatever came before it."""
    if not samples:
        return SpeedWords()
    busy = [s for s in samples if s.tokens_per_second is not None]
    if busy:
        total = sum(s.tokens_per_second or 0.0 for s in busy)
        rate = f"{figure(total)} {busy[0].unit}"
        slow = next((text for s in samples if (text := slow_words(s))), "")
        return SpeedWords(rate, "warn", slow, "warn") if slow else SpeedWords(rate)
    if any(s.busy for s in samples):
        return _busy_words(samples)
    last = _newest(samples)
    if all(s.busy is False for s in samples):
        return SpeedWords("idle", "dim", last_words(last) if last else "")
    problem = next((s.problem for s in samples if s.problem), "")
    return SpeedWords(
        "–", "dim", problem or next((text for s in samples if (text := last_words(s))), "")
    )


def _busy_words(samples: tuple[ThroughputSample, ...]) -> SpeedWords:
    """At work, and nothing is told of it now: the last speed with its age, where there was one."""
    last = _newest(samples)
    waiting = sum(s.waiting or 0 for s in samples)
    queue = f"{waiting} request{'s' if waiting > 1 else ''} waiting" if waiting else ""
    if last is None or last.last_rate is None or last.last_at is None:
        late = LATE if all(s.late for s in samples if s.busy) else ""
        return SpeedWords("busy –", "", queue or late)
    busy = f"busy, {age(last.at - last.last_at)} ago"
    rate = f"{figure(last.last_rate)} {last.unit}"
    return SpeedWords(rate, "dim", f"{busy} · {queue}" if queue else busy)


def _newest(samples: tuple[ThroughputSample, ...]) -> ThroughputSample | None:
    """The one that was seen to work last; None where none ever was."""
    worked = (s for s in samples if s.last_at is not None)
    return max(worked, key=lambda s: s.last_at or 0.0, default=None)


def slow_words(sample: ThroughputSample) -> str:
    """`slow: 3.3 tok/s, usually 55.8`, "" where it is not."""
    if sample.verdict != "slow" or sample.stream is None or sample.usual is None:
        return ""
    return f"slow: {sample.stream:.1f} {sample.unit}, usually {sample.usual:.1f}"


def slower(samples: tuple[ThroughputSample, ...]) -> str:
    """How much slower than usual a service is, for a sentence: `17× slower than usual: 3.3 tok/s,
    usually 55.8`; "" where no server of it is slow."""
    slow = [s for s in samples if slow_words(s) and s.stream and s.usual]
    worst = max(slow, key=lambda s: (s.usual or 0.0) / (s.stream or 1.0), default=None)
    if worst is None or not worst.stream or not worst.usual:
        return ""
    times = f"{worst.usual / worst.stream:.0f}× slower than usual"
    return f"{times}: {worst.stream:.1f} {worst.unit}, usually {worst.usual:.1f}"


def figure(speed: float) -> str:
    """A speed in the digits that matter: `64.8`, `12346`."""
    return f"{speed:.1f}" if speed < 1000 else f"{speed:.0f}"


def kv_cache(samples: tuple[ThroughputSample, ...]) -> float | None:
    """The fullest memory for keys and values of all replicas, 0 to 1; None where none tells."""
    return max((s.kv_cache for s in samples if s.kv_cache is not None), default=None)


def once_words(samples: tuple[ThroughputSample, ...]) -> str:
    """What a single look's figure rests on, `over 1.5 s`; "" where there is no figure."""
    spans = [s.over for s in samples if s.tokens_per_second is not None and s.over is not None]
    return f"over {min(spans):.1f} s" if spans else ""


def styled_parts(sample: ThroughputSample) -> tuple[tuple[str, str], ...]:
    """All figures of one server as (name, words), for a detail pane; what is not known is left out
    or says why."""

    def per_second(speed: float | None) -> str:
        return "–" if speed is None else f"{figure(speed)} {sample.unit}"

    known = ((sample.running, "running"), (sample.waiting, "waiting"))
    asked = [f"{n} {word}" for n, word in known if n is not None]
    state = {True: "busy", False: "idle", None: "not known whether it works"}[sample.busy]
    told = sample.tokens_per_second is not None or not last_words(sample)
    speed = f"{per_second(sample.tokens_per_second)} generated"
    speed = speed if sample.busy and told else last_words(sample)
    read = sample.prompt_tokens_per_second
    prompt = f"prompts read at {per_second(read)}" if read else ""
    against = f"{per_second(sample.stream)} for one request" if sample.stream is not None else ""
    usual = f"usually {per_second(sample.usual)}" if sample.usual is not None else UNKNOWN
    share = sample.kv_cache
    rows = (
        ("server", _joined(sample.server, sample.model, sample.source)),
        ("work", _joined(state, *asked)),
        ("speed", _joined(speed, prompt, LATE if sample.busy and sample.late else "")),
        ("against", f"{against}, {usual}" if against else ""),
        ("KV cache", f"{share:.0%} used" if share is not None else ""),
        ("problem", sample.problem),
    )
    return tuple((name, words) for name, words in rows if words)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def last_words(sample: ThroughputSample) -> str:
    """`64.6 tok/s 12 s ago`, "" where it never worked."""
    if sample.last_rate is None or sample.last_at is None:
        return ""
    return f"{figure(sample.last_rate)} {sample.unit} {age(sample.at - sample.last_at)} ago"


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
