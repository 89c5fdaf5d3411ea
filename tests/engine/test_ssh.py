"""A box that is only reached by ssh, through a real sshd: seen, acted on, lost and found again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, RemoveNetwork
from nebtui.facts.logs import LogLine
from nebtui.host import LogRequest
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.store import Follower
from tests.engine.far_box import FarBox, ssh_environ, started_box

STACK = """\
services:
  talker: {{image: {image}, command: [sh, -c, 'echo spoken; exec sleep 1000']}}
  store: {{image: {image}, command: [sleep, "1000"]}}
"""


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """A far box, without a project on it."""
    with started_box(tmp_path_factory.mktemp("far"), 1) as box:
        yield box


@pytest.fixture
def environ(far: FarBox, tmp_path: Path) -> dict[str, str]:
    """Where `ssh far1` gets there."""
    return ssh_environ(tmp_path, far)


@pytest.fixture
def stack(far: FarBox, compose: str, tmp_path: Path) -> Iterator[None]:
    """A project on it, whose folder is the far box's."""
    folder = tmp_path / "h2x-stack"
    folder.mkdir()
    (folder / "compose.yaml").write_text(STACK.format(image="nebtui-test/busybox:1"))
    argv = [compose, "-p", "h2x-stack", "-f", str(folder / "compose.yaml")]
    own = {**os.environ, "DOCKER_HOST": far.url}
    subprocess.run([*argv, "up", "-d"], env=own, check=True, capture_output=True, timeout=120)
    yield
    down = [*argv, "down", "--timeout", "0"]
    subprocess.run(down, env=own, check=True, capture_output=True, timeout=120)


def nebtui(environ: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the command line, in a folder without compose files."""
    (folder / "empty").mkdir(exist_ok=True)
    own = {**environ, "NEBTUI_STATE": str(folder / "state"), "NEBTUI_CONFIG": str(folder / "none")}
    return subprocess.run(
        (sys.executable, "-m", "nebtui", *words),
        env={**own, "PYTHONPATH": os.getcwd()},
        cwd=folder / "empty",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_box_over_one_connection(
    far: FarBox, environ: dict[str, str], stack: None, tmp_path: Path
) -> None:
    """Projects, health, logs and networks; actions are done there; ssh was asked once to find the
    engine's socket, and once to stay."""
    before = far.connections()
    host = LiveHost((), (), environ, endpoint=Endpoint("ssh://far1"), named=True)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        engine = follower.snapshot.engine
        assert engine is not None
        assert (engine.name, engine.elsewhere) == ("far1", True)
        (key,) = follower.snapshot.projects
        assert len(follower.snapshot.containers) == 2
        services = tuple(service for service, _ in follower.snapshot.services())
        log = host.logs(LogRequest(services, follow=False))
        lines: list[LogLine] = []
        while not log.ended:
            lines += log.take(100)
            log.wait(0.2)
        assert key.name == "h2x-stack"
        log.close()
        for action in (CreateNetwork("h2x-n"), RemoveNetwork("h2x-n")):
            assert host.command(action)[:3] == ("docker", "--host", "ssh://far1")
            *_, last = host.do(action)
            assert last.exit_code == 0
        assert far.connections() - before <= 2
    finally:
        follower.stop()
        host.close()


def test_a_cable_that_is_pulled(far: FarBox, environ: dict[str, str], stack: None) -> None:
    """The engine is told as lost, its picture stays; it is found again when the cable is back."""
    host = LiveHost((), (), environ, endpoint=Endpoint("ssh://far1"), named=True)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        far.cut(off=True)
        assert follower.until(lambda seen: seen.stale_since is not None, 60)
        assert len(follower.snapshot.containers) == 2
        far.cut(off=False)
        assert follower.until(lambda seen: seen.stale_since is None, 90)
    finally:
        far.cut(off=False)
        follower.stop()
        host.close()


def test_the_command_line(
    far: FarBox, environ: dict[str, str], stack: None, tmp_path: Path
) -> None:
    """`status` has the services and no complaint about files that are there; `check` says that it
    could not look at them; state is kept for that machine alone."""
    told = nebtui(environ, tmp_path, "status", "--host", "ssh://far1", "--format", "json")
    assert (told.returncode, told.stderr) == (0, "")
    (project,) = json.loads(told.stdout)["projects"]
    assert [service["name"] for service in project["services"]] == ["store", "talker"]
    refused = nebtui(environ, tmp_path, "check", "--host", "ssh://far1")
    assert refused.returncode == 2
    assert "the compose files of 1 project are on far1" in refused.stderr
    assert {path.name for path in (tmp_path / "state").iterdir()} <= {"machines"}
    logs = nebtui(environ, tmp_path, "logs", "--host", "ssh://far1", "--no-follow")
    assert "h2x-stack/talker | spoken" in logs.stdout
