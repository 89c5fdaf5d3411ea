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
