"""How bad a line of a log is, by the word that its program put at its beginning. A line on standard
error is no error for that: most programs log everything there."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from nebtui.light_pattern import pattern

LogLevel = Literal["error", "warning", "info", "debug"]
ORDER: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
SEARCHED = 200
"""Characters at the beginning of a line in which its level may stand."""

_WORDS: dict[LogLevel, str] = {
    "error": "error err erro fatal fata critical crit panic dpanic emergency emerg alert severe "
    "fail exception",
    "warning": "warning warn wrn",
    "info": "info information informational inf notice log",
    "debug": "debug debu dbug dbg trace trce trc verbose fine",
}
NAMES: dict[str, LogLevel] = {word: level for level, all in _WORDS.items() for word in all.split()}
"""What programs call them, in small letters."""
_PLAIN = frozenset(("error", "fatal", "warning", "warn", "info", "debug", "exception"))
"""Words that are levels without capitals too; "fail over to b" and "trace 12" are sentences."""

_TIME = (
    r"\d{4}[-/.]\d\d[-/.]\d\d(?:[T ]\d\d:\d\d:\d\d(?:[.,]\d++)?+)?+"
    r"|\d\d:\d\d:\d\d(?:[.,]\d++)?+|Z\b|[+-]\d\d:?\d\d\b|(?:UTC|GMT|CES?T)\b"
)
_WORD = "|".join(sorted(NAMES, key=len, reverse=True))
_GROUP = (
    rf"[\[({{<](?!\s*+(?:[\w.-]{{1,40}}:)?+(?:{_WORD})\s*+[\])}}>:])"
    r"[^\[\](){}<>]{0,60}[\])}>]"
)
"""Something in brackets that is no level."""
_LOGGER = rf"(?!(?:{_WORD})\b)[A-Za-z_][\w./-]{{0,39}}(?:\[\d++\])?+(?:\s-\s|:\s|\s\|\s)"
_BEFORE = (
    rf"{_TIME}|\d++(?![\w.%])|[-|:*]++|\[(?:{_TIME})++\s++(?=(?:{_WORD})\b)|{_GROUP}|{_LOGGER}"
)
"""What may stand before a level: times, numbers, separators, groups, a logger's name."""
_HEAD = pattern(
    rf"(?:\s*+(?>{_BEFORE})){{0,9}}+\s*+[\[(<]?+\s*+(?:[\w.-]{{1,40}}:)??"
    rf"(?P<word>{_WORD})(?P<after>\s*+[\[\]()<>|!:]|(?![\w=/.-]))",
    re.IGNORECASE,
)
_LETTER = pattern(r"([IWEF])\d{4,8} \d\d:\d\d:\d\d")
"""glog and klog: `E1122 14:06:33.123456       1 main.go:12] …`."""
_LETTERS: dict[str, LogLevel] = {"I": "info", "W": "warning", "E": "error", "F": "error"}
_REDIS = pattern(r"\d+:[A-Z] \d\d? \w{3} \d{4} [\d:.]+ ([#*.-]) ")
_SIGNS: dict[str, LogLevel] = {"#": "warning", "*": "info", "-": "debug", ".": "debug"}
_RAISED = pattern(
    r"(?:Caused by: |Uncaught |Unhandled )?(?:\w+\.){0,9}[A-Z]\w*"
    r"(?:Error|Exception|Interrupt)(?=:|$)|Traceback \(most recent call last\)"
    r"|Exception in thread |thread '[^']*' (?:\(\d+\) )?panicked"
    r"|npm ERR!|Segmentation fault|Unhandled exception"
)
"""What a language prints of an error that nobody caught, without a word for its level."""

_BETWEEN = pattern(
    r"[\s\])>|!:-]*+(?:\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s++(?:\[?[\w./-]{1,60}:\d+\]\s*+)?)?"
)
"""After a level: separators, and the time and place that vLLM puts there."""


class LevelMark(NamedTuple):
    """A level and the word for it."""

    level: LogLevel
    start: int
    end: int
    """Where its word stands in the line."""
    message: int
    """Where the words after it begin."""


def mark_of(text: str) -> LevelMark | None:
    """The level that stands at the beginning of a line; None where none does."""
    head = text[:SEARCHED]
    if letter := _LETTER.match(head):
        bracket = head.find("] ")
        return LevelMark(_LETTERS[letter[1]], 0, 1, bracket + 2 if bracket > 0 else 0)
    if sign := _REDIS.match(head):
        return LevelMark(_SIGNS[sign[1]], sign.start(1), sign.end(1), sign.end())
    if raised := _RAISED.match(head):
        return LevelMark("error", 0, raised.end(), 0)
    found = _HEAD.match(head)
    if found is None:
        return None
    word, after = found["word"], found["after"].strip()
    small = word.lower()
    if not (word.isupper() or small in _PLAIN or (after and small != "log")):
        return None
    start, end = found.span("word")
    words = _BETWEEN.match(text, end)
    return LevelMark(NAMES[small], start, end, words.end() if words else end)


def named(value: object) -> LogLevel | None:
    """The level that a field of a line names: a word, a number of syslog (0 to 7, as GELF has it)
    or of bunyan and pino (10 to 60)."""
    if isinstance(value, str):
        return NAMES.get(value.strip().lower())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    bounds = ((4, "error"), (5, "warning"), (7, "info"), (8, "debug"))
    if value >= 8:
        bounds = ((30, "debug"), (40, "info"), (50, "warning"), (1000, "error"))
    return next((level for end, level in bounds if 0 <= value < end), None)  # type: ignore[misc]
