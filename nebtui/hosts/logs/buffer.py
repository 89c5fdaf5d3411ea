"""Where the readers of logs put their lines and the one who shows them takes them: bounded, and in
the order of time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nebtui.facts.logs import LogLine
from nebtui.hosts.logs.merging import Merging

MOST_BYTES = 32 * 2**20
"""Bytes that wait at most, about."""
HOLD = 0.15
"""Seconds that a line waits for older ones of other containers."""
PATIENCE = 3.0
"""Seconds that the lines of the others wait for the history of one container."""


class LogBuffer:
    """Safe from every thread."""

    def __init__(
        self, steady: Callable[[], float], *, patient: bool, most_bytes: int = MOST_BYTES
    ) -> None:
        """`steady`: seconds that never jump; `patient`: `push` waits where there is no room."""
        self._steady = steady
        self._patient = patient
        self._most_bytes = most_bytes
        self._merging = Merging()
        self._behind: dict[str, float] = {}
        self._finished = False
        self._closed = False
        self._changed = threading.Condition()

    def expect(self, source: str) -> None:
        """The history of a source is being read: hold the others' lines back for a while."""
        with self._changed:
            self._behind[source] = self._steady() + PATIENCE

    def caught_up(self, source: str) -> None:
        """Its history is complete; saying so again is harmless."""
        with self._changed:
            self._behind.pop(source, None)
            self._changed.notify_all()

    def push(self, source: str, lines: list[LogLine]) -> bool:
        """Take in lines; False where nobody wants more."""
        with self._changed:
            if self._patient:
                self._changed.wait_for(lambda: self._closed or self._room())
            if self._closed:
                return False
            self._merging.add(source, lines, self._steady())
            if not self._patient:
                self._merging.skip(self._most_bytes)
            elif not self._room():
                self._behind.clear()  # or nobody could ever take anything
            self._changed.notify_all()
            return True

    def _room(self) -> bool:
        return self._merging.bytes < self._most_bytes

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines, whose times nobody will undercut any more."""
        with self._changed:
            now = self._steady()
            if self._finished:
                arrived_by = now
            elif any(deadline > now for deadline in self._behind.values()):
                return ()
            else:
                arrived_by = now - HOLD
            lines = self._merging.release(arrived_by, most)
            if lines:
                self._changed.notify_all()
            return tuple(lines)

    def wait(self, seconds: float) -> None:
        """Block until there may be something to take."""
        with self._changed:
            if not (self._closed or self._finished):
                self._changed.wait(min(seconds, HOLD) if self._merging.bytes else seconds)

    @property
    def ended(self) -> bool:
        """Whether everything was taken and nothing will come."""
        with self._changed:
            return self._closed or (self._finished and not self._merging.bytes)

    def finish(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def close(self) -> None:
        """Let everyone who waits go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
