"""An HTTP server that answers as told, and a collector on a box whose one container it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from nebtui.facts.changes import Change, ContainersListed, EngineSeen, Sampled
from nebtui.facts.observed import Container, Engine, Inspection, PortBinding
from nebtui.facts.samples import ThroughputSample
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.inference.collector import ServerCollector
from nebtui.hosts.inference.ollama_probe import AskOllama
from nebtui.hosts.shared import SharedState, StartupBarrier

ENGINE = Engine("engine", "20.10", "1.41", "unix:///var/run/docker.sock")
PLAIN = Container(
    "c" * 64,
    "box-llm-1",
    image="someone/server:1",
    state="running",
    inspection=Inspection(started=1.0),
)


def published(port: int, host_port: int, **more: object) -> Container:
    """A container with one published port."""
    container = replace(PLAIN, ports=(PortBinding(port, host_port, "0.0.0.0"),))
    return replace(container, **more)  # type: ignore[arg-type]


class Page:
    """What the server on this port answers now: (status, body) by path; which paths were asked, and
    what was posted."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.posted: list[str] = []


@contextmanager
def serving() -> Iterator[tuple[Page, int]]:
    """A server that answers what its page says, and its port."""
    told = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, body = told.answers.get(self.path, (404, "nothing here"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            told.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield told, server.server_port
    finally:
        server.shutdown()
        server.server_close()


class Box:
    """A collector on a box with one container; `look` takes one round now."""

    def __init__(self, container: Container, *, ask_ollama: AskOllama = "never") -> None:
        self.samples: list[ThroughputSample] = []
        self.shared = SharedState()
        self.shared.apply(EngineSeen(ENGINE))
        client = EngineClient(Endpoint("unix:///nowhere.sock"), {})
        startup = StartupBarrier(self.emit, frozenset())
        self.collector = ServerCollector(
            client, self.shared, startup, self.emit, ask_ollama=ask_ollama
        )
        self.have(container)

    def have(self, container: Container) -> None:
        self.shared.apply(ContainersListed((container,)))

    def emit(self, change: Change) -> None:
        if isinstance(change, Sampled):
            self.samples += change.throughput

    def look(self, times: int = 1) -> ThroughputSample | None:
        """The newest sample after so many rounds, each as if it were due."""
        for _ in range(times):
            time.sleep(0.01)
            self.collector._round(ENGINE, time.monotonic() + 1e6)
        return self.samples[-1] if self.samples else None
