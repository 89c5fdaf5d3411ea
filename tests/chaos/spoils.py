"""Ways in which an engine's answer can be spoiled, on the wire and in its values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

from tests.chaos.stub_engine import Handler

Spoil = Callable[[Handler], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TYPES: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    2**70,
    "",
    "\ud800\x1b]0;x\a",
    [],
    [[{}]],
    {"a": 1},
)
"""A value of each JSON type, odd ones where a type has them."""


def closed(_: Handler) -> None:
    """The connection ends without a word."""


def silent(handler: Handler) -> None:
    """Nothing comes, and the connection stays."""
    handler.server.ended.wait(20)


def cut(handler: Handler) -> None:
    """The answer ends in the middle."""
    handler.wfile.write(HEAD + b'Content-Length: 5000\r\n\r\n[{"Id": "ab')


def garbled(handler: Handler) -> None:
    """It is no HTTP at all."""
    handler.wfile.write(b"\x16\x03\x01\x00\xa5\x1b[2J\xff\xfe\n" * 50)


def no_json(handler: Handler) -> None:
    """It is a page."""
    whole(handler, b"<html>\xff\xfe<h1>It works!</h1>\n")


def nested(handler: Handler) -> None:
    """JSON nested 100,000 deep."""
    whole(handler, b"[" * 100_000 + b"]" * 100_000 + b"\n")


def crowded(handler: Handler) -> None:
    """15 MB of empty objects, which would be 700 MB in memory."""
    whole(handler, b"[" + b"{}," * 5_000_000 + b"{}]\n")


def endless(handler: Handler) -> None:
    """A string that does not end."""
    handler.wfile.write(HEAD + b'\r\n["')
    piece = b"x" * 2**20
    with suppress(OSError):
        while not handler.server.ended.is_set():
            handler.wfile.write(piece)


def dripping(handler: Handler) -> None:
    """A few bytes a second, so that no single read ever waits long."""
    drip(handler, HEAD + b"Content-Length: 5000\r\n\r\n[", b" ")


def dripping_head(handler: Handler) -> None:
    """The same, but it does not even come to the end of the headers."""
    drip(handler, HEAD + b"X: ", b"x")


def refused_oddly(handler: Handler) -> None:
    """An error whose body is no object with a message."""
    body = b'["no", {"message": 3}]'
    handler.wfile.write(b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def sent_away(handler: Handler) -> None:
    """A redirect to another address."""
    handler.wfile.write(
        b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    )


def drip(handler: Handler, begin: bytes, piece: bytes) -> None:
    """A beginning at once, then a piece ten times a second for 20 s."""
    handler.wfile.write(begin)
    until = time.monotonic() + 20
    with suppress(OSError):
        while time.monotonic() < until and not handler.server.ended.wait(0.1):
            handler.wfile.write(piece)


def whole(handler: Handler, body: bytes) -> None:
    """A complete answer of status 200."""
    with suppress(OSError):
        handler.wfile.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


SPOILS: dict[str, Spoil] = {
    spoil.__name__: spoil
    for spoil in (
        *(closed, silent, cut, garbled, no_json, nested, crowded, endless, dripping),
        *(dripping_head, refused_oddly, sent_away),
    )
}


def mistyped(payload: Any) -> Iterator[Any]:
    """The payload with each of its values, at any depth, replaced by each of the types."""
    for path in places(payload, ()):
        for value in TYPES:
            copy = deepcopy(payload)
            at = copy
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = value
            yield copy


def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a JSON value."""
    inner: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value[:2])
    for step, below in inner:
        yield (*path, step)
        yield from places(below, (*path, step))
