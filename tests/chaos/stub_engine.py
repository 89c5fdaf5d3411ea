"""An engine that says what a test wants, on a Unix socket: enough of the API to be listed."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any


class StubEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers until `frozen` is set; then it accepts and says nothing."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.name = "box"
        self.containers: list[dict[str, Any]] = []
        self.frozen = threading.Event()
        self.ended = threading.Event()
        self.asked: list[str] = []
        self.open: list[Any] = []
        super().__init__(str(path), Handler)

    def answer(self, path: str) -> Any:
        """The JSON of one path."""
        if path.endswith("/version"):
            return {"Version": "26.1.5", "ApiVersion": "1.45", "Components": []}
        if path.endswith("/info"):
            return {"Name": self.name, "OperatingSystem": "Debian", "SecurityOptions": []}
        return self.containers if path.endswith("/containers/json") else []


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

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def stub_engine(folder: Path) -> Iterator[tuple[StubEngine, str]]:
    """An engine and its URL."""
    path = folder / "engine.sock"
    server = StubEngine(path)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server, f"unix://{path}"
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
