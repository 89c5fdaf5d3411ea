"""The connections to a far nebtui, one after the other: what each tells, and why it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from nebtui.facts.changes import Change, EngineLost, Settled
from nebtui.facts.codec import CLASS
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.engine.ssh_address import login, unreachable
from nebtui.hosts.remote.absence import absence
from nebtui.hosts.remote.exchange import Exchange
from nebtui.hosts.remote.incoming import IncomingPicture
from nebtui.hosts.remote.lines import (
    SERVE,
    Greeting,
    NonsenseError,
    beat_line,
    read_greeting,
)
from nebtui.hosts.remote.process import FarProcess
from nebtui.recording.lines import entry_of, json_object, time_of

GREETING = 30.0
"""Seconds that the far side may take until it greets: Python starts slowly on a cold disk."""
SILENCE = 15.0
"""Seconds without a line after which it is lost: three beats."""
MOST_BEFORE = 200
"""Lines that a shell may print before the greeting."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
"""Seconds before it is tried again: doubled each time that it is in vain."""
UNREACHED = 255
"""The exit status of ssh itself; any other is of what it ran."""


class Connections:
    """`run` belongs to one thread, everything else to any."""

    def __init__(
        self,
        argv: tuple[str, ...],
        environ: Mapping[str, str],
        url: str,
        emit: Callable[[Change], None],
        connected: Callable[[], None],
        clock: MachineClock,
    ) -> None:
        self._argv, self._environ, self._url = argv, environ, url
        self._emit, self._connected = emit, connected
        self._clock = clock
        self.name = login(url)
        self.exchange = Exchange()
        self.absent = self.version = ""
        self.features: frozenset[str] = frozenset()
        """What the nebtui there can be asked for."""
        self.sendable = False
        self._closed = threading.Event()
        self._process: FarProcess | None = None
        self._offset = 0.0
        """Seconds by which its clock is ahead of ours."""
        self._heard = clock.now()
        """When it told something last, by our clock."""
        self._greetings = 0
        self._shown = self._settled = False
        """Something of the box was handed on; a complete picture."""

    def now(self) -> float:
        """The far machine's time in Unix seconds."""
        return self._clock.now() + self._offset

    def run(self) -> None:
        """Connect again and again until `close`, or until it is known that no nebtui serves
        there."""
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            before = self._greetings
            reason = self._connection()
            if self._closed.is_set() or self.absent:
                return
            self._emit(EngineLost(reason, self._heard + self._offset))
            if not self._settled:
                self._shown = self._settled = True
                self._emit(Settled())
            if self._greetings > before:
                pause = FIRST_PAUSE
            self._closed.wait(pause)
            pause = min(2 * pause, LAST_PAUSE)

    def close(self) -> None:
        """End it; `run` returns soon."""
        self._closed.set()
        if (process := self._process) is not None:
            process.end()

    def _connection(self) -> str:
        """One connection from its begin to its end: why it ended, one sentence."""
        try:
            process = FarProcess(self._argv, self._environ, self._beat, self._clock)
        except OSError as error:
            return f"{self._argv[0]} cannot be started ({error.strerror}): install openssh-client."
        self._process = process
        try:
            if self._closed.is_set():
                process.end()
            return self._greeted(process) or self._told(process)
        except NonsenseError as error:
            return (
                f"{self.name} sends what no nebtui sends ({error}): the connection was ended; look "
                "at the nebtui there, or update both."
            )
        finally:
            self._process = None
            process.close()
            self.exchange.lost()

    def _beat(self) -> bytes:
        return beat_line(self._clock.now())

    def _greeted(self, process: FarProcess) -> str:
        """Wait for the greeting: "" once it is there, else why it does not come."""
        for _ in range(MOST_BEFORE):
            line = process.line(GREETING)
            if line is None:
                return self._silent(GREETING)
            if not line:
                code, words = process.last_words()
                words = words or f"exit status {code}"
                ssh = code == UNREACHED or code < 0
                return unreachable(self._url, words) if ssh else self._missing(words)
            if (told := absence(line)) is not None:
                self.sendable = told.sendable
                return self._missing(told.why)
            greeting = read_greeting(line)
            if greeting is not None:
                return self._begin(greeting, process)
        raise NonsenseError(f"{MOST_BEFORE} lines before any greeting")

    def _begin(self, greeting: Greeting, process: FarProcess) -> str:
        self.version = greeting.version
        if greeting.serve != SERVE:
            both = f"its version {greeting.version} serves otherwise than this one"
            return self._missing(both)
        self._greetings += 1
        self.features = greeting.features
        self._hear(greeting.now)
        self.exchange.connected(process.tell)
        self._connected()
        return ""

    def _missing(self, why: str) -> str:
        """No nebtui serves there; one that once did is waited for."""
        if not self._greetings:
            self.absent = why
        return f"The nebtui on {self.name} does not serve ({why}): start nebtui there to see why."

    def _silent(self, seconds: float) -> str:
        return (
            f"{self.name} has not answered for {seconds:.0f} s: the line or that machine is slow "
            f"or gone; try `ssh {self.name}`."
        )

    def _hear(self, now: float | None) -> None:
        """It lives; and, if it says so, its clock is there."""
        self._heard = self._clock.now()
        if now is not None:
            self._offset = now - self._heard

    def _told(self, process: FarProcess) -> str:
        """Hand on what it tells, until it ends: why it did."""
        incoming = IncomingPicture(self._url, shown=self._shown)
        while line := process.line(SILENCE):
            data = json_object(line)
            if data is None:
                raise NonsenseError("a line that is no JSON object")
            self._hear(time_of(data.get("beat")))
            if CLASS in data:
                self._show(data, incoming)
            elif "id" in data:
                self.exchange.answered(data)
        if line is None:
            return self._silent(SILENCE)
        code, words = process.last_words()
        why = words or f"exit status {code}"
        return f"The connection to {self.name} ended ({why}): it is tried again."

    def _show(self, data: dict[str, Any], incoming: IncomingPicture) -> None:
        entry = entry_of(data)
        for change in entry.changes if entry else ():
            for one in incoming.take(change):
                self._shown = True
                self._emit(one)
        self._settled = self._settled or incoming.settled
