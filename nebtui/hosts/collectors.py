"""Joins collectors, each in a thread of its own, into one stream of changes that can be closed from
outside."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from nebtui.facts.changes import Change, Settled
from nebtui.hosts.known import Part, SharedState, StartupBarrier

CLOSING = 0.15
"""Seconds that `close` waits for threads; they are daemons, so a silent engine cannot hold the
process."""


class Collector(Protocol):
    """A job for one thread: `run` blocks until `stop` is called from another thread."""

    def run(self) -> None:
        """Do the job until `stop`."""
        ...

    def stop(self) -> None:
        """End `run` soon."""
        ...


class CollectorGroup:
    """The queue between collectors and the one who reads. Collectors know nothing of who reads
    them."""

    def __init__(self, parts: frozenset[Part]) -> None:
        self.shared = SharedState()
        self.startup = StartupBarrier(self.emit, parts)
        self._queue: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._collectors: tuple[Collector, ...] = ()
        self._threads: tuple[threading.Thread, ...] = ()

    def changes(self, collectors: tuple[Collector, ...], follow: bool = True) -> Iterator[Change]:
        """Start the collectors and yield what they emit until `close`, or until `Settled` where
        nobody follows."""
        if not self._threads and not self._closed.is_set():
            self._collectors = collectors
            self._threads = tuple(
                threading.Thread(target=collector.run, name=type(collector).__name__, daemon=True)
                for collector in collectors
            )
            for thread in self._threads:
                thread.start()
        while not self._closed.is_set():
            change = self._queue.get()
            if change is None:
                return
            yield change
            if isinstance(change, Settled) and not follow:
                return

    def emit(self, change: Change) -> None:
        """Remember a change, then hand it on; called by the collectors' threads."""
        if not self._closed.is_set():
            self.shared.apply(change)
            self._queue.put(change)

    def close(self) -> None:
        """End `changes` and the threads; one that waits for a silent engine is left behind, it is a
        daemon."""
        if self._closed.is_set():
            return
        self._closed.set()
        self.startup.stop()
        for collector in self._collectors:
            collector.stop()
        self._queue.put(None)
        deadline = time.monotonic() + CLOSING
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
