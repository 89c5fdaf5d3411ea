"""What the simulated containers write, as their programs would put it, and reading it."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine, LogSource
from nebtui.host import LogRequest
from nebtui.hosts.simulation.container import SimContainer

KEPT = 500
"""Lines of each container, as an engine's rotation would."""
_PAGE = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::\d+)?(/[\w./-]*)?")


class LogBook:
    """The lines of all containers, numbered in the order in which they were written."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[tuple[int, LogLine]]] = {}
        self._written = 0

    def write(self, unit: SimContainer, now: float, text: str, *, error: bool = False) -> None:
        """A container wrote a line."""
        source: LogSource = "stderr" if error else "stdout"
        service = ServiceKey(unit.project, unit.service.name)
        line = LogLine(int(now * 1e9), service, unit.id, source, text)
        self._written += 1
        book = self._lines.setdefault(unit.id, deque(maxlen=KEPT))
        book.append((self._written, line))

    def remove(self, container: str) -> None:
        """Its log goes with it."""
        self._lines.pop(container, None)

    def after(
        self, number: int, services: frozenset[ServiceKey], tail: int | None = None
    ) -> list[tuple[int, LogLine]]:
        """The lines of these services after that number, the last `tail` of each container."""
        found: list[tuple[int, LogLine]] = []
        for book in self._lines.values():
            if book and book[-1][0] > number and book[-1][1].service in services:
                newer = [entry for entry in book if entry[0] > number]
                found += newer if tail is None else newer[len(newer) - min(tail, len(newer)) :]
        return sorted(found, key=lambda entry: entry[0])

    @property
    def written(self) -> int:
        """The number of the newest line."""
        return self._written


class BookReader:
    """The stream of one request."""

    def __init__(
        self, book: LogBook, lock: AbstractContextManager[object], request: LogRequest
    ) -> None:
        """`lock`: held while the book is read."""
        self._book = book
        self._lock = lock
        self._request = request
        self._services = frozenset(request.services)
        self._closed = threading.Event()
        with lock:
            self._number = book.written
            since = int((request.since or 0.0) * 1e9)
            first = book.after(0, self._services, request.tail)
            self._ready = deque(line for _, line in first if line.at >= since)

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines that were written until now."""
        if self._request.follow and not self._closed.is_set():
            with self._lock:
                newer = self._book.after(self._number, self._services)
                self._number = self._book.written
            self._ready.extend(line for _, line in newer)
        return tuple(self._next(most))

    def _next(self, most: int) -> Iterator[LogLine]:
        for _ in range(min(most, len(self._ready))):
            yield self._ready.popleft()

    def wait(self, seconds: float) -> None:
        """Block for that long, or until closed."""
        if not self._ready and self._request.follow:
            self._closed.wait(seconds)

    @property
    def ended(self) -> bool:
        """Whether all was taken and nothing will come."""
        return not self._ready and (self._closed.is_set() or not self._request.follow)

    def close(self) -> None:
        """Nothing more is read."""
        self._closed.set()


def asked_page(command: tuple[str, ...]) -> str | None:
    """The line that a server writes about a probe which asked it for a page; None for any other
    probe."""
    page = _PAGE.search(" ".join(command))
    return f'INFO 127.0.0.1 "GET {page[1] or "/"} HTTP/1.1" 200' if page else None
