"""A line of a log taken apart: level, message, fields. JSON objects and logfmt have fields; of any
other line the level is what stands at its beginning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice

from nebtui.analysis.logs.level import LogLevel, mark_of, named
from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern
from nebtui.text.terminal import plain

LEVELS = ("level", "severity", "lvl", "levelname", "log.level", "loglevel", "@l", "log_level")
MESSAGES = ("msg", "message", "event", "@m", "@mt", "text", "body", "short_message")
TIMES = frozenset(
    ("time", "ts", "timestamp", "@timestamp", "@t", "t", "asctime", "datetime", "levelno")
)
"""Fields that are not shown: the engine's time of the line stands before it."""
MOST_FIELDS = 64
_MONGO = {"F": "error", "E": "error", "W": "warning", "I": "info"}
_PAIR = pattern(r'\s*+([A-Za-z_@][\w.@/-]{0,63})=("(?:[^"\\]|\\.)*+"|[^\s"]*+)(?=\s|$)')
_CUT = pattern(r'(?:"|\b)(?:level|severity|lvl|levelname)"?\s?[=:]\s?"?(\w{1,12})')
"""The level of a line whose end is missing."""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What a line tells."""

    level: LogLevel | None
    """None where it names none."""
    message: str
    """Without time, level and fields; the line where nothing else is in it."""
    fields: Fields | None = None
    """Names and values of the rest of a JSON object or of logfmt; None for any other line."""
    word: tuple[int, int] = (0, 0)
    """Where the level's word stands in a line without fields, once it is `plain`."""


def entry_of(text: str) -> LogEntry:
    """Take a line apart; what steers a terminal in it is passed over, as colours of levels."""
    text = plain(text)
    start = text.lstrip()
    if start.startswith("{"):
        found = _object(start)
    elif "=" in start[:64] and _PAIR.match(start):
        found = _logfmt(start)
    else:
        found = None
    if found is not None:
        return found
    if (start.startswith("{") or _PAIR.match(start)) and (cut := _CUT.search(start)):
        return LogEntry(named(cut[1]), text)
    mark = mark_of(text)
    if mark is None:
        return LogEntry(None, text)
    return LogEntry(mark.level, text[mark.message :] or text, None, (mark.start, mark.end))


def _object(text: str) -> LogEntry | None:
    """The entry of a JSON object; None where it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    level = _level(data)
    message = next((key for key in MESSAGES if isinstance(data.get(key), str)), "")
    return LogEntry(level, str(data.get(message, "")), _others(data, level, message))


def _level(data: dict[str, object]) -> LogLevel | None:
    """The level among the fields of an object: of the usual names, in ECS's `log`, in MongoDB's
    `s`."""
    for key, value in data.items():
        if _names_level(key) and (level := named(value)):
            return level
    log = data.get("log")
    if isinstance(log, dict) and (level := named(log.get("level"))):
        return level
    sign = data.get("s")
    if isinstance(sign, str) and "msg" in data and "c" in data:
        return _MONGO.get(sign, "debug")  # type: ignore[return-value]
    return None


def _others(data: Mapping[str, object], level: LogLevel | None, message: str) -> Fields:
    """What is neither time nor message nor, where it was understood, the level."""
    names = (
        name
        for name in data
        if name != message and name not in TIMES and not (level and _names_level(name))
    )
    return tuple((name, _shown(data[name])) for name in islice(names, MOST_FIELDS))


def _names_level(key: str) -> bool:
    return key.lower() in LEVELS


def _shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _logfmt(text: str) -> LogEntry | None:
    """The entry of a line of pairs; None where it is none: some other text between them, or
    neither a level nor a message among them."""
    pairs: dict[str, str] = {}
    at, end = 0, len(text.rstrip())
    while at < end:
        pair = _PAIR.match(text, at)
        if pair is None or len(pairs) >= MOST_FIELDS:
            return None
        pairs[pair[1]] = _unquoted(pair[2])
        at = pair.end()
    level = next((named(pairs[key]) for key in pairs if _names_level(key)), None)
    message = next((key for key in MESSAGES if key in pairs), "")
    if not (level or message):
        return None
    return LogEntry(level, pairs.get(message, ""), _others(pairs, level, message))


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(
        r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), value[1:-1]
    )
