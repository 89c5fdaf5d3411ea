"""One look at several drivers: devices numbered through, and never longer than patience allows."""

from __future__ import annotations

import threading
import time

from nebtui.facts.gpu import GpuSample, GpuStack
from nebtui.hosts.gpu.once import HANGS, numbered, once


class Driver:
    """A driver with some devices, each of which it calls number 0."""

    asking: int | None = None

    def __init__(self, vendor: str, count: int = 1, wait: threading.Event | None = None) -> None:
        self._vendor = vendor
        self._count = count
        self._wait = wait

    def snapshot(self) -> tuple[GpuSample, ...]:
        if self._wait is not None:
            self._wait.wait(10)
        return tuple(GpuSample(0, self._vendor, 1.0) for _ in range(self._count))

    def stack(self) -> GpuStack:
        return GpuStack(True, self._vendor)

    def close(self) -> None:
        """Nothing to give back."""


def test_two_vendors_in_one_box() -> None:
    """No device takes another one's number."""
    rows = numbered((Driver("NVIDIA", 2), Driver("AMD")))
    assert [(row.index, row.name) for row in rows] == [(0, "NVIDIA"), (1, "NVIDIA"), (2, "AMD")]
    found, stack = once(lambda: (Driver("NVIDIA"), Driver("AMD")))
    assert [row.index for row in found] == [0, 1]
    assert stack.vendor == "NVIDIA and AMD"


def test_a_driver_that_hangs() -> None:
    """The look ends in its time with a sentence and a remedy."""
    end = threading.Event()
    began = time.monotonic()
    assert once(lambda: (Driver("NVIDIA", wait=end),), patience=0.1) == ((), HANGS)
    assert time.monotonic() - began < 5
    assert HANGS.remedy
    end.set()


def test_no_driver() -> None:
    """Without a driver there is nothing to wait for."""
    found, stack = once(tuple)
    assert (found, stack.present) == ((), False)
