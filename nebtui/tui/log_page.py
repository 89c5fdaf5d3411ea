"""The lines of a log that a screen holds: bounded, cleaned for a terminal, narrowed, searched, and
broken into rows where they are wrapped. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.level import LogLevel
from nebtui.analysis.logs.levels import Levels, at_least
from nebtui.analysis.logs.readable import parts_of
from nebtui.facts.logs import LogLine
from nebtui.light_dataclass import dataclass
from nebtui.text.terminal import cell_width, plain

MOST_LINES = 20_000
"""Lines that are held; older ones are in the engine still."""
LONGEST = 1000
"""Characters of a line that are drawn and searched; saved is all that is known of it."""


@dataclass(slots=True)
class HeldLine:
    """A line, with what is drawn of it; secrets in it are masked when it is."""

    line: LogLine
    level: LogLevel | None
    raw: str
    readable: str
    """Level, message and fields; the same as `raw` where a line has no fields."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are shown. Notes of nebtui always are."""

    least: LogLevel | None = None
    """None = every level, and lines without one."""
    pattern: re.Pattern[str] | None = None
    """What has to occur in it; None = anything."""

    def keeps(self, held: HeldLine, text: str) -> bool:
        """Whether a line is shown, of which this text is drawn."""
        if held.line.source == "note":
            return True
        found = self.pattern is None or self.pattern.search(text) is not None
        return found and at_least(held.level, self.least)


class LogPage:
    """The newest lines, oldest first. Each has a number that it keeps while older ones go; those
    that the filter keeps are counted by their places, 0 is the oldest shown."""

    def __init__(self) -> None:
        self.held: list[HeldLine] = []
        self.dropped = 0
        """Lines that are not held any more; the number of the first that is."""
        self._raw = False
        self._filter = LogFilter()
        self._kept: list[int] = []
        """The numbers of the lines that the filter keeps, where there is one."""
        self._widths: list[int] = []
        """Cells of each line that is shown."""
        self._levels = Levels()

    @property
    def raw(self) -> bool:
        """Whether lines with fields are drawn as they were written."""
        return self._raw

    @property
    def filter(self) -> LogFilter:
        """What narrows the lines."""
        return self._filter

    def show(self, filter: LogFilter, *, raw: bool) -> None:
        """Show the lines that a filter keeps, readable or as they were written."""
        self._filter, self._raw = filter, raw
        self._kept, self._widths = [], []
        self._take(self.held, self.dropped)

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the lines that are shown."""
        if self._filter == LogFilter():
            return range(self.dropped, self.dropped + len(self.held))
        return self._kept

    def text(self, number: int) -> str:
        """What is drawn of the line of that number."""
        return self._drawn(self.held[number - self.dropped])

    def line(self, number: int) -> HeldLine:
        """The line of that number."""
        return self.held[number - self.dropped]

    def place(self, number: int) -> int:
        """The place of a line, of the next one below where it is not shown; behind the last place
        where there is none."""
        return bisect_left(self.shown, number)

    def add(self, lines: Iterable[LogLine]) -> int:
        """Take in lines; the number of those at the beginning of what is shown that had to go."""
        return self.put([self.read(line) for line in lines])

    def put(self, fresh: Sequence[HeldLine]) -> int:
        """Take in lines that were read, in that order, as `add` does."""
        first = self.dropped + len(self.held)
        self.held += fresh
        self._take(fresh, first)
        surplus = max(0, len(self.held) - MOST_LINES)
        gone = self.place(self.dropped + surplus)
        del self.held[:surplus], self._widths[:gone], self._kept[:gone]
        self.dropped += surplus
        return gone

    def read(self, line: LogLine) -> HeldLine:
        """A line with what is drawn of it, the next one after those that were read before: a line
        without a level may be part of the one above it."""
        entry = entry_of(line.text)
        raw = _cut(line.text)
        pieces = parts_of(entry)
        readable = _cut("".join(text for text, _ in pieces)) if pieces else raw
        return HeldLine(line, self._levels.of(line, entry), raw, readable)

    def _take(self, lines: Sequence[HeldLine], first: int) -> None:
        """Show of these lines, the first of which has that number, what the filter keeps."""
        if self._filter == LogFilter():
            self._widths += [cell_width(self._drawn(one)) for one in lines]
            return
        for number, one in enumerate(lines, first):
            text = self._drawn(one)
            if self._filter.keeps(one, text):
                self._kept.append(number)
                self._widths.append(cell_width(text))

    def _drawn(self, held: HeldLine) -> str:
        return held.raw if self._raw else held.readable

    def rows(self, width: int) -> list[int]:
        """The row after the last one of each place where lines are wrapped to so many cells."""
        room = max(1, width)
        return list(accumulate(max(1, -(-cells // room)) for cells in self._widths))

    def find(self, pattern: re.Pattern[str], at: int, by: int) -> int | None:
        """The next place from `at` on whose line has a match, `by` 1 down or -1 up, going round;
        None where there is none."""
        shown = self.shown
        for step in range(len(shown)):
            place = (at + by * step) % len(shown)
            if pattern.search(self.text(shown[place])):
                return place
        return None


def line_at(rows: list[int], row: int) -> tuple[int, int]:
    """(place, which of its rows) of a row."""
    line = bisect_right(rows, row)
    return line, row - (rows[line - 1] if line else 0)


def _cut(text: str) -> str:
    return plain(text if len(text) <= LONGEST else text[:LONGEST] + "…").replace("\t", " ")
