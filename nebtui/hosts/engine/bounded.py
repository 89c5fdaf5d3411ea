"""What an engine may send: each answer is bounded in bytes, values and time, over every
transport."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.http_client import HTTPConnection, HTTPException, HTTPResponse
from nebtui.hosts.json_values import mapping, text

MOST_BYTES = 16 * 2**20
"""Bytes of one answer: a list of 1,000 containers weighs 1.7 MB, 5.0 MB with 60 labels each (Engine
20.10)."""
MOST_VALUES = 500_000
"""Commas and brackets of one answer (of those 1,000: 56,000, with the labels 112,000): 16 MB of
`{},` would become 700 MB of Python objects."""
SECONDS = 30.0
"""From the first byte of the request's answer to its last."""
MOST_WORDS = 1000
"""Characters of a refusal."""
PIECE = 65536


class Answer(HTTPResponse):
    """An answer whose connection is ended when it takes too long. The transports' own limits are
    per read: an engine that sends a byte a second would never exceed them."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.late = False
        self.connection: HTTPConnection | None = None
        """What it came by, where that belongs to nobody else."""
        self._sock = sock
        self._timer = threading.Timer(SECONDS, self._give_up)
        self._timer.daemon = True
        self._timer.start()

    def begin(self) -> None:
        """Read status and headers; TimeoutError where they did not come in time."""
        try:
            super().begin()
        except (OSError, HTTPException) as error:
            self.done()
            if self.late:
                raise TimeoutError("timed out") from error
            raise

    def _give_up(self) -> None:
        self.late = True
        self.hang_up()

    def done(self) -> None:
        """The answer is complete, or a stream whose items may take as long as they do."""
        self._timer.cancel()

    def pause(self, seconds: float | None) -> None:
        """How long each read may wait from now on; None = for ever."""
        self._sock.settimeout(seconds)

    def end(self) -> None:
        """Close it, and what it came by; for the thread that reads."""
        self.close()
        if self.connection is not None:
            self.connection.close()

    def hang_up(self) -> None:
        """End the connection, from any thread; whoever reads from it stops."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


class Bounds:
    """The bounds of one docker-py client, which one thread uses at a time."""

    def __init__(self, client: Any, where: str) -> None:
        """Takes its place in every connection that the client will make to `where`."""
        self.newest: Answer | None = None
        self._where = where
        client.max_redirects = 0  # an engine sends nobody to another address
        client.headers["Accept-Encoding"] = "identity"  # nothing small becomes large
        client.hooks["response"].append(self._read)
        for adapter in client.adapters.values():
            for name in ("get_connection", "get_connection_with_tls_context"):
                if hasattr(adapter, name):
                    setattr(adapter, name, self._listening(getattr(adapter, name)))

    def _listening(self, connections: Any) -> Any:
        """The same function of an adapter, but the connections of its pool answer with Answers."""

        def bounded(*arguments: Any, **options: Any) -> Any:
            pool = connections(*arguments, **options)
            make = pool._new_conn
            if getattr(make, "__func__", None) is not None:  # the pool's own still

                def connection() -> Any:
                    made = make()
                    made.response_class = self._answer
                    return made

                pool._new_conn = connection
            return pool

        return bounded

    def _answer(self, *arguments: Any, **options: Any) -> Answer:
        self.newest = Answer(*arguments, **options)
        return self.newest

    def _read(self, response: Any, **options: Any) -> None:
        """Read an answer whole, before requests would; of a stream only the headers are here."""
        answer = self.newest
        try:
            if not (options.get("stream") and response.status_code in (101, 200)):
                raw = response.raw
                read = partial(raw.read, decode_content=False)
                self._take(response, body_of(read, self._where))
        except Exception as error:
            response.raw.close()
            if answer is not None and answer.late:
                raise TimeoutError("timed out") from error
            raise
        finally:
            if answer is not None:
                answer.done()

    def _take(self, response: Any, body: bytes) -> None:
        """Give requests the body in place of the connection."""
        if response.status_code >= 400:
            # docker-py takes for granted that the error is an object with a message
            body = json.dumps({"message": refusal(body)}).encode()
        response.raw = io.BytesIO(body)
        response.encoding = "utf-8"  # never the one that the engine names, nor a guess


def body_of(read: Callable[[int], bytes], where: str) -> bytes:
    """The bytes of an answer, `read` in pieces; EngineError where they are too many."""
    body = bytearray()
    while piece := read(PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise _too_much(f"more than {MOST_BYTES // 2**20} MB", where)
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        raise _too_much(f"more than {MOST_VALUES:,} values", where)
    return bytes(body)


def _too_much(what: str, where: str) -> EngineError:
    return EngineError(
        f"The engine at {where} sent {what} in one answer, which was not read to its end: restart "
        "it or look at its log."
    )


def refusal(body: bytes) -> str:
    """The engine's own words in the body of an error, as one line: its `message`, else the first
    words of whatever it is."""
    words = body[:MOST_WORDS].decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        words = text(mapping(json.loads(body)).get("message")) or words
    return " ".join(words[:MOST_WORDS].split()).rstrip(".") + "."
