"""An engine of another machine is never mistaken for this one."""

from __future__ import annotations

import os
import ssl
import time
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from nebtui.compose.discovery.candidate import Candidate
from nebtui.facts.changes import Change, EngineSeen, GpuStackSeen, PathsSeen, Sampled
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container, Engine, PortBinding
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.collector import located
from nebtui.hosts.engine.endpoint import Endpoint, explain
from nebtui.hosts.engine.library import docker_client
from nebtui.hosts.inference.collector import ServerCollector
from nebtui.hosts.inference.discovery import addresses
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.hosts.sampling.paths import PathCollector
from nebtui.hosts.shared import SharedState, StartupBarrier
from nebtui.keep.baselines import SpeedMemory
from nebtui.keep.machines import of_machine

HERE = os.uname().nodename
SOCKET = Endpoint("unix:///tmp/forwarded.sock")
PLAIN = Engine("gpu-server", "26.1", "1.45", SOCKET.url)


@pytest.mark.parametrize(
    ("engine", "endpoint", "visible", "elsewhere"),
    [
        (Engine(HERE, "26", "1.45", ""), SOCKET, None, False),
        (Engine(HERE, "26", "1.45", ""), SOCKET, True, False),
        (PLAIN, SOCKET, None, True),
        (PLAIN, SOCKET, False, True),
        (PLAIN, SOCKET, True, False),
        (Engine(HERE, "26", "1.45", ""), Endpoint("tcp://10.0.0.5:2376"), None, True),
        (Engine(HERE, "26", "1.45", ""), Endpoint("ssh://me@gpu"), None, True),
        (Engine(HERE, "26", "1.45", ""), Endpoint("tcp://127.0.0.1:2375"), None, False),
        (
            Engine("docker-desktop", "26", "1.45", "", operating_system="Docker Desktop"),
            SOCKET,
            False,
            False,
        ),
    ],
)
def test_where_an_engine_runs(
    engine: Engine, endpoint: Endpoint, visible: bool | None, elsewhere: bool
) -> None:
    """Its address, its containers' processes and its machine's name tell; a forwarded socket is
    found out."""
    found = located(engine, endpoint, visible)
    assert found.elsewhere is elsewhere
    assert any("runs on" in text for text in found.missing) is elsewhere
    assert not (found.elsewhere and found.local)


def test_a_file_of_the_same_path_here_is_not_the_project_s(tmp_path: Path) -> None:
    """Labels of another machine's containers name a path that exists here too: it is not read."""
    (tmp_path / "compose.yaml").write_text("services: {a: {image: mine}}\n")
    container = Container(
        "c",
        "p-a-1",
        project="p",
        service="a",
        working_dir=str(tmp_path),
        config_files=(str(tmp_path / "compose.yaml"),),
    )
    catalogue = ComposeCatalogue((), (), {}, with_compose=False)
    (here,) = catalogue.join([], (container,))
    assert here.confirmed
    (there,) = catalogue.join([], (container,), elsewhere=True)
    assert not there.confirmed
    project = catalogue.quick(there)
    assert project.services == {}
    assert project.problem is not None
    assert "on the engine's machine" in project.problem.message


def test_remembered_projects_of_this_machine_do_not_come_up(tmp_path: Path) -> None:
    """What ran here is no project of another machine's engine."""
    (tmp_path / "compose.yaml").write_text("services: {a: {image: mine}}\n")
    key = ProjectKey("p", str(tmp_path), (str(tmp_path / "compose.yaml"),))
    catalogue = ComposeCatalogue((), (Candidate(key, frozenset({"remembered"})),), {})
    assert len(catalogue.join([], ())) == 1
    assert catalogue.join([], (), elsewhere=True) == []


def test_nobody_asks_this_machine_s_ports() -> None:
    """With a forwarded socket, or a port bound to the far loopback, 127.0.0.1 here is not asked."""
    everywhere = Container("c", "x", ports=(PortBinding(8000, 8000, "0.0.0.0"),))
    loopback = Container("c", "x", ports=(PortBinding(8000, 8000, "127.0.0.1"),))
    forwarded = located(PLAIN, SOCKET, None)
    assert addresses(everywhere, 8000, forwarded) == ()
    far = Endpoint("tcp://10.0.0.5:2376")
    remote = located(Engine("gpu", "26", "1.45", far.url), far, None)
    assert addresses(everywhere, 8000, remote) == (("10.0.0.5", 8000),)
    assert addresses(loopback, 8000, remote) == ()


