"""The last minutes of a service as strips: CPU, tokens a second, condition."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.throughput.summary import ASCII_BARS, BARS, samples_of, sparkline
from nebtui.analysis.uptime import WORST, Condition, conditions
from nebtui.facts.declared import ServiceKey
from nebtui.facts.samples import CpuTrend
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.widgets.markup import joined

SIDES = 40
"""Cells of a line besides its strip."""
LEAST = 10
"""Spans below which a strip shows nothing."""
FIGURES: dict[Condition, tuple[str, str]] = {
    "": (" ", "dim"),
    "up": ("█", "ok"),
    "starting": ("▒", "warn"),
    "unhealthy": ("▓", "bad"),
    "down": ("░", "bad"),
}


def strips(
    snapshot: Snapshot, key: ServiceKey, now: float, width: int, *, ascii: bool
) -> list[Content]:
    """One line each for CPU, tokens a second and condition, as far as they were seen; () where
    there is no room or no container."""
    number = min(CpuTrend.MOST, width - SIDES)
    containers = snapshot.containers_of(key)
    if number < LEAST or not containers:
        return []
    return [
        *_cpu(snapshot, key, now, number, ascii),
        *_speed(snapshot, key, number, ascii),
        _condition(snapshot, key, now, number),
    ]


def _cpu(
    snapshot: Snapshot, key: ServiceKey, now: float, number: int, ascii: bool
) -> list[Content]:
    """Of all replicas together."""
    newest = int(now) // CpuTrend.EACH
    total: list[float | None] = [None] * number
    for container in snapshot.containers_of(key):
        trend = snapshot.cpu_trends.get(container.id)
        for back, value in enumerate(reversed(trend.values)) if trend else ():
            place = number - 1 - (newest - trend.newest) - back if trend else -1
            if 0 <= place < number and value is not None:
                total[place] = (total[place] or 0.0) + value
    known = [value for value in total if value is not None]
    if not known or not max(known):
        return []
    bars = ASCII_BARS if ascii else BARS
    top = max(known)
    drawn = "".join(
        " " if v is None else bars[min(len(bars) - 1, int(v / top * len(bars)))] for v in total
    )
    return [_line(_minutes(number), "cpu", joined((drawn, "info")), f"up to {top:.0f} %")]


def _speed(snapshot: Snapshot, key: ServiceKey, number: int, ascii: bool) -> list[Content]:
    """The minutes of the server that was seen for longest."""
    trend = max((s.trend for s in samples_of(snapshot, key)), key=len, default=())
    drawn = sparkline(trend[-number:], number, ASCII_BARS if ascii else BARS)
    minutes = f"last {len(trend[-number:])} min"
    return [_line(minutes, "tokens/s", joined((drawn, "info")), told="")] if drawn else []


def _condition(snapshot: Snapshot, key: ServiceKey, now: float, number: int) -> Content:
    """The worst of all replicas."""
    each = [
        conditions(c, snapshot.histories.get(c.id, ()), now, CpuTrend.EACH, number)
        for c in snapshot.containers_of(key)
    ]
    worst = [max(column, key=WORST.index) for column in zip(*each, strict=True)]
    told = sorted({word for word in worst if word}, key=WORST.index)
    strip = joined(*(FIGURES[word] for word in worst))
    return _line(_minutes(number), "condition", strip, ", ".join(reversed(told)))


def _minutes(number: int) -> str:
    return f"last {number * CpuTrend.EACH / 60:.0f} min"


def _line(span: str, name: str, strip: Content, told: str) -> Content:
    return joined((f"{span:<12}{name:<11}", "dim")) + strip + joined((f"  {told}", "dim"))
