"""One answer of the engine to the question for a container's log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nebtui.hosts.engine.log_lines import LogDecoder, RawLine

if TYPE_CHECKING:
    from nebtui.hosts.engine.bounded import Answer

PIECE = 65536


class LogReply:
    """Lines as they come, some at a time; to be iterated once, in one thread."""

    def __init__(self, answer: Answer, terminal: bool) -> None:
        self._answer = answer
        self._decoder = LogDecoder(terminal)
        self._reading = False

    def __iter__(self) -> Iterator[list[RawLine]]:
        """The lines of each piece; EngineError where it is no log."""
        self._reading = True
        try:
            while piece := self._piece():
                yield self._decoder.feed(piece)
            yield self._decoder.flush()
        finally:
            self._answer.end()

    def _piece(self) -> bytes:
        """What came next, b"" at the end: complete, lost, cut or closed, which the container's
        state tells apart."""
        from nebtui.hosts.engine.http_client import HTTPException

        try:
            return self._answer.read1(PIECE)
        except (OSError, HTTPException, ValueError, AttributeError):
            return b""

    def close(self) -> None:
        """End it, from any thread."""
        self._answer.hang_up()
        if not self._reading:
            self._answer.end()
