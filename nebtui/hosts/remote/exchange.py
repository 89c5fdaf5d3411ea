"""What is asked of the far side, and to whom its answers go."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from nebtui.recording.lines import json_line

Heard = Callable[[dict[str, Any]], None]
"""Gets what answers a request, from the thread that reads; {} once no answer will come."""


class Exchange:
    """The requests of one host over all its connections; safe from every thread, every method
    but `wait` returns at once."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._numbers = itertools.count(1)
        self._heard: dict[int, Heard] = {}
        self._tell: Callable[[bytes], None] | None = None

    def connected(self, tell: Callable[[bytes], None]) -> None:
        """From now on it can be asked; `tell` gets each line."""
        with self._lock:
            self._tell = tell
            self._lock.notify_all()

    def wait(self, seconds: float) -> bool:
        """Block until somebody can be asked, so long at most; whether somebody can."""
        with self._lock:
            return self._lock.wait_for(lambda: self._tell is not None, seconds)

    def lost(self) -> None:
        """Nobody answers any more: what was asked is told so."""
        with self._lock:
            self._tell, heard = None, tuple(self._heard.values())
            self._heard.clear()
        for one in heard:
            one({})

    def ask(self, what: dict[str, Any], heard: Heard) -> int | None:
        """Ask, with a new number; None where nobody is connected."""
        with self._lock:
            if self._tell is None:
                return None
            number = next(self._numbers)
            self._heard[number] = heard
            self._tell(json_line({"id": number, **what}))
            return number

    def tell(self, what: dict[str, Any]) -> None:
        """Say something more, or what needs no answer; nothing where nobody is connected."""
        with self._lock:
            if self._tell is not None:
                self._tell(json_line(what))

    def answered(self, data: dict[str, Any]) -> None:
        """Hand an answer to who asked; one that nobody waits for is passed over."""
        number = data.get("id")
        with self._lock:
            heard = self._heard.get(number) if type(number) is int else None
        if heard is not None:
            heard(data)

    def forget(self, number: int) -> None:
        """Its answers are not wanted any more."""
        with self._lock:
            self._heard.pop(number, None)
