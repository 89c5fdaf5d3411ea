"""An engine that says what a test wants, on a Unix socket: enough of the API to be listed."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any


class StubEngine(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Answers until `frozen` is set; then it accepts and says nothing. What `spoils` names by the
    end of its path is answered by that function instead."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: Path | tuple[str, int]) -> None:
        self.name = "box"
        self.containers: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.spoils: dict[str, Callable[[Handler], None]] = {}
        self.frozen = threading.Event()
        self.ended = threading.Event()
        self.asked: list[str] = []
        self.open: list[Any] = []
        self.address_family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
        place: Any = str(address) if isinstance(address, Path) else address
        super().__init__(place, Handler)

    def answer(self, path: str) -> Any:
        """The JSON of one path."""
        for end, answer in self.answers.items():
            if path.endswith(end):
                return answer
        if path.endswith("/version"):
            return {"Version": "26.1.5", "ApiVersion": "1.45", "Components": []}
        if path.endswith("/info"):
            return {"Name": self.name, "OperatingSystem": "Debian", "SecurityOptions": []}
        return self.containers if path.endswith("/containers/json") else []

    def spoil(self, path: str) -> Callable[[Handler], None] | None:
        """What spoils the answer of a path, None where nothing does."""
        return next((spoil for end, spoil in self.spoils.items() if path.endswith(end)), None)

    def handle_error(self, *_: object) -> None:
        """A client that went away in the middle is what many a test is about."""


class Handler(BaseHTTPRequestHandler):
    """One request of a client."""

    protocol_version = "HTTP/1.1"
    server: StubEngine

    def do_GET(self) -> None:
        """Answer, stream events, or hang."""
        path = self.path.partition("?")[0]
        self.server.asked.append(self.path)
        if self.server.frozen.is_set():
            self.server.ended.wait()
            return
        if spoil := self.server.spoil(path):
            self.close_connection = True
            spoil(self)
            return
        if path.endswith("/events"):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.server.open.append(self)
            self.server.ended.wait()
            return
        body = b"OK" if path.endswith("/_ping") else json.dumps(self.server.answer(path)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        """No container has the file that is looked for."""
        self.send_error(404)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def stub_engine(folder: Path) -> Iterator[tuple[StubEngine, str]]:
    """An engine and its URL."""
    path = folder / "engine.sock"
    with serving(StubEngine(path)) as server:
        yield server, f"unix://{path}"


@contextmanager
def serving(server: StubEngine) -> Iterator[StubEngine]:
    """The server answers until the end of the block."""
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
