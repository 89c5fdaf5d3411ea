"""A clock that moves by hand, for tests of what takes time."""

from __future__ import annotations

import threading


class HandClock:
    """Stands still until somebody advances it: tests and screenshots decide what time it is."""

    def __init__(self, start: float = 1_780_000_000.0) -> None:
        self._now = start
        self._woken = False
        self._moved = threading.Condition()

    def now(self) -> float:
        """Unix seconds in the box."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let that much time pass; whoever reads the box's changes gets all of it."""
        with self._moved:
            self._now += seconds
            self._moved.notify_all()

    def wait(self, until: float) -> None:
        """Block until the clock was advanced that far, or until `wake`."""
        with self._moved:
            self._moved.wait_for(lambda: self._woken or self._now >= until)
            self._woken = False

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        with self._moved:
            self._woken = True
            self._moved.notify_all()
