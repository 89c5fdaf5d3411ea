"""The engine's stream of a container's log, cut into lines: frames of both streams, or the bare
bytes of a terminal (`GET /containers/ID/logs`, with timestamps)."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Literal

from nebtui.hosts.engine.errors import EngineError
from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern

HEADER = 8
"""Bytes before a frame: the stream's number, three zeros, the length."""
MOST_FRAME = 2**20
"""Bytes of a frame; the engine's own are 16 KiB and a timestamp."""
MOST_LINE = 8192
"""Bytes of a line that are kept; how many more there were is said."""
Output = Literal["stdout", "stderr", "note"]
STREAMS: dict[int, Output] = {0: "stdout", 1: "stdout", 2: "stderr", 3: "note"}
"""The last one is the engine's own: why it has no more."""
_STAMP = pattern(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it came."""

    at: int
    """Unix nanoseconds; that of the line before where it carries none."""
    source: Output
    text: str


class LogDecoder:
    """Makes lines of what one call to the engine gives, in pieces of any size."""

    def __init__(self, terminal: bool) -> None:
        """`terminal`: the container has one, so nothing is framed and there is one stream."""
        self._terminal = terminal
        self._rest = bytearray()
        self._begun: dict[Output, bytearray] = {one: bytearray() for one in STREAMS.values()}
        self._cut: dict[Output, int] = dict.fromkeys(STREAMS.values(), 0)
        self._at = 0

    def feed(self, piece: bytes) -> list[RawLine]:
        """The lines that this piece completes; EngineError where it is no log."""
        lines: list[RawLine] = []
        if self._terminal:
            self._take("stdout", piece, lines)
            return lines
        self._rest += piece
        at = 0
        while len(self._rest) - at >= HEADER:
            number = self._rest[at]
            length = int.from_bytes(self._rest[at + 4 : at + HEADER], "big")
            if number not in STREAMS or any(self._rest[at + 1 : at + 4]) or length > MOST_FRAME:
                raise EngineError(
                    "The engine sent a log that is none: restart it or look at its log."
                )
            if len(self._rest) - at - HEADER < length:
                break
            at += HEADER + length
            payload = bytes(self._rest[at - length : at])
            stream = STREAMS[number]
            if self._begun[stream] and (stamp := _STAMP.match(payload)):
                payload = payload[stamp.end() :]  # a long line comes in frames, each with a time
            self._take(stream, payload, lines)
        del self._rest[:at]
        return lines

    def flush(self) -> list[RawLine]:
        """What was begun and has no line break: the last words of a container."""
        lines: list[RawLine] = []
        for stream, begun in self._begun.items():
            if begun:
                lines.append(self._line(stream))
        return lines

    def _take(self, stream: Output, data: bytes, lines: list[RawLine]) -> None:
        first, *others = data.split(b"\n")
        self._add(stream, first)
        for part in others:
            lines.append(self._line(stream))
            self._add(stream, part)

    def _add(self, stream: Output, data: bytes) -> None:
        begun = self._begun[stream]
        kept = data[: max(0, MOST_LINE - len(begun))]
        begun += kept
        self._cut[stream] += len(data) - len(kept)

    def _line(self, stream: Output) -> RawLine:
        """The line that is complete now; the next one begins."""
        raw, cut = bytes(self._begun[stream]), self._cut[stream]
        self._begun[stream].clear()
        self._cut[stream] = 0
        if stamp := _STAMP.match(raw):
            self._at = _nanoseconds(stamp[1], stamp[2] or b"", stamp[3]) or self._at
            raw = raw[stamp.end() :]
        text = raw.removesuffix(b"\r").decode("utf-8", "replace")
        more = f"… ({cut:,} more bytes)" if cut else ""
        return RawLine(self._at, stream, text + more)


def _nanoseconds(second: bytes, fraction: bytes, zone: bytes) -> int:
    """Unix nanoseconds of the parts of a timestamp; 0 for one that no calendar has."""
    whole = _seconds(second + zone)
    return whole * 10**9 + int(fraction.ljust(9, b"0")) if whole else 0


@lru_cache(1024)
def _seconds(moment: bytes) -> int:
    """Lines come by the thousand in one second, so it is computed once for all of them."""
    try:
        return int(datetime.fromisoformat(moment.decode("ascii")).timestamp())
    except (ValueError, OverflowError):
        return 0
