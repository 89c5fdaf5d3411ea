"""Lines of several sources in the order of their times, as they come in. Pure: whoever uses it
has the clock and the threads."""

from __future__ import annotations

import heapq
from collections import deque

from nebtui.facts.logs import LogLine

WEIGHT = 200
"""Bytes of a line beside its text, about."""


class Merging:
    """Lines that wait for those of other sources that are older. The order within a source is
    kept whatever its times are."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[tuple[float, LogLine]]] = {}
        self._skipped: dict[str, int] = {}
        self.bytes = 0
        """Of all that wait, about."""

    def add(self, source: str, lines: list[LogLine], arrived: float) -> None:
        """Take in the next lines of a source, which came at that time."""
        if lines:
            queue = self._queues.setdefault(source, deque())
            queue.extend((arrived, line) for line in lines)
            self.bytes += sum(map(_weight, lines))

    def skip(self, most_bytes: int) -> None:
        """Drop the oldest lines of the fullest source, one after the other, until no more than
        that much waits; a note will say how many."""
        while self.bytes > most_bytes:
            source = max(self._queues, key=lambda name: len(self._queues[name]))
            queue = self._queues[source]
            number = max(1, len(queue) // 2)
            for _ in range(number):
                self.bytes -= _weight(queue.popleft()[1])
            self._skipped[source] = self._skipped.get(source, 0) + number
            if not queue:
                del self._queues[source]

    def release(self, arrived_by: float, most: int) -> list[LogLine]:
        """The next lines, at most that many: the oldest heads first, up to one that came after
        that time, as older ones of other sources may still come."""
        heads = [(queue[0][1].at, source) for source, queue in self._queues.items()]
        heapq.heapify(heads)
        lines: list[LogLine] = []
        while heads and len(lines) < most:
            source = heads[0][1]
            queue = self._queues[source]
            arrived, line = queue[0]
            if arrived > arrived_by:
                break
            if number := self._skipped.pop(source, 0):
                lines.append(_skipped(number, line))
                continue
            lines.append(line)
            queue.popleft()
            self.bytes -= _weight(line)
            if queue:
                heapq.heapreplace(heads, (queue[0][1].at, source))
            else:
                heapq.heappop(heads)
                del self._queues[source]
        return lines


def _weight(line: LogLine) -> int:
    return len(line.text) + WEIGHT


def _skipped(number: int, before: LogLine) -> LogLine:
    """The note that so many lines were dropped before this one."""
    lines = f"{number:,} line{'s' if number > 1 else ''}"
    text = f"{lines} skipped: they came faster than they are read"
    return LogLine(before.at, before.service, before.container, "note", text)
