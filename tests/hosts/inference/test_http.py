"""Asking servers that misbehave: slow, silent, endless, redirecting, talking nonsense; all at once,
in bounded time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.hosts.inference import http as fetching
from nebtui.hosts.inference.http import HttpRequest, fetch

Behave = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Behave], int]]:
    """Starts servers that do as told with each connection; gives their ports."""
    listeners: list[socket.socket] = []

    def start(behave: Behave) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def work() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.recv(65536)
                        behave(connection)

        threading.Thread(target=work, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def ask(port: int, timeout: float = 0.4) -> fetching.HttpAnswer:
    return fetch([HttpRequest("a", "127.0.0.1", port, "/metrics", timeout)])["a"]


def test_plain_and_chunked_answers(serve: Callable[[Behave], int]) -> None:
    """An answer reads the same whether it comes with its length or in chunks."""
    plain = serve(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    chunked = serve(
        lambda c: c.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        )
    )
    assert ask(plain) == fetching.HttpAnswer(200, "ok")
    assert ask(chunked) == fetching.HttpAnswer(200, "ok")


def test_a_kept_connection_is_not_waited_for(serve: Callable[[Behave], int]) -> None:
    """A complete answer is taken at once, even where the server keeps the connection open."""

    def keep(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.recv(1)

    port = serve(keep)
    begun = time.monotonic()
    assert ask(port, 5.0).body == "ok"
    assert time.monotonic() - begun < 1.0


def test_half_an_answer_is_none(serve: Callable[[Behave], int]) -> None:
    """A page that breaks off, or has not ended in its time, is a problem and no page."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        connection.recv(1)

    broken = ask(serve(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")))
    assert (broken.status, broken.problem) == (None, "breaks off in the middle of its answer")
    late = ask(serve(drip), 0.2)
    assert (late.status, late.problem) == (None, "no complete answer within 0.2 s")


def test_a_redirect_is_an_answer_and_not_followed(serve: Callable[[Behave], int]) -> None:
    """A server cannot send us elsewhere: a redirect is its answer, and nobody else is asked."""
    asked: list[bool] = []

    def other(connection: socket.socket) -> None:
        asked.append(True)

    target = serve(other)
    location = f"Location: http://127.0.0.1:{target}/\r\n".encode()
    port = serve(
        lambda c: c.sendall(b"HTTP/1.1 302 Found\r\n" + location + b"Content-Length: 0\r\n\r\n")
    )
    assert ask(port).status == 302
    assert not asked


def test_silent_dripping_and_endless_servers_are_left_in_time(
    serve: Callable[[Behave], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent, dripping and endless servers are left together in bounded time, and the problem says
    why."""
    monkeypatch.setattr(fetching, "BODY_BYTES", 200_000)

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Drip: 1\r\n")
            time.sleep(0.05)

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    ports = [serve(lambda c: time.sleep(3)), serve(drip), serve(flood)]
    begun = time.monotonic()
    answers = fetch(
        [HttpRequest(str(n), "127.0.0.1", port, "/", 0.4) for n, port in enumerate(ports)]
    )
    assert time.monotonic() - begun < 1.0
    assert [answers[str(n)].status for n in range(3)] == [None, None, None]
    assert "0.4 s" in answers["0"].problem
    assert "MB" in answers["2"].problem


def test_nobody_listens() -> None:
    """A port where nobody listens is told as refusing connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask(port).problem == "refuses connections"


def test_it_stops_when_told(serve: Callable[[Behave], int]) -> None:
    """When told to stop, asking ends at once without waiting for a slow server."""
    port = serve(lambda c: time.sleep(3))
    begun = time.monotonic()
    stopped = lambda: time.monotonic() - begun > 0.05  # noqa: E731
    assert fetch([HttpRequest("a", "127.0.0.1", port, "/", 5.0)], stopped) == {}
    assert time.monotonic() - begun < 0.3


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_no_bytes_break_the_reader(received: bytes) -> None:
    """Whatever bytes a server sends, reading them raises nothing."""
    for head in (
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        fetching._read(head + received)
        fetching._complete(bytearray(head + received))
