"""A line of a log as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.level import LogLevel
from nebtui.facts.logs import LogLine
from nebtui.report.contract.lines import LogLineJson
from nebtui.text.mask import mask


def log_json(line: LogLine, level: LogLevel | None) -> LogLineJson:
    """The object of one line. `level` is null where it names none; `message` is the line without
    time and level; `fields` are those of JSON and logfmt as texts, {} for any other line."""
    entry, service = entry_of(line.text), line.service
    return {
        "time": _time(line.at),
        "project": service.project.name if service else None,
        "service": service.service if service else None,
        "container": line.container,
        "stream": line.source,
        "level": level,
        "message": entry.message,
        "fields": {name: _masked(name, value) for name, value in entry.fields or ()},
        "text": line.text,
    }


def _time(at: int) -> str | None:
    """Nanoseconds as `2026-11-22T14:06:33.000000001Z`; None for what is no time."""
    try:
        second = datetime.fromtimestamp(at // 10**9, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return f"{second:%Y-%m-%dT%H:%M:%S}.{at % 10**9:09d}Z"


def _masked(name: str, value: str) -> str:
    """The value without what its name says is a secret."""
    return mask(f"{name}={value}").removeprefix(f"{name}=")
