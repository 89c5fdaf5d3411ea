"""The live host against a real engine: first picture, events, losing and finding the engine, doing,
closing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
import pytest

from nebtui.action import CreateNetwork, Probe, RemoveNetwork, Up
from nebtui.analysis.readiness import readiness
from nebtui.facts.changes import (
    Change,
    ContainerGone,
    ContainerSeen,
    ContainersListed,
    EngineLost,
    EngineSeen,
    EventSeen,
    ImageSeen,
    PathsSeen,
    ProcessesSeen,
    ProjectSeen,
    Sampled,
    Settled,
)
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.live import LiveHost
from nebtui.store import fold_all
from tests.engine.box import wait_for

pytestmark = pytest.mark.engine

LATE = 2.5
"""Seconds: below every time limit of a question to an engine."""
TWO = """services:
  db:
    image: {image}
    init: true
    command: ["sh", "-c", "nc -ll -p 5432 -e cat"]
    volumes: [".:/data:ro"]
    networks: {default: {aliases: [pg]}}
    user: "1234:5678"
  app:
    image: {image}
    init: true
    command: ["sleep", "1000"]
  outside:
    image: {image}
    init: true
    command: ["sleep", "1000"]
    network_mode: host
"""


class Watched:
    """A host whose changes are collected by a thread, with conditions to wait for."""

    def __init__(self, host: LiveHost) -> None:
        self.host = host
        self.seen: list[Change] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        for change in self.host.changes():
            with self._changed:
                self.seen.append(change)
                self._changed.notify_all()

    def wait(
        self, wanted: Callable[[Change], bool], since: int = 0, seconds: float = 30.0
    ) -> Change:
        """The first wanted change after position `since`."""
        found: list[Change] = []

        def there() -> bool:
            found[:] = [change for change in self.seen[since:] if wanted(change)]
            return bool(found)

        with self._changed:
            assert self._changed.wait_for(there, seconds), [
                type(c).__name__ for c in self.seen[since:]
            ]
        return found[0]

    def close(self) -> float:
        """Close the host; the seconds that took."""
        began = time.monotonic()
        self.host.close()
        return time.monotonic() - began


@pytest.fixture
def watch(engine: EngineClient) -> Iterator[Callable[..., Watched]]:
    """Starts a live host and closes it afterwards."""
    started: list[Watched] = []

    def start(*roots: str, endpoint: Endpoint | None = None) -> Watched:
        started.append(
            Watched(LiveHost(roots, (), os.environ, endpoint=endpoint or engine.endpoint))
        )
        return started[-1]

    yield start
    for watched in started:
        watched.close()


def names(watched: Watched) -> list[str]:
    """The kinds of changes in their order."""
    return [type(change).__name__ for change in watched.seen]


def is_settled(change: Change) -> bool:
    """The first picture is complete."""
    return isinstance(change, Settled)


def is_now(change: Change, identity: str, state: str) -> bool:
    """This container was seen in this state."""
    return isinstance(change, ContainerSeen) and (change.container.id, change.container.state) == (
        identity,
        state,
    )


def test_one_list_comes_before_any_inspection(project: Any, watch: Callable[..., Watched]) -> None:
    """The engine and its containers come first, from one list; inspections, processes and paths
    before Settled."""
    box = project(TWO)
    assert box.run("up", "-d")[0] == 0
    watched = watch(str(box.folder))
    watched.wait(is_settled)
    # Projects and GPUs are read by threads of their own.
    order = [name for name in names(watched) if name not in ("ProjectSeen", "GpuStackSeen")]
    assert order[:3] == ["EngineSeen", "ContainersListed", "NetworksListed"]
    before = watched.seen[: names(watched).index("Settled")]
    listed = next(c for c in before if isinstance(c, ContainersListed))
    db = next(c for c in listed.containers if c.project == box.name and c.service == "db")
    assert db.inspection is None
    inspected = {c.container.id: c.container for c in before if isinstance(c, ContainerSeen)}
    assert set(inspected) >= {c.id for c in listed.containers if c.state == "running"}
    assert "pg" in inspected[db.id].attachments[0].aliases
    process = next(
        p
        for c in before
        if isinstance(c, ProcessesSeen)
        for p in c.processes
        if p.container == db.id
    )
    assert (process.uid, process.gid, process.listening) == (1234, 5678, (5432,))
    outside = service(watched, box.name, "outside").id
    host = next(
        p
        for c in before
        if isinstance(c, ProcessesSeen)
        for p in c.processes
        if p.container == outside
    )
    assert (host.listening, host.refused) == (None, None)
    image = next(c.image for c in before if isinstance(c, ImageSeen) and c.image.id == db.image_id)
    assert image.programs == ("wget", "nc")
    assert str(box.folder) in {p.path for c in before if isinstance(c, PathsSeen) for p in c.paths}
    views = [
        c.project.view for c in before if isinstance(c, ProjectSeen) and c.project.name == box.name
    ]
    assert views[-1] == "compose"
    engine = [c.engine for c in before if isinstance(c, EngineSeen)][-1]
    assert engine.local
    sampled = watched.wait(
        lambda c: (
            isinstance(c, Sampled)
            and any(s.container == db.id and s.cpu is not None for s in c.containers)
        )
    )
    assert isinstance(sampled, Sampled)


def test_an_event_touches_one_container(project: Any, watch: Callable[..., Watched]) -> None:
    """Stopping and starting a service is seen as changes of that container only; nothing is listed
    again."""
    box = project(TWO)
    assert box.run("up", "-d")[0] == 0
    watched = watch()
    watched.wait(is_settled)
    app = service(watched, box.name, "app")
    here = len(watched.seen)
    box.run("stop", "-t", "0", "app")
    watched.wait(
        lambda c: (
            isinstance(c, ContainerSeen)
            and c.container.id == app.id
            and c.container.state == "exited"
        ),
        here,
    )
    box.run("start", "app")
    watched.wait(
        lambda c: (
            isinstance(c, ContainerSeen)
            and c.container.id == app.id
            and c.container.state == "running"
        ),
        here,
    )
    # It is inspected for `connect` already, and may be seen to run before `start` comes.
    watched.wait(
        lambda c: (
            isinstance(c, EventSeen) and (c.event.container, c.event.action) == (app.id, "start")
        ),
        here,
    )
    later = watched.seen[here:]
    assert not [c for c in later if isinstance(c, ContainersListed)]
    ours = {c.id for c in containers(watched) if c.project == box.name}
    assert {c.container.id for c in later if isinstance(c, ContainerSeen)} & ours == {app.id}
    actions = [
        c.event.action for c in later if isinstance(c, EventSeen) and c.event.container == app.id
    ]
    assert "die" in actions


def test_a_removed_project_is_gone(project: Any, watch: Callable[..., Watched]) -> None:
    """A project that comes up after the start is found by its labels; `down` removes its
    containers."""
    watched = watch()
    watched.wait(is_settled)
    box = project(TWO)
    assert box.run("up", "-d")[0] == 0
    watched.wait(
        lambda c: (
            isinstance(c, ProjectSeen)
            and c.project.name == box.name
            and len(c.project.services) == 3
        )
    )
    # The labels of any one container name the project; its others may be told later.
    watched.wait(
        lambda c: (
            isinstance(c, ContainerSeen)
            and (c.container.project, c.container.service) == (box.name, "app")
        )
    )
    app = service(watched, box.name, "app")
    box.run("down", "-t", "0")
    watched.wait(lambda c: isinstance(c, ContainerGone) and c.id == app.id)
    assert not [c for c in watched.seen[-1:] if isinstance(c, ContainerSeen)]


def containers(watched: Watched) -> list[Container]:
    """Every container that was told, oldest first."""
    listed = [
        c
        for change in watched.seen
        if isinstance(change, ContainersListed)
        for c in change.containers
    ]
    return listed + [
        change.container for change in watched.seen if isinstance(change, ContainerSeen)
    ]


def service(watched: Watched, project: str, name: str) -> Container:
    """The container of a service."""
    return next(c for c in containers(watched) if (c.project, c.service) == (project, name))


class Relay:
    """A Unix socket in front of the engine's that can be shut, to stand for an engine that
    stops."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path = path
        self._engine = engine
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Accept connections and pass bytes both ways."""
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Refuse new connections and cut those that are open."""
        for end in (self._listener, *self._open):
            if end is not None:
                with suppress(OSError):  # the other end may be gone already
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._engine)
            self._open += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=pass_on, args=(source, target), daemon=True).start()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until either end closes."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_lost_engine_is_told_and_found_again(
    engine: EngineClient, watch: Callable[..., Watched], tmp_path: Path
) -> None:
    """When the engine goes away one sentence says so; when it is back everything is listed
    afresh."""
    relay = Relay(tmp_path / "relay.sock", engine.endpoint.socket)
    relay.start()
    watched = watch(endpoint=Endpoint(f"unix://{relay.path}"))
    watched.wait(is_settled)
    here = len(watched.seen)
    relay.stop()
    lost = watched.wait(lambda c: isinstance(c, EngineLost), here)
    assert isinstance(lost, EngineLost)
    assert lost.reason.endswith(".")
    relay.start()
    watched.wait(lambda c: isinstance(c, EngineSeen), here)
    watched.wait(lambda c: isinstance(c, ContainersListed), here)
    relay.stop()


