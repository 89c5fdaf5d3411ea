"""A program of which each line is read and which is told lines: the person's own ssh, with a nebtui
at its far end."""

from __future__ import annotations

import os
import queue
import select
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from nebtui.hosts.clock import MachineClock
from nebtui.hosts.remote.lines import BEAT_EVERY, LineBuffer

BLOCK = 65_536
LOOK = 0.5
"""Seconds between two looks whether somebody ended it."""
MOST_WORDS, MOST_SAID = 300, 20
"""Characters and lines kept of what it says on standard error."""


class FarProcess:
    """`line` belongs to one thread, the rest to any."""

    def __init__(
        self,
        argv: tuple[str, ...],
        environ: Mapping[str, str],
        beat: Callable[[], bytes],
        clock: MachineClock,
    ) -> None:
        """`beat`: what it is told when there is nothing else. OSError where it cannot be
        started."""
        self._clock = clock
        self._beat = beat
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            bufsize=0,
            start_new_session=True,  # ctrl+c is nebtui's
        )
        streams = (self._process.stdout, self._process.stderr)
        self._out, self._error = (stream.fileno() if stream else -1 for stream in streams)
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)
        self._poll.register(self._error, select.POLLIN)
        self._lines, self._said = LineBuffer(), deque[str](maxlen=MOST_SAID)
        self._words = b""
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="far writer", daemon=True)
        self._writer.start()

    def line(self, within: float) -> bytes | None:
        """The next line, b"" when it has ended, None where none comes within so many seconds;
        NonsenseError where one is too long."""
        deadline = self._clock.steady() + within
        while (line := self._lines.line()) is None:
            left = deadline - self._clock.steady()
            if left <= 0:
                return None
            for file, _ in self._poll.poll(min(left, LOOK) * 1000):
                data = os.read(file, BLOCK)
                if file == self._error:
                    self._hear(data)
                elif not data:
                    self._poll.unregister(self._out)
                    return b""
                else:
                    self._lines.add(data)
        return line

    def tell(self, line: bytes) -> None:
        """Have a line written; returns at once."""
        self._outgoing.put(line)

    def last_words(self) -> tuple[int, str]:
        """Its exit status (negative: the signal that ended it) and the last thing that it said on
        standard error, once `line` gave b""."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        while self._poll.poll(0) and (data := os.read(self._error, BLOCK)):
            self._hear(data)
        self._hear(b"\n")
        code = self._process.poll()
        return -1 if code is None else code, self._said[-1] if self._said else ""

    def end(self) -> None:
        """End it now; `line` gives b"" then."""
        with suppress(OSError):
            self._process.kill()
        self._outgoing.put(None)

    def close(self) -> None:
        """Give everything back; by the thread that reads, once nothing is read any more."""
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._writer.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _hear(self, data: bytes) -> None:
        if not data:
            self._poll.unregister(self._error)
        *whole, rest = (self._words + data).split(b"\n")
        self._words = rest[-MOST_WORDS:]
        for line in whole:
            if text := line.decode("utf-8", "replace").strip()[:MOST_WORDS]:
                self._said.append(text)

    def _write(self) -> None:
        stream = self._process.stdin
        with suppress(OSError, ValueError):
            while stream is not None:
                try:
                    line = self._outgoing.get(timeout=BEAT_EVERY)
                except queue.Empty:
                    line = self._beat()
                if line is None:
                    return
                stream.write(line)
