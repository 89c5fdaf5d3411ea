"""Reads one host in a daemon thread and hands out the newest snapshot.

A state change is handed out at once (leading edge), further ones at most every 50 ms; readings once
a second.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from nebtui.facts.changes import Change, CollectorFailed, Settled
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.store.folding import fold

STATE_TICK = 0.05
SAMPLE_TICK = 1.0


class Store:
    """The newest snapshot of one host. `listen` is called from a thread of the store, never twice
    at a time."""

    def __init__(self, host: Host, listen: Callable[[Snapshot], None]) -> None:
        self._host = host
        self._listen = listen
        self._snapshot = Snapshot()
        self._news = threading.Event()
        self._state_news = threading.Event()
        self._closed = threading.Event()

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    def start(self) -> None:
        """Begin to read the host; returns at once."""
        for work in (self._read, self._publish):
            threading.Thread(target=work, name=f"store{work.__name__}", daemon=True).start()

    def close(self) -> None:
        """Stop publishing; the host is closed by whoever made it."""
        self._closed.set()
        self._news.set()
        self._state_news.set()

    def _read(self) -> None:
        for change in self._host.changes():
            if self._closed.is_set():
                return
            before = self._snapshot
            self._snapshot = folded(before, change)
            if self._snapshot is not before:
                if self._snapshot.generation != before.generation:
                    self._state_news.set()
                self._news.set()

    def _publish(self) -> None:
        last_sample = 0.0
        while not self._closed.is_set():
            self._news.wait()
            # Only readings are waiting: they may wait for their second, unless a state change comes
            # first.
            if not self._state_news.is_set():
                self._state_news.wait(max(0.0, last_sample + SAMPLE_TICK - time.monotonic()))
            self._news.clear()
            self._state_news.clear()
            if self._closed.is_set():
                return
            last_sample = time.monotonic()
            self._listen(self._snapshot)
            self._closed.wait(STATE_TICK)


def settle(host: Host, timeout: float = 60.0) -> Snapshot:
    """Read a host until its first complete picture, for front ends without a screen, at most
    `timeout` seconds: what is there by then is returned, and `failures` says that it is incomplete.
    Closes nothing."""
    arrived: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
    given_up = threading.Event()

    def read() -> None:
        try:
            for change in host.changes():
                arrived.put(change)
                if isinstance(change, Settled) or given_up.is_set():
                    return
        finally:
            arrived.put(None)

    threading.Thread(target=read, name="settle", daemon=True).start()
    snapshot = Snapshot()
    deadline = time.monotonic() + timeout
    while not snapshot.settled:
        try:
            change = arrived.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            given_up.set()
            why = f"The first look at the box did not end within {timeout:.0f} s: it is incomplete."
            return folded(snapshot, CollectorFailed("first look", why))
        if change is None:
            break
        snapshot = folded(snapshot, change)
    return snapshot


def folded(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot after a change; one that cannot be folded is skipped and named in `failures`."""
    try:
        return fold(snapshot, change)
    except Exception as error:  # a mistake of ours costs this change and nothing else
        what = f"{type(change).__name__} could not be taken in ({type(error).__name__}): skipped."
        return fold(snapshot, CollectorFailed("store", f"{what} Please report it."))