def test_no_engine_settles_with_the_reason(tmp_path: Path) -> None:
    """Without an engine the reason comes, then Settled: findings from files can be judged."""
    watched = Watched(LiveHost((), (), {}, endpoint=Endpoint(f"unix://{tmp_path}/no.sock")))
    watched.wait(is_settled)
    assert any(isinstance(change, EngineLost) for change in watched.seen)
    watched.close()


def test_a_silent_engine_does_not_hold_anyone(tmp_path: Path) -> None:
    """A socket that accepts and never answers: `close` returns before any time limit
    passes, and the changes end."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        watched = Watched(LiveHost((), (), {}, endpoint=Endpoint(f"unix://{tmp_path}/silent.sock")))
        connection, _ = silent.accept()
        assert watched.close() < LATE
        connection.close()


def test_a_silent_engine_settles_with_the_reason(tmp_path: Path) -> None:
    """An engine that accepts and does not answer is given up after 3 s, told, and the picture
    settles without it."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        watched = Watched(LiveHost((), (), {}, endpoint=Endpoint(f"unix://{tmp_path}/silent.sock")))
        watched.wait(is_settled, seconds=10)
        (lost,) = [change for change in watched.seen if isinstance(change, EngineLost)]
        assert "does not answer in time" in lost.reason
        assert watched.close() < LATE


