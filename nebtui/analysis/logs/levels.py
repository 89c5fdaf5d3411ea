"""The level of each line of a log in turn: a line that names none and is indented belongs to the
one above it, as the frames of a traceback do."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.analysis.logs.entry import LogEntry, entry_of
from nebtui.analysis.logs.level import ORDER, LogLevel
from nebtui.facts.logs import LogLine, LogSource

MOST = 1000
"""Containers whose last level is kept."""


class Levels:
    """Goes through the merged lines of several containers."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, LogSource], LogLevel | None] = {}

    def of(self, line: LogLine, entry: LogEntry) -> LogLevel | None:
        """The level of the next line; None where it has none."""
        key = (line.container, line.source)
        level = entry.level
        if level is None and line.text[:1] in (" ", "\t"):
            level = self._last.get(key)
        if key not in self._last and len(self._last) >= MOST:
            self._last.clear()
        self._last[key] = level
        return level


def at_least(level: LogLevel | None, least: LogLevel | None) -> bool:
    """Whether a level is that bad; `least` None = every line, also one without a level."""
    if least is None:
        return True
    return level is not None and ORDER.index(level) >= ORDER.index(least)


def telling(lines: Iterable[LogLine]) -> LogLine | None:
    """The line that most likely tells why a container is not well: the newest that names an error,
    else the newest; None where nothing is written."""
    written = [line for line in lines if line.source != "note" and line.text.strip()]
    errors = [line for line in written if entry_of(line.text).level == "error"]
    return (errors or written)[-1] if written else None
