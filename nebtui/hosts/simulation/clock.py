"""The time of a simulated box: the wall's, sped up where asked, or a hand's."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What tells a simulated box the time."""

    def now(self) -> float:
        """Unix seconds in the box."""
        ...

    def wait(self, until: float) -> None:
        """Block until that time, or until `wake`; may return early."""
        ...

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        ...


class WallClock:
    """Runs by itself, `speed` seconds of the box in one of ours."""

    def __init__(self, start: float, speed: float = 1.0) -> None:
        self._start = start
        self._speed = speed
        self._began = time.monotonic()
        self._woken = threading.Event()

    def now(self) -> float:
        """Unix seconds in the box."""
        return self._start + (time.monotonic() - self._began) * self._speed

    def wait(self, until: float) -> None:
        """Block until that time, or until `wake`."""
        self._woken.wait(max(0.0, until - self.now()) / self._speed)
        self._woken.clear()

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        self._woken.set()


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
