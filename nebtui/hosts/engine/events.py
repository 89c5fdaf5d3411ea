"""The engine's stream of events, and ending it from another thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from nebtui.hosts.engine.errors import EngineError

if TYPE_CHECKING:
    from nebtui.hosts.engine.bounded import Answer

TYPES = ["container", "network", "service", "node"]
"""The last two are of Swarm."""
EVENTS = [
    *(
        "create",
        "start",
        *("die", "died"),  # Podman's filter knows only the second, and then tells the first
        "health_status",
        "kill",
        "stop",
        "destroy",
        "rename",
        "oom",
        "pause",
        "unpause",
    ),
    *("connect", "disconnect", "remove", "update"),
]
"""Filtered on the server: every health check would otherwise send exec_create, exec_start and
exec_die."""

MOST_BYTES = 2**20
"""Bytes of one event: it holds the container's labels, some kilobytes."""
PIECE = 65536


class Stream(Protocol):
    """A stream of decoded JSON that another thread can end."""

    def __iter__(self) -> Iterator[Any]: ...

    def close(self) -> None:
        """End the stream; whoever iterates it stops."""
        ...


class EventStream:
    """The events of an engine, one JSON object a line; to be iterated once, in one thread."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._reading = False

    def __iter__(self) -> Iterator[Any]:
        """Each event; EngineError where one is no JSON, or longer than any event is."""
        self._reading = True
        begun = bytearray()
        try:
            while piece := self._piece():
                begun += piece
                if b"\n" in piece:
                    *lines, rest = bytes(begun).split(b"\n")
                    begun = bytearray(rest)
                    yield from (decoded(line) for line in lines if line.strip())
                if len(begun) > MOST_BYTES:
                    raise EngineError(
                        "The engine sent an event without end: restart it or look at its log."
                    )
        finally:
            self._answer.end()

    def _piece(self) -> bytes:
        """What came next, b"" at the end: lost, cut or closed, which are all the same here."""
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


def decoded(line: bytes) -> Any:
    """An event; EngineError where it is no JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EngineError(
            "The engine sent an event that is no JSON: restart it or look at its log."
        ) from error


def close_stream(stream: Stream) -> None:
    """End a stream that another thread reads; one that has ended already is fine."""
    # docker-py reaches through four private layers to the socket; each is gone at another moment of
    # the ending.
    with suppress(OSError, AttributeError, ValueError):
        stream.close()


def ended_by_close(stream: Stream) -> Iterator[Any]:
    """The stream's items until it ends; the errors that a close from another thread provokes count
    as its end."""
    with suppress(OSError, AttributeError, ValueError):
        yield from stream
