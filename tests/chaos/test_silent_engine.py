"""An engine that falls silent is noticed, and its picture is marked; clients do not pile up."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from nebtui.facts.changes import Change, EngineLost, EngineSeen
from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.engine import heartbeat
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.heartbeat import Heartbeat
from nebtui.hosts.live import LiveHost
from nebtui.hosts.shared import SharedState, StartupBarrier
from nebtui.store import fold_all
from tests.chaos.stub_engine import stub_engine


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    @property
    def clock(self) -> MachineClock:
        return MachineClock(now=lambda: self.at, steady=lambda: self.at)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[EngineLost]:
    """What is told of a lost engine; a ping may take 0.1 s here."""
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.1)
    return []


def beat(client: EngineClient, time: Time, lost: list[EngineLost]) -> tuple[Heartbeat, list[str]]:
    """A heartbeat, and how often it asked for a new connection."""
    again: list[str] = []

    def emit(change: Change) -> None:
        assert isinstance(change, EngineLost)
        lost.append(change)

    barrier = StartupBarrier(emit, frozenset())
    made = Heartbeat(
        client, SharedState(), barrier, emit, lambda: again.append("again"), clock=time.clock
    )
    return made, again


def test_a_frozen_engine_is_told_with_the_time_of_its_last_word(
    tmp_path: Path, lost: list[EngineLost]
) -> None:
    """It accepts and never answers: told after the ping's patience, with since when."""
    time = Time()
    with stub_engine(tmp_path) as (server, url):
        client = EngineClient(Endpoint(url), {}, clock=time.clock)
        assert client.containers() == []
        pulse, again = beat(client, time, lost)
        pulse.look()
        assert lost == []  # it was heard a moment ago: nothing is asked
        time.at += 4
        pulse.look()
        assert lost == []  # asked, and it answered
        time.at += 4
        server.frozen.set()
        pulse.look()
    assert again == ["again"]
    assert "has not answered for 4 s" in lost[0].reason
    assert lost[0].at == 1004.0


def test_the_picture_of_a_lost_engine_is_marked(tmp_path: Path) -> None:
    """What was seen stays, with the time it was seen, until an engine answers again."""
    with stub_engine(tmp_path) as (_, url):
        engine = EngineClient(Endpoint(url), {}).version()
    assert engine["Version"] == "26.1.5"
    seen = EngineSeen(from_stub())
    snapshot = fold_all(
        Snapshot(), (seen, EngineLost("silent", 1234.0), EngineLost("gone", 1300.0))
    )
    assert (snapshot.engine_problem, snapshot.stale_since) == ("gone", 1234.0)
    assert fold_all(snapshot, (seen,)).stale_since is None


def from_stub() -> Engine:
    """An engine."""
    return Engine("box", "26", "1.45", "unix:///x")


def threads(number: int, work: Callable[[], object]) -> None:
    """Do it in so many threads, one after the other."""
    for _ in range(number):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


def test_clients_do_not_grow_with_threads(tmp_path: Path) -> None:
    """Each background job and probe is a thread of its own: 100 of them share a client."""
    with stub_engine(tmp_path) as (_, url):
        client = EngineClient(Endpoint(url), {})
        client.containers()
        before = len(os.listdir("/proc/self/fd"))
        threads(100, client.containers)
        assert len(os.listdir("/proc/self/fd")) <= before + 2
        client.forget()


def test_fifty_losses_leave_nothing_behind(tmp_path: Path) -> None:
    """A client that found its engine gone fifty times holds no more descriptors than before."""
    client = EngineClient(Endpoint(f"unix://{tmp_path}/none.sock"), {})
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        with pytest.raises(EngineError):
            client.containers()
        client.forget()
    gc.collect()  # docker-py leaves some sockets to the collector
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_a_live_host_notices_and_finds_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen, then thawed: lost is told, and the engine is back by itself; the events since the
    last one are asked for."""
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.2)
    with stub_engine(tmp_path) as (server, url):
        server.name = os.uname().nodename
        host = LiveHost((str(tmp_path),), (), {"PATH": "/nowhere"}, endpoint=Endpoint(url))
        lost, reasons = False, list[str]()
        for change in host.changes():
            if isinstance(change, EngineSeen) and not lost:
                server.frozen.set()
            elif isinstance(change, EngineLost):
                lost = True
                reasons.append(change.reason)
                server.frozen.clear()
            elif isinstance(change, EngineSeen):
                break
        host.close()
    assert "answer" in reasons[0]
    # nebtui itself ended that connection: it must not be told as the engine's doing
    assert not [reason for reason in reasons if "ended the connection" in reason]


def test_a_server_that_is_no_engine_is_told(tmp_path: Path) -> None:
    """Something answers 404 where the engine's version should be."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    client = EngineClient(Endpoint(f"tcp://127.0.0.1:{server.server_port}"), {})
    try:
        with pytest.raises(EngineError, match="is no Docker engine: check DOCKER_HOST"):
            client.containers()
    finally:
        server.shutdown()
        server.server_close()
