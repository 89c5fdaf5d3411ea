"""How far a container's log was read, so that reading goes on there: nothing lost, nothing
twice."""

from __future__ import annotations

from collections import Counter, deque

WINDOW = 1_000_000
"""Nanoseconds. The engine stamps the two streams of a container apart from each other: a line may
carry an older time than the one before it, by microseconds."""


class LogPlace:
    """A place in the log of one container. Lines before it count by their times: as many as were
    seen with a time are passed over when it is read again from there."""

    def __init__(self, at: int = 0) -> None:
        """`at`: Unix nanoseconds to begin at; 0 = at its beginning."""
        self.at = at
        """The newest time seen."""
        self._recent: deque[int] = deque()
        self._again: Counter[int] = Counter()

    def resume(self) -> int:
        """The time to read from now on, in Unix nanoseconds; 0 = from the beginning."""
        self._again = Counter(self._recent)
        return max(0, self.at - WINDOW) if self._recent else self.at

    def passes(self, at: int) -> bool:
        """Whether the next line, of this time, is one that was not seen before."""
        if self._again[at] > 0:
            self._again[at] -= 1
            return False
        self.at = max(self.at, at)
        self._recent.append(at)
        while self._recent and self._recent[0] < self.at - WINDOW:
            self._recent.popleft()
        return True
