"""The lines of a recording, found by their time, wherever they come from: a file, a compressed one,
or a pipe that still runs. Memory holds the places of pictures and happenings only."""

from __future__ import annotations

import gzip
import os
import re
import stat
import tempfile
import threading
import zlib
from array import array
from bisect import bisect_left, bisect_right
from io import BufferedReader, FileIO

from nebtui.recording.lines import LONGEST, RecordingError, TapeEntry, read_entry, read_header

LARGEST = 4_000_000_000
"""Bytes of a recording that is read, about eight days of twenty containers."""
_HEAD = re.compile(rb'\{"t":(\d{1,10}(?:\.\d{1,9})?),"(?:(k)":|c":"(\w{1,80})")')
"""How each line begins: its time, then the class of its change, or that it holds a picture."""
_SETTLED = b'{"c":"Settled"}]}\n'
"""How a line ends whose picture is complete."""
_CHUNK = 65536


class Tape:
    """One recording. `load` is called by one thread, everything else by any."""

    def __init__(self, stream: FileIO, name: str) -> None:
        """Reads the header; RecordingError where it is none."""
        self.name = name
        self._file = stream
        self._seekable = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
        buffered = BufferedReader(stream)
        pressed = buffered.peek(2)[:2] == b"\x1f\x8b"
        self._source = gzip.GzipFile(fileobj=buffered) if pressed else buffered
        spooled = pressed or not self._seekable
        self._spool = tempfile.TemporaryFile() if spooled else None  # noqa: SIM115 closed by close
        self._news = threading.Condition()
        self._size = 0
        self.start: float | None = None
        """When the first picture was complete; None until it is read."""
        self.end = 0.0
        """The time of the last line read so far."""
        self.complete = False
        """Nothing more will come."""
        self.problem = ""
        """Why it cannot be read to its end, one sentence."""
        self._closed = False
        try:
            line = self._read_line()
            self.header, self._size = read_header(line, name), len(line)
        except RecordingError:
            self.complete = True
            self.close()
            raise
        self._frames = [(0.0, self._size)]
        self._happenings = array("d")

    @property
    def live(self) -> bool:
        """More may still come."""
        return not self._seekable and not self.complete

    def load(self) -> None:
        """Find all lines, until the end of a file, or as long as a pipe gives some."""
        try:
            while line := self._read_line():
                self._take(line)
        except RecordingError as error:
            self.problem = str(error)
        with self._news:
            self.complete = True
            self.start = self.end if self.start is None else self.start
            self._news.notify_all()
        if self._closed:
            self.close()

    def _read_line(self) -> bytes:
        """The next line, b"" at the end; RecordingError where it is too long or damaged."""
        try:
            line = self._source.readline(LONGEST + 1)
        except (EOFError, OSError, zlib.error):
            raise RecordingError(
                f"{self.name} is damaged or was cut off: only what comes before can be shown"
            ) from None
        if len(line) > LONGEST:
            raise RecordingError(
                f"{self.name} has a line of more than {LONGEST // 1_000_000} MB: it is read no "
                "further, nebtui writes no such line"
            )
        if self._size + len(line) > LARGEST:
            raise RecordingError(f"{self.name} is larger than {LARGEST // 10**9} GB: cut off there")
        if not line.endswith(b"\n"):
            return b""  # the end, or a line that was being written
        with self._news:
            if self._spool is not None and not self._closed:
                self._spool.write(line)
                self._spool.flush()
        return b"" if self._closed else line

    def _take(self, line: bytes) -> None:
        """Note what a line is and where it stands."""
        head = _HEAD.match(line)
        with self._news:
            place, self._size = self._size, self._size + len(line)
            if head is not None:
                self.end = max(self.end, float(head[1]))
                if head[2]:
                    self._frames.append((self.end, place))
                if self.start is None and (head[3] == b"Settled" or line.endswith(_SETTLED)):
                    self.start = self.end
                elif head[3] == b"EventSeen" and self.start is not None:
                    self._happenings.append(self.end)
            self._news.notify_all()

    def wait(self, place: int, seconds: float) -> bool:
        """Block until there is a line at this place, until the end, or so long; False if there is
        none."""
        with self._news:
            self._news.wait_for(lambda: self._size > place or self.complete, seconds)
            return self._size > place

    def entry(self, place: int) -> tuple[TapeEntry | None, int]:
        """The entry of the line at a place, None where it is none, and the place of the next one.
        Only for places that `wait` found."""
        line = b""
        while b"\n" not in line[-_CHUNK:]:
            with self._news:
                file = -1 if self._closed else (self._spool or self._file).fileno()
                chunk = b"" if file < 0 else os.pread(file, _CHUNK, place + len(line))
            line += chunk
            if not chunk or len(line) > LONGEST + _CHUNK:
                return None, self._size
        line = line[: line.index(b"\n") + 1]
        return read_entry(line) if _HEAD.match(line) else None, place + len(line)

    def frame(self, at: float) -> tuple[float, int]:
        """Time and place of the last picture up to a time; the begin where there is none."""
        with self._news:
            return self._frames[max(0, bisect_right(self._frames, (at, self._size)) - 1)]

    def happening(self, at: float, *, forward: bool) -> float | None:
        """The time of the next event of a container after a time, or of the last one before it;
        None where there is none."""
        with self._news:
            times = self._happenings
            number = bisect_right(times, at) if forward else bisect_left(times, at) - 1
            return times[number] if 0 <= number < len(times) else None

    def close(self) -> None:
        """Give the files back; a pipe that is still being read when its reader is done."""
        with self._news:
            self._closed = True
            if self._spool is not None:
                self._spool.close()
            if self.complete:
                self._source.close()
                self._file.close()


def open_tape(path: str) -> Tape:
    """The recording in a file, found through to its end; RecordingError where it is none."""
    try:
        stream = FileIO(path)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from None
    tape = Tape(stream, path)
    tape.load()
    return tape
