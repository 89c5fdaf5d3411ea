"""The two clocks of a machine, handed to everything that keeps time, so that tests need not
wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineClock:
    """The time of day, and a time that never jumps."""

    now: Callable[[], float] = time.time
    """Unix seconds: for what is shown and compared with the engine's times."""
    steady: Callable[[], float] = time.monotonic
    """Seconds since some start: for pauses, patience and rates."""


MACHINE = MachineClock()
"""This machine's clocks."""
