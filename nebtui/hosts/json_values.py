"""Readers for JSON that others wrote: a missing or wrongly typed value gives the default, never an
exception."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from nebtui.facts.empty import empty
from nebtui.light_pattern import pattern

MOST = 2**64
TIME = pattern(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


def text(value: object, default: str = "") -> str:
    """The string, with lone surrogates (valid in JSON, fatal when printed) replaced by `?`."""
    if not isinstance(value, str):
        return default
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def as_int(value: object, default: int = 0) -> int:
    """The integer; true and false are not numbers here, nor what no counter of 64 bits holds."""
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST
        else default
    )


def number(value: object, default: float = 0.0) -> float:
    """The number as a float; neither infinity nor NaN is one."""
    return (
        float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST
        else default
    )


def mapping(value: object) -> Mapping[str, object]:
    """The JSON object, empty for anything else."""
    return (
        {k: v for k, v in value.items() if isinstance(k, str)}
        if isinstance(value, Mapping)
        else empty()
    )


def items(value: object) -> list[object]:
    """The JSON array, empty for anything else (the engine writes null for an empty one)."""
    return list(value) if isinstance(value, list | tuple) else []


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """The JSON objects of an array, whatever else stands in it left out."""
    for item in items(value):
        if isinstance(item, Mapping):
            yield mapping(item)


def strings(value: object) -> tuple[str, ...]:
    """The strings of an array, whatever else stands in it left out."""
    return tuple(text(item) for item in items(value) if isinstance(item, str))


def as_str_dict(value: object) -> Mapping[str, str]:
    """The string values of an object (labels)."""
    return {text(k): text(v) for k, v in mapping(value).items() if isinstance(v, str)}


def parse_env(value: object) -> Mapping[str, str]:
    """`["NAME=value", …]` (the engine's `Env`) by name; a name without `=` has an empty value."""
    return {
        name: rest for name, _, rest in (entry.partition("=") for entry in strings(value)) if name
    }


def seconds(nanoseconds: object) -> float | None:
    """A duration in seconds from the engine's nanoseconds; None for 0, which means "not given"
    there."""
    value = as_int(nanoseconds)
    return value / 1e9 if value > 0 else None


def parse_rfc3339(value: object) -> float | None:
    """Unix seconds from RFC 3339 with up to nanoseconds; None for the engine's "never" (year 1) and
    for nonsense."""
    match = TIME.fullmatch(text(value))
    if match is None or match[1] == "0001":
        return None
    year, month, day, hour, minute, second = (int(match[n]) for n in range(1, 7))
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - offset(match[8])
    except (ValueError, OverflowError):
        return None
    return at.timestamp() + float(match[7] or 0)


def offset(zone: str) -> timedelta:
    """`Z` or `+hh:mm` as a distance from UTC."""
    if zone == "Z":
        return timedelta()
    distance = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    return -distance if zone[0] == "-" else distance
