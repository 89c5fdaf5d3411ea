"""A box with a nebtui of its own, behind a real sshd: seen as it sees itself, acted on, lost and
found again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, RemoveNetwork, Stop
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest
from nebtui.hosts.remote.over_ssh import nebtui_there, remote_host
from nebtui.store import Follower
from tests.engine.far_box import FarBox, ssh_environ, started_box

STACK = """\
services:
  talker: {{image: {image}, command: [sh, -c, 'echo spoken; exec sleep 1000']}}
  web:
    image: {image}
    command: [sleep, "1000"]
    depends_on: [talker]
    environment: {{PASSWORD: hunter2-Zm9vYmFy}}
"""


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """A far box on which nebtui is installed."""
    with started_box(tmp_path_factory.mktemp("far"), 7, nebtui=True) as box:
        yield box


@pytest.fixture
def environ(far: FarBox, tmp_path: Path) -> dict[str, str]:
    """Where `ssh far7` gets there."""
    return ssh_environ(tmp_path, far)


@pytest.fixture(scope="module")
def stack(far: FarBox, compose: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project on it, in a folder of the far box."""
    folder = tmp_path_factory.mktemp("h2x-served")
    (folder / "compose.yaml").write_text(STACK.format(image="nebtui-test/busybox:1"))
    argv = [compose, "-p", "h2x-served", "-f", str(folder / "compose.yaml")]
    own = {**os.environ, "DOCKER_HOST": far.url}
    subprocess.run([*argv, "up", "-d"], env=own, check=True, capture_output=True, timeout=120)
    yield folder
    down = [*argv, "down", "--timeout", "0"]
    subprocess.run(down, env=own, check=True, capture_output=True, timeout=120)


def nebtui(
    environ: dict[str, str], folder: Path, *words: str, box: str = "ssh://far7"
) -> subprocess.CompletedProcess[str]:
    """One run of the command line on a box, in a folder without compose files."""
    (folder / "empty").mkdir(exist_ok=True)
    own = {**environ, "NEBTUI_STATE": str(folder / "state"), "NEBTUI_CONFIG": str(folder / "none")}
    return subprocess.run(
        (sys.executable, "-m", "nebtui", *words, "--host", box),
        env={**own, "PYTHONPATH": os.getcwd()},
        cwd=folder / "empty",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_box_as_it_sees_itself(far: FarBox, environ: dict[str, str], stack: Path) -> None:
    """One connection: the files are read there, processes are seen, logs and verbs work, no secret
    comes over."""
    before = far.connections()
    host = remote_host("ssh://far7", environ)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled and bool(seen.samples), 60)
        seen = follower.snapshot
        assert seen.engine is not None
        assert (seen.engine.name, seen.engine.endpoint) == ("far7", "ssh://far7")
        assert seen.engine.local
        (key,) = (one for one in seen.projects if one.name == "h2x-served")
        web = seen.projects[key].services["web"]
        assert web.depends_on["talker"].condition == "service_started"
        assert "PASSWORD" in web.environment
        assert "hunter2" not in repr(seen)
        talker = next(one for one, _ in seen.services() if one.service == "talker")
        log = host.logs(LogRequest((talker,), follow=False))
        lines: list[LogLine] = []
        while not log.ended:
            lines += log.take(100)
            log.wait(0.2)
        assert [line.text for line in lines] == ["spoken"]
        for action in (CreateNetwork("h2x-n"), RemoveNetwork("h2x-n"), Stop(key, ("web",))):
            *_, last = host.do(action)
            assert (last.exit_code, last.text) == (0, last.text)

        def stopped(now: Snapshot) -> bool:
            found = (one for one in now.containers.values() if one.service == "web")
            return all(one.state == "exited" for one in found)

        assert follower.until(stopped, 30)
        assert far.connections() - before == 1
    finally:
        follower.stop()
        host.close()


def test_a_cable_that_is_pulled(far: FarBox, environ: dict[str, str], stack: Path) -> None:
    """Told as lost within three beats, its picture stays; it is found again when the cable is
    back."""
    host = remote_host("ssh://far7", environ)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        far.cut(off=True)
        assert follower.until(lambda seen: seen.stale_since is not None, 60)
        assert "ssh far7" in follower.snapshot.engine_problem
        assert len(follower.snapshot.containers) == 2
        far.cut(off=False)
        assert follower.until(lambda seen: seen.settled and seen.stale_since is None, 120)
        assert len(follower.snapshot.containers) == 2
    finally:
        far.cut(off=False)
        follower.stop()
        host.close()


def test_the_command_line(
    far: FarBox, environ: dict[str, str], stack: Path, tmp_path: Path
) -> None:
    """`check` judges the files that are there; nothing of that machine is kept as this one's."""
    assert nebtui_there("ssh://far7", environ).version
    told = nebtui(environ, tmp_path, "status", "--format", "json")
    assert told.stderr == ""
    (project,) = json.loads(told.stdout)["projects"]
    assert [service["name"] for service in project["services"]] == ["talker", "web"]
    found = nebtui(environ, tmp_path, "check", "--format", "json", "--all")
    assert found.stderr == ""
    rules = {one["rule"] for one in json.loads(found.stdout)["findings"]}
    assert "missing-healthcheck" in rules
    assert {one["file"] for one in json.loads(found.stdout)["findings"]} >= {
        f"{stack}/compose.yaml"
    }
    logs = nebtui(environ, tmp_path, "logs", "--no-follow")
    assert "h2x-served/talker | spoken" in logs.stdout
    assert not (tmp_path / "state").exists()
