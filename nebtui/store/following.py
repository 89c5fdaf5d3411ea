"""Reads one host until something holds, for front ends without a screen."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from nebtui.facts.changes import Change, CollectorFailed, Settled
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.store.folding import folded

LOOK = 0.25
"""Seconds without a change after which a condition is asked again: it may depend on the time."""


class Follower:
    """The snapshot of a host as far as it was followed. Closes nothing."""

    def __init__(self, host: Host, *, once: bool = False) -> None:
        """`once`: read the first complete picture and no more."""
        self._host = host
        self._once = once
        self._arrived: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._given_up = threading.Event()
        self.ended = False
        """Nothing more will come."""
        self.snapshot = Snapshot()
        threading.Thread(target=self._read, name="follower", daemon=True).start()

    def until(self, holds: Callable[[Snapshot], bool], timeout: float) -> bool:
        """Follow until a condition holds: True; False where it does not within `timeout` seconds,
        or the host has ended before."""
        deadline = time.monotonic() + timeout
        while not holds(self.snapshot):
            left = deadline - time.monotonic()
            if self.ended or left <= 0:
                return False
            try:
                change = self._arrived.get(timeout=min(left, LOOK))
            except queue.Empty:
                continue
            if change is None:
                self.ended = True
            else:
                self.snapshot = folded(self.snapshot, change)
        return True

    def stop(self) -> None:
        """Read no more."""
        self._given_up.set()

    def _read(self) -> None:
        try:
            for change in self._host.changes():
                self._arrived.put(change)
                if self._given_up.is_set() or (self._once and isinstance(change, Settled)):
                    return
        finally:
            self._arrived.put(None)


def settle(host: Host, timeout: float = 60.0) -> Snapshot:
    """A host's first complete picture, waited for at most `timeout` seconds: what is there by then
    is returned, and `failures` says that it is incomplete."""
    follower = Follower(host, once=True)
    settled = follower.until(lambda snapshot: snapshot.settled, timeout)
    follower.stop()
    if settled or follower.ended:
        return follower.snapshot
    why = f"The first look at the box did not end within {timeout:.0f} s: it is incomplete."
    return folded(follower.snapshot, CollectorFailed("first look", why))
