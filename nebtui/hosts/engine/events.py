"""The engine's stream of events, and ending it from another thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Protocol

EVENTS = [
    *(
        "create",
        "start",
        "die",
        "health_status",
        "kill",
        "stop",
        "destroy",
        "rename",
        "oom",
        "pause",
        "unpause",
    ),
    *("connect", "disconnect", "remove"),
]
"""Filtered on the server: every health check would otherwise send exec_create, exec_start and
exec_die."""


class Stream(Protocol):
    """A stream of decoded JSON that another thread can end."""

    def __iter__(self) -> Iterator[Any]: ...

    def close(self) -> None:
        """End the stream; whoever iterates it stops."""
        ...


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
