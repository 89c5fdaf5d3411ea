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
