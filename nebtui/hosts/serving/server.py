"""Tells a nebtui elsewhere what happens on this box, and does what it asks for, over one pair of
pipes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from nebtui.host import Host
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.remote.fix_lines import FIX, FIX_CALLED
from nebtui.hosts.remote.lines import (
    BEAT_EVERY,
    FEATURES,
    LineBuffer,
    NonsenseError,
    beat_line,
    greeting_line,
    read_shown,
)
from nebtui.hosts.serving.answers import Answers
from nebtui.hosts.serving.fixes import Desks, FixAnswers
from nebtui.hosts.serving.request import OpenRequest
from nebtui.hosts.serving.sparing import SparedReadings
from nebtui.hosts.serving.wanted import ToldBox
from nebtui.recording.lines import change_line, json_line, json_object

BLOCK = 65_536
LONGEST_REQUEST = 1_000_000
"""Bytes of a line that is asked with."""
MOST_REQUESTS = 100
"""Answered at the same time: each takes a thread."""
SILENCE = 20.0
"""Seconds without a line after which nobody is there any more."""
WRITING = 60.0
"""Seconds that something may still be written after that: it is planned and proved before."""
LOOK = 0.5


class BoxServer:
    """`serve` blocks until the other side has gone."""

    def __init__(
        self,
        host: Host,
        pipes: tuple[int, int],
        *,
        read_only: bool,
        desks: Desks | None = None,
        clock: MachineClock = MACHINE,
    ) -> None:
        """`pipes`: the files that are read and written; whoever opened them closes them. `desks`:
        where fixes are made, None = nowhere."""
        self._host = host
        self._source, self._sink = pipes
        self._clock = clock
        self._ended = threading.Event()
        self._writing = threading.Lock()
        self._heard = clock.steady()
        self._told = ToldBox()
        told, send = self._told, self._send
        self._fixes = (
            FixAnswers(desks, told, send, self._ended.is_set, read_only=read_only)
            if desks
            else None
        )
        self._answers = Answers(host, told, send, self._fixes, read_only=read_only)
        self._requests: dict[int, OpenRequest] = {}

    def serve(self, name: str, machine: str) -> None:
        """Greet, tell and answer until the other side ends, says nothing any more, or says
        nonsense. The host is closed then; what it was asked to do goes on."""
        features = (*FEATURES, FIX, FIX_CALLED) if self._fixes else FEATURES
        self._send(greeting_line(name, machine, self._host.now(), features))
        # One that waits for a reader who takes nothing is left behind: a daemon.
        for work in (self._read, self._tell, self._beat):
            threading.Thread(target=work, name=f"serve{work.__name__}", daemon=True).start()
        try:
            while not self._ended.wait(LOOK):
                if self._clock.steady() - self._heard > SILENCE:
                    self._ended.set()
        finally:  # also where a signal ends it
            self._ended.set()
            if self._fixes is not None:
                self._fixes.finish(WRITING)
        self._host.close()

    def _send(self, line: bytes) -> None:
        """Write a whole line; nothing once it has ended."""
        with self._writing:
            try:
                while line and not self._ended.is_set():
                    line = line[os.write(self._sink, line) :]
            except OSError:
                self._ended.set()

    def _tell(self) -> None:
        began, spared = self._host.now(), SparedReadings().spared
        try:
            for change in self._host.changes():
                told = spared(self._told.tell(change))
                if told is not None:
                    self._send(change_line(max(0.0, self._host.now() - began), told))
        finally:
            self._ended.set()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_EVERY):
            self._send(beat_line(self._host.now()))

    def _read(self) -> None:
        """Take what is asked until the pipe ends, which is when the other side does."""
        lines = LineBuffer(LONGEST_REQUEST)
        try:
            while not self._ended.is_set() and (data := os.read(self._source, BLOCK)):
                lines.add(data)
                while (line := lines.line()) is not None:
                    self._heard = self._clock.steady()
                    self._take(json_object(line) or {})
        except (NonsenseError, OSError):
            pass  # no nebtui writes so long a line
        finally:
            self._ended.set()

    def _take(self, data: dict[str, Any]) -> None:
        """One line that was asked; what is not known is passed over."""
        number = data.get("id")
        if type(number) is int:
            self._ask(number, data)
        elif (names := _names(data.get("follow"))) is not None:
            self._host.follow(self._told.containers(names))
        elif (names := _names(data.get("reread"))) is not None:
            self._host.reread(self._told.files(names))
        elif (shown := read_shown(data.get("measure"))) is not None:
            self._host.measure(shown)

    def _ask(self, number: int, data: dict[str, Any]) -> None:
        request = self._requests.get(number)
        if request is not None:
            if data.get("stop") is True:
                request.stop()
            elif type(more := data.get("more")) is int:
                request.grant(more)
            return
        answer = self._answers.to(data)
        if answer is None:
            return
        if len(self._requests) >= MOST_REQUESTS:
            self._send(json_line({"id": number, "error": f"more than {MOST_REQUESTS} requests"}))
            return
        self._requests[number] = opened = OpenRequest()
        threading.Thread(
            target=self._answer, args=(number, opened, answer), name="request", daemon=True
        ).start()

    def _answer(
        self, number: int, request: OpenRequest, answer: Callable[[int, OpenRequest], None]
    ) -> None:
        try:
            answer(number, request)
        except Exception as error:  # a mistake of ours costs this answer and nothing else
            told = f"nebtui met an error there ({type(error).__name__}): please report it."
            self._send(json_line({"id": number, "error": told}))
        finally:
            del self._requests[number]


def _names(value: object) -> list[str] | None:
    """A list of texts, None where it is none."""
    if not isinstance(value, list):
        return None
    return [name for name in value if isinstance(name, str)]