def test_owners_of_paths_here_are_not_looked_up_also_while_it_is_lost(tmp_path: Path) -> None:
    """A bind mount of another machine's container names a path that exists here."""
    from nebtui.facts.changes import ContainersListed, EngineLost
    from nebtui.facts.observed import MountPoint

    shared, seen = SharedState(), list[Change]()
    mount = MountPoint("bind", str(tmp_path), "/data")
    for change in (
        EngineSeen(located(PLAIN, SOCKET, None)),
        ContainersListed((Container("c", "x", mounts=(mount,)),)),
        EngineLost("gone"),
    ):
        shared.apply(change)
    PathCollector(shared, StartupBarrier(seen.append, frozenset()), seen.append, False).run()
    assert not [change for change in seen if isinstance(change, PathsSeen)]


def test_this_machine_s_gpus_are_not_the_box_s() -> None:
    """Nothing of the laptop's GPU stands above the server's services."""
    from nebtui.facts.gpu import GpuSample, GpuStack
    from nebtui.hosts.gpu.collector import GpuCollector

    shared, seen = SharedState(), list[Change]()
    shared.apply(EngineSeen(located(PLAIN, SOCKET, None)))
    collector = GpuCollector(None, shared, StartupBarrier(seen.append, frozenset()), seen.append)
    collector._tell((GpuSample(0, "laptop", 1.0),), (GpuStack(True, "NVIDIA"),))
    assert not [change for change in seen if isinstance(change, Sampled)]
    (stack,) = [change.stack for change in seen if isinstance(change, GpuStackSeen)]
    assert "on another machine" in stack.problem


def test_what_is_kept_is_kept_per_machine() -> None:
    """Journal, projects and usual speeds of one engine are not another's."""
    one, two = (of_machine("/state", url) for url in ("ssh://a", "ssh://b"))
    assert one != two
    assert one.startswith("/state/machines/")
    assert Endpoint("ssh://me@box").remote
    assert not Endpoint().remote


def test_usual_speeds_behind_a_forwarded_socket_are_that_machine_s(tmp_path: Path) -> None:
    """The engine tells which machine it is: its servers are not measured by this one's speeds, nor
    by those of the next machine behind the same socket."""
    now = time.time()
    here = Engine(HERE, "26", "1.45", SOCKET.url)
    there = located(PLAIN, SOCKET, None)
    far = Endpoint("tcp://10.0.0.5:2376")
    remote = located(replace(PLAIN, endpoint=far.url), far, None)
    assert here.forwarded == remote.forwarded == ""  # the address told, and chose the state folder
    memory = SpeedMemory(str(tmp_path))
    for engine, speed in ((here, 60.0), (there, 5.0), (replace(there, name="other"), 7.0)):
        memory.of(engine.forwarded)
        memory.learn("a/llm", "m", "1", speed, now)
    for engine, speed in ((here, 60.0), (there, 5.0), (replace(there, name="other"), 7.0)):
        memory.of(engine.forwarded)
        assert list(memory.recall("a/llm", "m", "1")) == [speed]
    memory.close()
    assert len(list((tmp_path / "machines").iterdir())) == 2


def test_the_collector_of_servers_says_whose_speeds_they_are(tmp_path: Path) -> None:
    """With each look: an engine that is lost may come back as another machine's."""

    class Told(SpeedMemory):
        machines: ClassVar[list[str]] = []

        def of(self, machine: str) -> None:
            self.machines.append(machine)

    shared, seen = SharedState(), list[Change]()
    collector = ServerCollector(
        EngineClient(SOCKET, {}),
        shared,
        StartupBarrier(seen.append, frozenset()),
        seen.append,
        Told(str(tmp_path)),
    )
    collector._round(Engine(HERE, "26", "1.45", SOCKET.url), 0.0)
    collector._round(located(PLAIN, SOCKET, None), 1.0)
    assert Told.machines == ["", f"{SOCKET.url} gpu-server"]


def test_a_certificate_error_is_told_as_one() -> None:
    """It is an OSError with the number of EPERM, and was told as a missing permission."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    assert "TLS with" in explain(error, Endpoint("tcp://10.0.0.5:2376"), {})


def test_variables_of_other_programs_do_not_choose_the_certificates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """REQUESTS_CA_BUNDLE and proxies are for the web, not for the engine."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/other.pem")
    url = "tcp://127.0.0.1:2375"
    with docker_client(Endpoint(url), url, "1.45", (1.0, 1.0)) as client:
        assert client.trust_env is False
