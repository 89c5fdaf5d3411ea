"""A box that is served in this process, and what is said to it and heard of it over its pipes."""

from __future__ import annotations

import json
import os
import select
import threading
from collections.abc import Callable, Iterator
from typing import Any

from nebtui.facts.changes import Change
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, LogStream
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.logs.fixed import FixedLog
from nebtui.hosts.remote.lines import LineBuffer
from nebtui.hosts.serving.server import BoxServer
from tests.fakes import FakeHost

PATIENCE = 20.0


class ServedHost(FakeHost):
    """Stays open after its picture, and has a log of so many lines."""

    def __init__(self, snapshot: Snapshot, lines: tuple[LogLine, ...] = ()) -> None:
        super().__init__(snapshot)
        self._lines = lines
        self._open = threading.Event()
        self.asked: list[LogRequest] = []
        self.read: tuple[str, ...] = ()

    def changes(self) -> Iterator[Change]:
        """The picture, then nothing until it is closed."""
        yield from super().changes()
        self._open.wait()

    def logs(self, request: LogRequest) -> LogStream:
        """All its lines, whatever is asked."""
        self.asked.append(request)
        return FixedLog(self._lines)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Remembers them."""
        self.read = paths

    def close(self) -> None:
        """Ends `changes`."""
        super().close()
        self._open.set()


class Pipe:
    """The near end. The box is served until this is closed."""

    def __init__(
        self, host: FakeHost, *, read_only: bool = False, clock: MachineClock = MACHINE
    ) -> None:
        asked, self._ask = os.pipe()
        self._hear, told = os.pipe()
        self._files = [asked, told, self._hear]
        self._buffer = LineBuffer()
        server = BoxServer(host, (asked, told), read_only=read_only, clock=clock)
        self.thread = threading.Thread(target=server.serve, args=("far", "m"), daemon=True)
        self.thread.start()

    def say(self, data: object) -> None:
        """Ask something."""
        self.write(json.dumps(data).encode() + b"\n")

    def write(self, line: bytes) -> None:
        """Any bytes."""
        os.write(self._ask, line)

    def heard(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next line of a kind; what comes before it is passed over."""
        while True:
            while (line := self._buffer.line()) is None:
                assert select.select([self._hear], [], [], PATIENCE)[0], "nothing comes"
                data = os.read(self._hear, 65_536)
                assert data, "it has ended"
                self._buffer.add(data)
            found: dict[str, Any] = json.loads(line)
            if wanted(found):
                return found

    def answer(self, number: int) -> dict[str, Any]:
        """The next answer to a request."""
        return self.heard(lambda data: data.get("id") == number)

    def settled(self) -> list[dict[str, Any]]:
        """The changes of the first picture."""
        lines = [self.heard(lambda _: True)]
        while lines[-1].get("c") != "Settled":
            lines.append(self.heard(lambda _: True))
        return lines

    def ended(self) -> bool:
        """Whether the far side ends by itself."""
        self.thread.join(PATIENCE)
        return not self.thread.is_alive()

    def close(self) -> None:
        """Go away."""
        os.close(self._ask)
        self.thread.join(PATIENCE)
        for file in self._files:
            os.close(file)
