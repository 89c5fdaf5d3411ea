"""Asks several HTTP servers at once from one thread: bounded in time and size, never following a
redirect."""

from __future__ import annotations

import errno
import io
import selectors
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import field, replace
from typing import Any, cast

from nebtui.light_dataclass import dataclass

BODY_BYTES = 4 * 1024 * 1024
"""A page of vLLM with all its histograms has 0.1 to 0.3 MB."""
CHUNK = 65536
LOOK = 0.05
"""Seconds after which a word to stop is heard."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A GET of a plain HTTP server at an address, or a POST where there is a JSON `body`; `key`
    names its answer."""

    key: str
    host: str
    port: int
    path: str
    timeout: float
    body: str = ""

    @property
    def url(self) -> str:
        """As a person would type it."""
        return (
            f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}{self.path}"
        )


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`status` None where no HTTP came back; `problem` then says why, in a few words."""

    status: int | None
    body: str = ""
    problem: str = ""
    at: float = field(default=0.0, compare=False)
    """The monotonic clock when it was complete: others may have kept the round waiting since."""


@dataclass(slots=True)
class _Exchange:
    request: HttpRequest
    channel: socket.socket
    deadline: float
    unsent: bytes
    received: bytearray = field(default_factory=bytearray)


def fetch(
    requests: Iterable[HttpRequest], stopped: Callable[[], bool] = lambda: False
) -> dict[str, HttpAnswer]:
    """The answers by key; what had not answered in its time is told as such. Stops early when told
    to."""
    answers: dict[str, HttpAnswer] = {}
    with selectors.DefaultSelector() as selector:
        open_ones: dict[str, _Exchange] = {}
        for request in requests:
            started = _start(request, selector)
            if isinstance(started, HttpAnswer):
                answers[request.key] = started
            else:
                open_ones[request.key] = started
        while open_ones and not stopped():
            now = time.monotonic()
            for key, exchange in list(open_ones.items()):
                if now >= exchange.deadline:
                    late = _finish(open_ones.pop(key), selector).request
                    answers[key] = HttpAnswer(
                        None, problem=f"no complete answer within {late.timeout:g} s"
                    )
            wait = min([LOOK, *(e.deadline - now for e in open_ones.values())])
            for ready, _ in selector.select(max(0.0, wait)):
                exchange = ready.data
                done = _go_on(exchange, selector)
                if done is not None:
                    answers[exchange.request.key] = done
                    _finish(open_ones.pop(exchange.request.key), selector)
        for exchange in open_ones.values():
            _finish(exchange, selector)
    return answers


def _start(request: HttpRequest, selector: selectors.BaseSelector) -> _Exchange | HttpAnswer:
    family = socket.AF_INET6 if ":" in request.host else socket.AF_INET
    try:
        channel = socket.socket(family, socket.SOCK_STREAM)
        channel.setblocking(False)
        code = channel.connect_ex((request.host, request.port))
    except (OSError, OverflowError, UnicodeError) as error:
        return HttpAnswer(None, problem=str(error))
    if code not in (0, errno.EINPROGRESS):
        channel.close()
        return HttpAnswer(None, problem=_words(code))
    host = f"[{request.host}]" if family == socket.AF_INET6 else request.host
    method, body = ("POST", request.body.encode()) if request.body else ("GET", b"")
    head = (
        f"{method} {request.path} HTTP/1.1\r\nHost: {host}:{request.port}\r\nUser-Agent: "
        "nebtui\r\nAccept: */*\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    unsent = (head + "Connection: close\r\n\r\n").encode("ascii") + body
    exchange = _Exchange(request, channel, time.monotonic() + request.timeout, unsent)
    selector.register(channel, selectors.EVENT_WRITE, exchange)
    return exchange


def _go_on(exchange: _Exchange, selector: selectors.BaseSelector) -> HttpAnswer | None:
    """Send or receive what can be; the answer once it is complete."""
    try:
        if exchange.unsent:
            sent = exchange.channel.send(exchange.unsent)
            exchange.unsent = exchange.unsent[sent:]
            if not exchange.unsent:
                selector.modify(exchange.channel, selectors.EVENT_READ, exchange)
            return None
        chunk = exchange.channel.recv(CHUNK)
    except BlockingIOError:
        return None
    except OSError as error:
        return HttpAnswer(None, problem=_words(error.errno or 0))
    exchange.received += chunk
    if len(exchange.received) > BODY_BYTES:
        return HttpAnswer(None, problem="answers with more than 4 MB")
    if not chunk or _complete(exchange.received):
        return replace(_read(bytes(exchange.received)), at=time.monotonic())
    return None


def _complete(received: bytearray) -> bool:
    """True if a declared length is there already: some servers keep the connection open all the
    same."""
    head, blank, _ = bytes(received[:CHUNK]).partition(b"\r\n\r\n")
    if not blank:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return len(received) - len(head) - len(blank) >= int(value.strip()[:12])
    return False


def _finish(exchange: _Exchange, selector: selectors.BaseSelector) -> _Exchange:
    with suppress(KeyError, ValueError):
        selector.unregister(exchange.channel)
    exchange.channel.close()
    return exchange


class _Bytes:
    """Just enough of a socket for http.client to read an answer that has arrived."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, mode: str) -> io.BytesIO:
        """The answer as a file."""
        return io.BytesIO(self._received)


def _read(received: bytes) -> HttpAnswer:
    """An answer from its bytes, chunked or not; nonsense is told as such."""
    # with email behind it, 15 ms that the start of the program need not wait for
    from nebtui.hosts.engine import http_client

    response = http_client.HTTPResponse(cast("Any", _Bytes(received)))
    try:
        response.begin()
        body = response.read()
    except http_client.IncompleteRead:
        # Half a page lacks counters, and a counter that comes back looks like a burst of work.
        return HttpAnswer(None, problem="breaks off in the middle of its answer")
    except (http_client.HTTPException, ValueError, OSError):
        return HttpAnswer(None, problem="answers, but not in HTTP")
    return HttpAnswer(response.status, body.decode("utf-8", "replace"))


def _words(code: int) -> str:
    if code == errno.ECONNREFUSED:
        return "refuses connections"
    return errno.errorcode.get(code, "cannot be reached").lower()
