"""The options of `nebtui logs`, and what their words mean."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable
from datetime import datetime

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhd]?)", re.ASCII)
Since = Callable[[float], float]
"""From the time now to the time meant, both in Unix seconds."""


def add_logs(logs: argparse.ArgumentParser) -> None:
    """Give the parser of the verb its options."""
    logs.add_argument(
        "names",
        nargs="*",
        metavar="PROJECT[/SERVICE]",
        help="none = every project on the host; of Swarm also STACK/SERVICE.TASK: the number of a "
        "replica, a node, or the id of a task",
    )
    logs.add_argument(
        "--tail",
        type=lines,
        metavar="N",
        help="begin with the last N lines of each container (100), or all; with --since all",
    )
    logs.add_argument(
        "--since", type=since, metavar="TIME", help="10m, 2h, 1d ago, or 2026-01-31T14:00"
    )
    logs.add_argument("--no-follow", action="store_true", help="print what there is and end")
    logs.add_argument(
        "--level",
        choices=("error", "warning", "info"),
        help="only lines that name this level or a worse one, and what belongs to them",
    )
    logs.add_argument(
        "--grep", type=pattern, metavar="REGEX", help="only lines in which this occurs"
    )


def lines(text: str) -> float:
    """A number of lines; infinite for `all`."""
    if text == "all":
        return math.inf
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text} is no number of lines")
    return int(text)


def since(text: str) -> Since:
    """A time: so long ago, or a moment (local where it names no zone)."""
    if ago := _AGO.fullmatch(text):
        seconds = float(ago[1]) * UNITS[ago[2]]
        return lambda now: max(0.0, now - seconds)
    try:
        moment = max(0.0, datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text} is no time: 10m, 2h, 1d or 2026-01-31T14:00"
        ) from None
    return lambda _: moment


def pattern(text: str) -> re.Pattern[str]:
    """A regular expression."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text} is no regular expression: {error}") from None
