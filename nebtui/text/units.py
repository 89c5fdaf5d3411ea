"""Amounts as people read them; what is missing is `–`."""

from __future__ import annotations

from datetime import UTC, datetime


def size(number: float | None) -> str:
    """Bytes: `41 MiB`, `1.5 GiB`; – for None."""
    if number is None:
        return "–"
    value, units = float(number), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return (
        f"{value:.0f} {units[0]}" if value >= 10 or units[0] == "B" else f"{value:.1f} {units[0]}"
    )


def percent(number: float | None) -> str:
    """A share in percent: `42 %`; `– %` for None."""
    return "– %" if number is None else f"{number:.0f} %"


def clock_time(at: float) -> str:
    """The local time of day of Unix seconds: `14:03:27`; – for what is no time."""
    return _local(at, "%H:%M:%S")


def _local(at: float, form: str) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).astimezone().strftime(form)
    except (OverflowError, ValueError, OSError):  # a recording may hold any number
        return "–"


def moment(at: float, now: float) -> str:
    """The same for what may be long ago: `2026-11-20 14:03` from half a day on."""
    if now - at < 43_200:
        return clock_time(at)
    return _local(at, "%Y-%m-%d %H:%M")


def age(seconds: float) -> str:
    """An age in one unit, in steps of five seconds at first so that rows do not flicker."""
    if seconds < 60:
        return f"{max(1, int(seconds) // 5 * 5)} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3600)} h"


def short_size(number: int | None) -> str:
    """Bytes in at most five cells, in steps that do not flicker: `<0.1M`, `9.0M`, `412M`, `1.5G`; –
    for None."""
    if number is None:
        return "–"
    value, units = number / 1024**2, "MGTP"
    while value >= 1023.5 and len(units) > 1:
        value, units = value / 1024, units[1:]
    if value < 0.05:
        return "<0.1M"
    return f"{value:.0f}{units[0]}" if value >= 9.95 else f"{value:.1f}{units[0]}"


def short_age(seconds: float) -> str:
    """An age in at most four cells: `45s`, `14m`, `3h`, `12d`; in steps of five seconds at
    first."""
    if seconds < 60:
        return f"{max(0, int(seconds)) // 5 * 5}s"
    for unit, length, most in (("m", 60, 60), ("h", 3600, 48), ("d", 86_400, 1000)):
        if seconds < length * most:
            return f"{int(seconds // length)}{unit}"
    return f"{min(999, int(seconds // 31_557_600))}y"


def short_percent(number: float | None) -> str:
    """A share in at most five cells: `3.1%`, `42%`, `1200%`; – for None."""
    if number is None:
        return "–"
    return f"{number:.1f}%" if number < 9.95 else f"{min(number, 9999):.0f}%"
