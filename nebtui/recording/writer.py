"""Writes what happens on a box to a file or a pipe, without its secrets."""

from __future__ import annotations

import gzip
import os
import threading
import time
import zlib
from collections.abc import Callable
from typing import BinaryIO

from nebtui import __version__
from nebtui.analysis.redaction import Redaction
from nebtui.facts.changes import Change
from nebtui.facts.snapshot import Snapshot
from nebtui.recording.lines import Header, change_line, frame_line, header_line
from nebtui.store import unfold

FRAME_EVERY = 300.0
"""Seconds between two whole pictures: where a reader may begin."""
PRESSED_EVERY = 1.0
"""Seconds at the most that lines of a compressed recording wait for each other: each flush costs
bytes."""


class Recorder:
    """One recording. `take` is called by one thread, `close` by any."""

    def __init__(self, stream: BinaryIO, host: str, now: Callable[[], float]) -> None:
        """`stream`: what `create` opened, or standard output; `now`: the box's time in Unix
        seconds."""
        self._stream = stream
        self._now = now
        self._redaction = Redaction()
        self._lock = threading.Lock()
        self._closed = False
        self._began = now()
        self._next_frame = 0.0
        self._flushed = 0.0
        self.lines = self.bytes = 0
        self._write(header_line(Header(__version__, host, self._began)))

    @property
    def seconds(self) -> float:
        """How long it has been recording, by the box's clock."""
        return max(0.0, self._now() - self._began)

    def take(self, change: Change, snapshot: Snapshot) -> None:
        """Write a change down, and the whole picture after it when one is due, as it is at the
        first change. Raises OSError."""
        at = self.seconds
        with self._lock:
            if self._closed:
                return
            if self.lines > 1:
                self._write(change_line(at, self._redaction.redacted(change)))
            if at >= self._next_frame:
                self._next_frame = at + FRAME_EVERY
                picture = map(self._redaction.redacted, unfold(snapshot))
                self._write(frame_line(at, picture))

    def _write(self, line: bytes) -> None:
        self.lines += 1
        self.bytes += len(line)
        self._stream.write(line)
        if not isinstance(self._stream, gzip.GzipFile):
            self._stream.flush()
        elif time.monotonic() - self._flushed >= PRESSED_EVERY:
            self._flushed = time.monotonic()
            self._stream.flush(zlib.Z_SYNC_FLUSH)

    def close(self) -> None:
        """Nothing more is written. Raises OSError where the last lines could not be."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._stream.close()


def create(path: str) -> BinaryIO:
    """A new file for a recording, readable by its owner only, compressed if it is called `*.gz`;
    raises OSError, also where there is one already."""
    raw = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    return _Gzip(raw) if path.endswith(".gz") else raw  # type: ignore[return-value]


class _Gzip(gzip.GzipFile):
    """Closes its file too."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw, mode="wb")
        self._raw_file = raw

    def close(self) -> None:
        """End the stream of blocks, then the file."""
        try:
            super().close()
        finally:
            self._raw_file.close()