def test_an_engine_that_falls_silent_is_closed_at_once(watch: Callable[..., Watched]) -> None:
    """Closing while the event stream waits ends every thread."""
    watched = watch()
    watched.wait(is_settled)
    assert watched.close() < LATE
    wait_for(
        lambda: not any(t.name.endswith("Collector") for t in threading.enumerate()),
        "the collectors to end",
    )


def test_permission_denied_says_which_group(engine: EngineClient) -> None:
    """Someone who may not use the socket is told how to become a member of its group."""
    if os.geteuid() != 0:
        pytest.skip("only root can become someone who is not in the group")
    script = (
        "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from nebtui.hosts.engine.endpoint import Endpoint; from nebtui.hosts.engine.client import "
        "EngineClient, EngineError\n"
        "try: EngineClient(Endpoint(), {}).version()\n"
        "except EngineError as problem: print(problem)\n"
    )
    # The modules are loaded before the user changes: a home folder may be closed to others.
    script = (
        "import docker, nebtui.hosts.engine.client, nebtui.hosts.engine.endpoint, docker.errors, "
        "docker.tls, requests\n" + script
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "sudo usermod -aG docker $USER" in done.stdout, done.stderr


def test_networks_are_created_with_a_label_and_removed_only_if_ours(engine: EngineClient) -> None:
    """A network nebtui made can be removed by it; one without its label is left as it is."""
    host = LiveHost((), (), os.environ, endpoint=engine.endpoint)
    ours, theirs = f"h2x-{uuid.uuid4().hex[:8]}", f"h2x-{uuid.uuid4().hex[:8]}"
    low = docker.APIClient(base_url=engine.endpoint.url, version="auto")
    low.create_network(theirs)
    try:
        assert [p.exit_code for p in host.do(CreateNetwork(ours))] == [0]
        assert low.inspect_network(ours)["Labels"] == {"nebtui.created": "1"}
        assert [p.exit_code for p in host.do(CreateNetwork(ours))] == [1]
        assert [p.exit_code for p in host.do(RemoveNetwork(ours))] == [0]
        (refusal,) = host.do(RemoveNetwork(theirs))
        assert "was not created by nebtui" in refusal.text
        assert refusal.exit_code == 1
    finally:
        low.remove_network(theirs)
        low.close()


def test_probes_run_as_someone_and_end(
    project: Any, engine: EngineClient, watch: Callable[..., Watched]
) -> None:
    """A probe gives its output and exit code, runs as the user asked for, and is given up after its
    time."""
    box = project(TWO)
    box.run("up", "-d")
    watched = watch()
    watched.wait(is_settled)
    app = service(watched, box.name, "app").id
    assert [
        (p.text, p.exit_code) for p in watched.host.do(Probe(app, ("sh", "-c", "echo hi; exit 3")))
    ][-2:] == [
        ("hi", 0),
        ("exit status 3", 3),
    ]
    said = [p.text for p in watched.host.do(Probe(app, ("id", "-u"), user="1234"))]
    assert said[0] == "1234"
    began = time.monotonic()
    last = list(watched.host.do(Probe(app, ("sleep", "5"), timeout=0.5)))[-1]
    assert last.exit_code == 124
    assert time.monotonic() - began < 3
    assert engine.has_file(app, "/bin/busybox")
    assert not engine.has_file(app, "/bin/nothing")
    with pytest.raises(EngineError):
        engine.inspect("h2x-nothing")


def test_up_streams_and_ends_with_the_exit_code(
    project: Any, watch: Callable[..., Watched]
) -> None:
    """`Up` runs Compose, its lines come as they are written, and a failure has Compose's exit
    code."""
    box = project(TWO)
    watched = watch(str(box.folder))
    seen = watched.wait(
        lambda c: isinstance(c, ProjectSeen) and c.project.key.working_dir == str(box.folder)
    )
    assert isinstance(seen, ProjectSeen)
    key = seen.project.key
    assert watched.host.command(Up(key, ("app",), force_recreate=True))[-4:] == (
        "up",
        "-d",
        "--force-recreate",
        "app",
    )
    lines = list(watched.host.do(Up(key)))
    try:
        assert (lines[-1].done, lines[-1].exit_code) == (True, 0), lines
        assert any("Started" in line.text for line in lines)
        assert list(watched.host.do(Up(key, ("nobody",))))[-1].exit_code != 0
    finally:
        down = [*watched.host.command(Up(key))[:-2], "down", "-t", "0"]
        subprocess.run(down, capture_output=True, check=False)


def up_until_flagged(box: Any) -> str:
    """Start the project's one container until the engine itself notes that the kernel killed it for
    memory, and return its ID: Engine 20.10 misses it now and then (exit 137, no flag)."""
    for _ in range(10):
        assert box.run("up", "-d")[0] == 0
        label = f"com.docker.compose.project={box.name}"
        (one,) = docker.from_env().containers.list(all=True, filters={"label": label})
        one.wait(timeout=30)
        one.reload()
        if one.attrs["State"]["OOMKilled"]:
            return str(one.id)
    pytest.skip("this engine did not note one of ten kills for memory")


def test_out_of_memory_is_told_with_its_limit(project: Any, watch: Callable[..., Watched]) -> None:
    """A container that the kernel killed for memory has failed; nobody asked it to stop."""
    box = project(
        "services:\n  hog:\n    image: {image}\n    mem_limit: 8m\n    memswap_limit: 8m\n"
        '    command: ["sh", "-c", "tail /dev/zero"]\n'
    )
    container = up_until_flagged(box)
    watched = watch()
    watched.wait(is_settled)

    def killed(change: Change) -> bool:
        seen = change.container if isinstance(change, ContainerSeen) else None
        told = seen.inspection if seen and seen.state == "exited" else None
        return bool(seen and seen.id == container and told and told.oom_killed)

    watched.wait(killed)
    snapshot = fold_all(Snapshot(), watched.seen)
    (key,) = (k for k, _ in snapshot.services() if k.project.name == box.name)
    verdict = readiness(snapshot, key)
    assert (verdict.word, verdict.why) == ("failed", "out of memory (limit 8.0 MiB)")
