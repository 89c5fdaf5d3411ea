"""A line of a log as people read it: JSON and logfmt as level, message, then the fields."""

from __future__ import annotations

from typing import Literal

from nebtui.analysis.logs.entry import LogEntry
from nebtui.analysis.logs.level import LogLevel

Part = Literal["error", "warning", "info", "debug", "message", "field"]
SHORT: dict[LogLevel, str] = {
    "error": "ERROR",
    "warning": "WARN",
    "info": "INFO",
    "debug": "DEBUG",
}


def parts_of(entry: LogEntry) -> tuple[tuple[str, Part], ...]:
    """The pieces of a line that has fields, in their order, with what each is; () for any other.
    Each piece is whole in itself: a secret is in one of them, with its name."""
    if entry.fields is None:
        return ()
    level: tuple[tuple[str, Part], ...] = ()
    if entry.level:
        level = ((f"{SHORT[entry.level]:<5} ", entry.level),)
    fields = (_pair(name, value) for name, value in entry.fields)
    pieces: list[tuple[str, Part]] = [(text, "field") for text in fields]
    if entry.message:
        pieces.insert(0, (entry.message, "message"))
    spaced = [(f"  {text}" if at else text, part) for at, (text, part) in enumerate(pieces)]
    return (*level, *spaced)


def _pair(name: str, value: str) -> str:
    """`name=value`, quoted where it has more than one word."""
    return f'{name}="{value}"' if not value or any(map(str.isspace, value)) else f"{name}={value}"
