"""What containers on the far side write, over the connections that come and go."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nebtui.facts.codec import decode_fact, encode_fact
from nebtui.facts.logs import LogLine
from nebtui.host import LogRequest
from nebtui.hosts.remote.exchange import Exchange
from nebtui.hosts.remote.lines import WINDOW, NonsenseError

GRANT = WINDOW // 4
"""Lines that are taken before as many more are asked for."""


class RemoteLog:
    """The stream of one request. So many lines as there is room for are asked for, no more."""

    def __init__(
        self, exchange: Exchange, request: LogRequest, name: str, now: Callable[[], float]
    ) -> None:
        """`name`: of the box; `now`: its time in Unix seconds."""
        self._exchange = exchange
        self._request = request
        self._name, self._now = name, now
        self._news = threading.Condition()
        self._lines: deque[LogLine] = deque()
        self._number: int | None = None
        self._room, self._taken = 0, 0
        self._newest = self._known = 0
        """Unix nanoseconds of the newest line, and of that before this connection: what was told
        is not told again."""
        self._over = False

    def open(self) -> None:
        """Ask for it, from the newest line on that is known; once for each connection."""
        with self._news:
            if self._over:
                return
            request = self._request
            self._known = self._newest
            if self._known:
                request = replace(request, tail=None, since=self._known / 1e9)
            asked = {"logs": encode_fact(request)}
            self._number, self._taken = self._exchange.ask(asked, self._heard), 0
            self._room = WINDOW - len(self._lines)
            if self._number is not None:
                self._exchange.tell({"id": self._number, "more": self._room})

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines that are there; as many more may come."""
        with self._news:
            taken = tuple(self._lines.popleft() for _ in range(min(most, len(self._lines))))
            self._taken += len(taken)
            if self._taken >= GRANT and self._number is not None:
                self._room += self._taken
                self._exchange.tell({"id": self._number, "more": self._taken})
                self._taken = 0
            return taken

    def wait(self, seconds: float) -> None:
        """Block until there may be something to take."""
        with self._news:
            self._news.wait_for(lambda: self._lines or self._over, seconds)

    @property
    def ended(self) -> bool:
        """Whether all was taken and nothing will come."""
        return self._over and not self._lines

    def close(self) -> None:
        """Have it ended on the far side too."""
        with self._news:
            self._over = True
            self._news.notify_all()
            number, self._number = self._number, None
        if number is not None:
            self._exchange.forget(number)
            self._exchange.tell({"id": number, "stop": True})

    def _heard(self, data: dict[str, Any]) -> None:
        """What answers; NonsenseError where it is more than was asked for."""
        with self._news:
            if self._over:
                return
            if not data:
                self._number = None
                self._note(f"{self._name} does not answer: what is written now comes later.")
                self._over = not self._request.follow
            elif isinstance(lines := data.get("lines"), list):
                if len(lines) > self._room:
                    raise NonsenseError("more lines of a log than were asked for")
                self._room -= len(lines)
                for line in lines:
                    self._add(decode_fact(LogLine, line))
            elif data.get("end") is True or "error" in data:
                if isinstance(why := data.get("error"), str):
                    self._note(why)
                self._over = True
                if self._number is not None:
                    self._exchange.forget(self._number)
            self._news.notify_all()

    def _add(self, line: LogLine | None) -> None:
        """A line that is not known yet; one that is none is as good as taken."""
        if line is None or (line.source != "note" and line.at <= self._known):
            self._taken += 1
            return
        self._newest = max(self._newest, line.at)
        self._lines.append(line)

    def _note(self, text: str) -> None:
        self._lines.append(LogLine(int(self._now() * 1e9), None, "", "note", text))
