"""Joins collectors, each in a thread of its own, into one stream of changes that can be closed from
outside."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from nebtui.facts.changes import Change, CollectorFailed, Settled
from nebtui.hosts.shared import Part, SharedState, StartupBarrier

PARTS_OF: Mapping[str, tuple[Part, ...]] = {
    "EngineCollector": ("engine",),
    "ProjectCollector": ("projects",),
    "SampleCollector": ("processes",),
    "StartCollector": ("starts",),
    "PathCollector": ("paths",),
    "HostPortCollector": ("host ports",),
    "ImageCollector": ("images",),
    "ServerCollector": ("servers",),
    "GpuCollector": ("gpus",),
}
"""The parts of the first picture that each collector completes."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 60.0
"""Seconds before a collector that failed is started again: doubled each time."""
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


class Guard:
    """Runs one collector again, with growing pauses, whenever an error of its own ended it: a
    mistake costs its part of the picture and is named, and nothing waits for that part."""

    def __init__(
        self, collector: Collector, startup: StartupBarrier, emit: Callable[[Change], None]
    ) -> None:
        self._collector = collector
        self._startup = startup
        self._emit = emit
        self._stopped = threading.Event()

    def run(self) -> None:
        """Run the collector until it ends by itself or `stop` was called."""
        name, pause = type(self._collector).__name__, FIRST_PAUSE
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._collector.run()
            except Exception as error:  # whatever it is, the others go on
                if self._stopped.is_set():
                    return
                if time.monotonic() - began > LAST_PAUSE:
                    pause = FIRST_PAUSE
                self._emit(CollectorFailed(name, failure(name, error)))
                for part in PARTS_OF.get(name, ()):
                    self._startup.mark_done(part)
                self._stopped.wait(pause)
                pause = min(2 * pause, LAST_PAUSE)
            else:
                return

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stopped.set()
        self._collector.stop()


def failure(name: str, error: Exception) -> str:
    """What happened, and what follows, as one sentence."""
    what = " ".join(str(error).split())[:120]
    kind = type(error).__name__
    return (
        f"{name} met an error ({kind}{': ' + what if what else ''}): what it shows is missing or "
        "old; it is started again. Please report it."
    )


class CollectorGroup:
    """The queue between collectors and the one who reads. Collectors know nothing of who reads
    them."""

    def __init__(self, parts: frozenset[Part]) -> None:
        self.shared = SharedState()
        self.startup = StartupBarrier(self.emit, parts)
        self._queue: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._guards: tuple[Guard, ...] = ()
        self._threads: tuple[threading.Thread, ...] = ()

    def changes(self, collectors: tuple[Collector, ...], follow: bool = True) -> Iterator[Change]:
        """Start the collectors and yield what they emit until `close`, or until `Settled` where
        nobody follows."""
        if not self._threads and not self._closed.is_set():
            self._guards = tuple(Guard(one, self.startup, self.emit) for one in collectors)
            self._threads = tuple(
                threading.Thread(target=guard.run, name=type(one).__name__, daemon=True)
                for guard, one in zip(self._guards, collectors, strict=True)
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
            try:
                self.shared.apply(change)
            except Exception as error:  # the fold refused it: the others' facts still stand
                change = CollectorFailed("store", failure(type(change).__name__, error))
            self._queue.put(change)

    def close(self) -> None:
        """End `changes` and the threads; one that waits for a silent engine is left behind, it is a
        daemon."""
        if self._closed.is_set():
            return
        self._closed.set()
        self.startup.stop()
        for guard in self._guards:
            guard.stop()
        self._queue.put(None)
        deadline = time.monotonic() + CLOSING
        for thread in self._threads:
            # One that was not started yet cannot be joined; it finds that it was stopped.
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
