"""The last lines of one service, for the detail pane: read while they are on screen."""

from __future__ import annotations

from collections import deque

from nebtui.analysis.logs.levels import telling
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.host import Host, LogRequest, LogStream
from nebtui.tui.last_words import TAIL

KEPT = 200
AT_ONCE = 2000


class LogTail:
    """Follows one service at a time."""

    def __init__(self) -> None:
        self._service: ServiceKey | str | None = None
        self._stream: LogStream | None = None
        self._lines: deque[LogLine] = deque(maxlen=KEPT)

    def turn(self, host: Host, service: ServiceKey | str | None) -> None:
        """Follow this service from now on, one of Swarm by its whole name; None = none."""
        if service != self._service:
            self.close()
            self._service = service
            if isinstance(service, str):
                self._stream = host.logs(LogRequest((), KEPT, swarm=(service,)))
            else:
                self._stream = host.logs(LogRequest((service,), KEPT)) if service else None
        self.look()

    def look(self) -> bool:
        """Take in what was written; whether there was something."""
        lines = self._stream.take(AT_ONCE) if self._stream else ()
        self._lines.extend(lines)
        return bool(lines)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last lines, oldest first."""
        return tuple(self._lines)

    @property
    def last(self) -> LogLine | None:
        """The one of the newest that tells most; None where nothing was written."""
        return telling(list(self._lines)[-TAIL:])

    def close(self) -> None:
        """Follow none."""
        if self._stream is not None:
            self._stream.close()
        self._service = self._stream = None
        self._lines.clear()
