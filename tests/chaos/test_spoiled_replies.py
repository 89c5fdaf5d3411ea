"""An engine whose answers are spoiled costs one plain sentence: no traceback, no memory, no endless
wait; and nebtui goes on when the engine is well again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nebtui import rules
from nebtui.facts.changes import (
    Change,
    CollectorFailed,
    ContainersListed,
    EngineLost,
    EngineSeen,
    Settled,
)
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine import bounded, collector, connection, heartbeat, payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.live import LiveHost
from nebtui.report import json_output, text_output
from nebtui.store import fold_all
from tests.chaos.spoils import SPOILS, Spoil, cut, dripping, endless, garbled, mistyped, nested
from tests.chaos.stub_engine import StubEngine, serving, stub_engine

RECORDED = json.loads((Path(__file__).parents[1] / "recordings" / "engine-20.10.json").read_text())
MEGABYTES = 200
"""How much a spoiled answer may cost; nebtui itself takes about 60."""
PATHS = {
    "version": "/version",
    "list": "/containers/json",
    "inspect": "/1/json",
    "events": "/events",
}
QUIET = ("events", "dripping")
"""An event that comes slowly is no fault: nothing is told, and nothing is needed to go on."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All patience is short."""
    monkeypatch.setattr(bounded, "SECONDS", 0.6)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(connection, "READ_SECONDS", 0.4)
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.3)
    monkeypatch.setattr(collector, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(collector, "LAST_DELAY", 0.1)


def box(server: StubEngine) -> None:
    """One container on the engine."""
    server.name = os.uname().nodename
    server.containers = [{"Id": "1", "Names": ["/one"], "State": "running", "Image": "busybox"}]
    server.answers = {"/1/json": {"Id": "1", "Name": "/one", "State": {"Status": "running"}}}


def resident() -> float:
    """MB that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize("name", SPOILS)
@pytest.mark.usefixtures("impatient")
def test_a_spoiled_answer_is_one_sentence_and_passes(tmp_path: Path, what: str, name: str) -> None:
    """Told once while it lasts, whichever answer it is; the box is there as soon as it ends."""
    before, begun = resident(), time.monotonic()
    with stub_engine(tmp_path) as (server, url):
        box(server)
        server.spoils[PATHS[what]] = SPOILS[name]
        host = LiveHost((str(tmp_path),), (), {"PATH": "/nowhere"}, endpoint=Endpoint(url))
        limit = threading.Timer(15, host.close)
        limit.start()
        lost, seen = list[EngineLost](), list[Change]()
        for change in host.changes():
            seen.append(change)
            if isinstance(change, EngineLost):
                lost.append(change)
                server.spoils.clear()
            elif isinstance(change, ContainersListed) and (lost or (what, name) == QUIET):
                break
        limit.cancel()
        host.close()
    assert [change for change in seen if isinstance(change, CollectorFailed)] == []
    assert any(isinstance(change, ContainersListed) for change in seen), (lost, seen[-3:])
    assert all(one_sentence(change.reason) for change in lost), lost
    assert resident() - before < MEGABYTES
    assert time.monotonic() - begun < 15


def one_sentence(reason: str) -> bool:
    """Plain words that end: no name of an exception, nothing that steers a terminal."""
    odd = ("Error", "Exception", "Traceback", "HTTPConnection", "\n", "\x1b", "object at 0x")
    return reason.endswith(".") and not any(word in reason for word in odd) and len(reason) < 400


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate for 127.0.0.1 that is its own authority."""
    folder = tmp_path / "tls"
    folder.mkdir()
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    try:
        subprocess.run([*make, *subject, *files], check=True, capture_output=True)
    except OSError:
        pytest.skip("no openssl on this machine to make a certificate with")
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


@pytest.mark.parametrize("transport", ["unix", "tcp", "tls"])
@pytest.mark.parametrize("spoil", [endless, dripping, cut])
@pytest.mark.usefixtures("impatient")
def test_every_transport_is_bounded(
    tmp_path: Path, certificates: Path, transport: str, spoil: Spoil
) -> None:
    """A Unix socket, plain TCP and TLS alike: over soon, and the next answer is taken again."""
    server = StubEngine(tmp_path / "e.sock" if transport == "unix" else ("127.0.0.1", 0))
    endpoint = Endpoint(f"unix://{tmp_path}/e.sock")
    if transport != "unix":
        url = f"tcp://127.0.0.1:{server.server_address[1]}"
        endpoint = Endpoint(url, certificates=str(certificates) if transport == "tls" else "")
    if transport == "tls":
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        box(server)
        client = EngineClient(endpoint, {})
        assert len(client.containers()) == 1
        server.spoils["/containers/json"] = spoil
        begun = time.monotonic()
        with pytest.raises(EngineError) as error:
            client.containers()
        assert one_sentence(str(error.value))
        assert time.monotonic() - begun < 5
        server.spoils.clear()
        assert len(client.containers()) == 1
        events = client.events()
        threading.Timer(0.2, events.close).start()
        assert list(events) == []
        client.forget()


def test_an_event_may_be_split_and_joined_anyhow(tmp_path: Path) -> None:
    """Lines in pieces, two in one piece, and blank ones: each object once."""

    def told(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (b'{"a"', b": 1}\n", b'\n{"a": 2}\n{"a"', b": 3}\n"):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    with stub_engine(tmp_path) as (server, url):
        server.spoils["/events"] = told
        client = EngineClient(Endpoint(url), {})
        assert list(client.events()) == [{"a": 1}, {"a": 2}, {"a": 3}]
        client.forget()


def spoiled_containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """List items and inspections, each with one value of another type; all with ids of their
    own."""
    listed, inspected = RECORDED["containers"][0], RECORDED["inspections"][0]
    plain = {name: inspected[name] for name in ("Id", "State", "Config", "HostConfig")}
    for number, item in enumerate(mistyped(listed)):
        yield {**item, "Id": f"a{number}"}, {**plain, "Id": f"a{number}"}
    for number, item in enumerate(mistyped(inspected)):
        yield {**listed, "Id": f"b{number}"}, {**item, "Id": f"b{number}"}


def test_no_value_of_another_type_breaks_anything() -> None:
    """Every field of every answer with a value of every type: facts are made of it, folded, judged,
    and printed."""
    seen = list[Change]()
    for raw in mistyped(RECORDED["version"]):
        payloads.engine(raw, RECORDED["info"], "unix:///x")
    for raw in mistyped(RECORDED["info"]):
        seen.append(EngineSeen(payloads.engine(RECORDED["version"], raw, "unix:///x")))
    for read, name in ((payloads.network, "networks"), (payloads.event, "events")):
        for raw in mistyped(RECORDED[name][0]):
            read(raw)
    for raw in mistyped(RECORDED["image"]):
        payloads.image(raw)
    made = []
    for listed, inspected in spoiled_containers():
        container = payloads.container(listed)
        made.append(payloads.inspected(container, inspected))
    seen += [ContainersListed(tuple(made)), Settled()]
    snapshot = fold_all(Snapshot(), seen)
    assert len(snapshot.containers) == len(made) > 2000
    rules.examine(snapshot)
    assert "\n".join(text_output.status(snapshot))
    json.dumps(json_output.status(snapshot))


def test_a_box_of_spoiled_containers_is_shown(tmp_path: Path) -> None:
    """300 of them through the whole host: no collector fails, the first picture is complete."""
    with stub_engine(tmp_path) as (server, url):
        server.name = os.uname().nodename
        for listed, inspected in list(spoiled_containers())[::17]:
            server.containers.append(listed)
            server.answers[f"/{listed['Id']}/json"] = inspected
        host = LiveHost((str(tmp_path),), (), {"PATH": "/nowhere"}, endpoint=Endpoint(url))
        seen = list[Change]()
        for change in host.changes():
            seen.append(change)
            if isinstance(change, Settled):
                break
        host.close()
    assert [change for change in seen if isinstance(change, CollectorFailed | EngineLost)] == []


@pytest.mark.parametrize(
    ("path", "spoil"),
    [
        ("/containers/json", endless),
        ("/1/json", nested),
        ("/version", garbled),
        ("/events", endless),
    ],
)
def test_the_command_line_ends(tmp_path: Path, path: str, spoil: Spoil) -> None:
    """`nebtui status` on such an engine: at most a few lines on stderr, an exit status, bounded
    memory."""
    with stub_engine(tmp_path) as (server, url):
        box(server)
        server.spoils[path] = spoil
        environ = {
            **os.environ,
            "DOCKER_HOST": url,
            "NEBTUI_STATE": str(tmp_path / "state"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        with (tmp_path / "output").open("w+") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "nebtui", "status"],
                cwd=tmp_path,
                env=environ,
                stdout=output,
                stderr=output,
            )
            most, ends = 0.0, time.monotonic() + 60
            while process.poll() is None and time.monotonic() < ends:
                most = max(most, peak(process.pid))
                time.sleep(0.01)
            process.kill()
            output.seek(0)
            told = output.read()
    assert process.wait(10) in (0, 1, 2), told
    assert "Traceback" not in told
    assert len(told.splitlines()) < 8, told
    assert "engine" in told
    assert most < 60 + MEGABYTES


def peak(pid: int) -> float:
    """MB that a process held at most so far."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
