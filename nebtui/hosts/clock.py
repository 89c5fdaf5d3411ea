"""The two clocks of a machine, handed to everything that keeps time, so that tests need not wait;
and the clock of a box that is simulated or was recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MachineClock:
    """The time of day, and a time that never jumps."""

    now: Callable[[], float] = time.time
    """Unix seconds: for what is shown and compared with the engine's times."""
    steady: Callable[[], float] = time.monotonic
    """Seconds since some start: for pauses, patience and rates."""


MACHINE = MachineClock()
"""This machine's clocks."""


class Clock(Protocol):
    """What a box that exists on a clock only goes by."""

    def now(self) -> float:
        """Unix seconds in the box."""
        ...

    def wait(self, until: float) -> None:
        """Block until that time, or until `wake`; may return early."""
        ...

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        ...


class BoxClock:
    """Runs by itself, `speed` seconds of the box in one of ours; 0 = it stands still."""

    def __init__(self, start: float, speed: float = 1.0) -> None:
        self._set = (start, time.monotonic(), speed)
        self._woken = threading.Event()

    def now(self) -> float:
        """Unix seconds in the box."""
        start, began, speed = self._set
        return start + (time.monotonic() - began) * speed

    def set(self, now: float | None = None, speed: float | None = None) -> None:
        """Go on from another time, or at another speed; the same ones where none is given."""
        now = self.now() if now is None else now
        self._set = (now, time.monotonic(), self._set[2] if speed is None else speed)
        self.wake()

    def wait(self, until: float) -> None:
        """Block until that time, or until `wake`; for an hour at most."""
        speed = self._set[2]
        self._woken.wait(min(max(0.0, until - self.now()) / speed, 3600.0) if speed else None)
        self._woken.clear()

    def wake(self) -> None:
        """End the wait that goes on, or the next one."""
        self._woken.set()
