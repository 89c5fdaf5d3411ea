"""Reads one host in a daemon thread and hands out the newest snapshot.

A state change is handed out at once (leading edge), further ones at most every 50 ms; readings once
a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from nebtui.facts.changes import Change, EngineLost, Rewound
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.store.folding import folded

STATE_TICK = 0.05
SAMPLE_TICK = 1.0


class Store:
    """The newest snapshot of one host. `listen` is called from a thread of the store, never twice
    at a time."""

    def __init__(self, host: Host, listen: Callable[[Snapshot], None]) -> None:
        self._host = host
        self._listen = listen
        self._snapshot = Snapshot()
        self.tee: Callable[[Change, Snapshot], None] | None = None
        """Gets each change with the snapshot after it, from the thread that reads; set by anyone,
        errors are its own matter."""
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
        """Until the host is closed. An error of nebtui's own ends the reading, not in silence."""
        try:
            self._follow()
        except Exception as error:
            why = f"nebtui stopped reading this box ({type(error).__name__}): start it again."
            self._snapshot = folded(self._snapshot, EngineLost(why, time.time()))
            self._state_news.set()
            self._news.set()

    def _follow(self) -> None:
        unseen: Snapshot | None = None
        for change in self._host.changes():
            if self._closed.is_set():
                return
            before = self._snapshot
            if isinstance(change, Rewound) or unseen is not None:
                # Nobody shall see the box empty: the new picture is handed out when it is whole.
                unseen = folded(before if unseen is None else unseen, change)
                if not unseen.settled:
                    continue
            self._snapshot = folded(before, change) if unseen is None else unseen
            unseen = None
            if (tee := self.tee) is not None:
                tee(change, self._snapshot)
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
