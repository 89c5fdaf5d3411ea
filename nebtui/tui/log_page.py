"""The lines of a log that a screen holds: bounded, cleaned for a terminal, searched, and broken
into rows where they are wrapped. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from nebtui.facts.logs import LogLine
from nebtui.text.terminal import cell_width, plain

MOST_LINES = 20_000
"""Lines that are held; older ones are in the engine still."""
LONGEST = 1000
"""Characters of a line that are drawn and searched; saved is all that is known of it."""


class LogPage:
    """The newest lines, oldest first."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.texts: list[str] = []
        """What is drawn of each line; secrets in it are masked when it is."""
        self._widths: list[int] = []
        self.dropped = 0
        """Lines that are not held any more."""

    def add(self, lines: Iterable[LogLine]) -> int:
        """Take in lines; the number of those at the beginning that had to go."""
        fresh = list(lines)
        self.lines += fresh
        texts = [_drawn(line.text) for line in fresh]
        self.texts += texts
        self._widths += map(cell_width, texts)
        surplus = max(0, len(self.lines) - MOST_LINES)
        if surplus:
            del self.lines[:surplus], self.texts[:surplus], self._widths[:surplus]
            self.dropped += surplus
        return surplus

    def rows(self, width: int) -> list[int]:
        """The row after the last one of each line where they are wrapped to so many cells."""
        room = max(1, width)
        return list(accumulate(max(1, -(-cells // room)) for cells in self._widths))

    def find(self, pattern: re.Pattern[str], at: int, by: int) -> int | None:
        """The next line from `at` on that has a match, `by` 1 down or -1 up, going round; None
        where there is none."""
        number = len(self.texts)
        for step in range(number):
            line = (at + by * step) % number
            if pattern.search(self.texts[line]):
                return line
        return None


def line_at(rows: list[int], row: int) -> tuple[int, int]:
    """(line, which of its rows) of a row."""
    line = bisect_right(rows, row)
    return line, row - (rows[line - 1] if line else 0)


def _drawn(text: str) -> str:
    return plain(text if len(text) <= LONGEST else text[:LONGEST] + "…").replace("\t", " ")
