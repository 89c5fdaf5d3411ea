"""One request from elsewhere that is being answered."""

from __future__ import annotations

import threading

MOST_ROOM = 100_000


class OpenRequest:
    """Whether it is still wanted, and how many lines may still be sent; safe from every thread."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._stopped = False
        self._room = 0

    def is_set(self) -> bool:
        """It is not wanted any more."""
        return self._stopped

    def stop(self) -> None:
        """It is not wanted any more."""
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def grant(self, lines: int) -> None:
        """So many more lines may be sent."""
        with self._news:
            self._room = min(MOST_ROOM, self._room + max(0, lines))
            self._news.notify_all()

    def room(self) -> int:
        """Wait until a line may be sent: how many may; 0 = it is not wanted any more."""
        with self._news:
            self._news.wait_for(lambda: self._stopped or self._room > 0)
            return 0 if self._stopped else self._room

    def spend(self, lines: int) -> None:
        """So many were sent."""
        with self._news:
            self._room -= lines
