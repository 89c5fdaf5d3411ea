"""Verbs on real projects: clones, several files, profiles, moved folders, failures, cancelling,
leaving half-way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nebtui.action import (
    BuildImages,
    Down,
    Existing,
    Progress,
    ProjectAction,
    Pull,
    Restart,
    Stop,
    Up,
)
from nebtui.facts.declared import ProjectKey
from nebtui.hosts.live import LiveHost
from tests.engine.box import wait_for

pytestmark = pytest.mark.engine

MAIN = """\
services:
  web:
    image: {image}
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"]
    init: true
  stubborn:
    image: {image}
    command: ["sh", "-c", "trap '' TERM; while :; do sleep 0.2; done"]
    stop_grace_period: 3s
"""
MORE = """\
services:
  extra:
    image: {image}
    command: ["sleep", "1000"]
    init: true
    profiles: [more]
    volumes: ["data:/data"]
volumes: {{data: {{}}}}
"""


@dataclass
class RealProject:
    """A project on the engine with its containers up."""

    name: str
    folder: Path
    compose: str
    image: str

    @property
    def key(self) -> ProjectKey:
        files = ("compose.yaml", "more.yaml")
        return ProjectKey(
            self.name, str(self.folder), tuple(str(self.folder / file) for file in files)
        )

    def write(self) -> None:
        """Its two files."""
        self.folder.mkdir()
        (self.folder / "compose.yaml").write_text(MAIN.format(image=self.image))
        (self.folder / "more.yaml").write_text(MORE.format(image=self.image))

    def up(self) -> None:
        """All services, the profile's too."""
        files = [word for path in self.key.files for word in ("-f", path)]
        argv = [self.compose, "-p", self.name, *files, "--profile", "more", "up", "-d"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr

    def containers(self) -> dict[str, dict[str, object]]:
        """`State` of the containers by service, as the engine has it, with its `Id`."""
        label = f"label=com.docker.compose.project={self.name}"
        ids = _docker("ps", "-aq", "--filter", label).split()
        # One that is removed between both questions is missing in the answer.
        argv = ("docker", "inspect", *ids)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        found = json.loads(done.stdout) if ids else []
        service = "com.docker.compose.service"
        return {c["Config"]["Labels"][service]: {**c["State"], "Id": c["Id"]} for c in found}

    def states(self) -> dict[str, object]:
        """The state's word by service."""
        return {name: state["Status"] for name, state in self.containers().items()}

    def down(self) -> None:
        """All of it gone."""
        argv = [self.compose, "-p", self.name, "down", "-v", "-t", "0", "--remove-orphans"]
        subprocess.run(argv, capture_output=True, timeout=120, check=False)


def _docker(*words: str) -> str:
    done = subprocess.run(
        ("docker", *words), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def make(
    engine: object, compose: str, busybox_image: str, tmp_path: Path
) -> Iterator[Callable[[], RealProject]]:
    """Projects that are removed afterwards."""
    made: list[RealProject] = []

    def one() -> RealProject:
        name = f"verbs{uuid.uuid4().hex[:8]}"
        made.append(RealProject(name, tmp_path / name, compose, busybox_image))
        made[-1].write()
        made[-1].up()
        return made[-1]

    yield one
    for project in made:
        project.down()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[LiveHost]:
    """The live box; nothing of it needs to be followed for a verb."""
    environ = {**os.environ, "NEBTUI_STATE": str(tmp_path / "state")}
    opened = LiveHost((), (), environ)
    yield opened
    opened.close()


def did(host: LiveHost, action: ProjectAction, stop: threading.Event | None = None) -> Progress:
    """The last progress of an action."""
    return list(host.do(action, stop))[-1]


def test_a_clone_is_left_alone(make: Callable[[], RealProject], host: LiveHost) -> None:
    """Two projects with equal service names: a verb is for one of them."""
    first, second = make(), make()
    before = second.containers()
    assert did(host, Stop(first.key, ("web",))).exit_code == 0
    assert first.states() == {"web": "exited", "stubborn": "running", "extra": "running"}
    assert second.containers() == before


def test_each_verb_on_several_files_and_a_profile(
    make: Callable[[], RealProject], host: LiveHost
) -> None:
    """Restart starts anew, recreate makes another container, stop stops, remove and down remove;
    the service behind a profile is among them, and its volume stays."""
    project = make()
    before = project.containers()
    assert did(host, Restart(project.key, ("web", "extra"))).exit_code == 0
    restarted = project.containers()
    for name in ("web", "extra"):
        assert restarted[name]["Id"] == before[name]["Id"]
        assert restarted[name]["StartedAt"] != before[name]["StartedAt"]
    assert did(host, Up(project.key, ("extra",), True)).exit_code == 0
    assert project.containers()["extra"]["Id"] != before["extra"]["Id"]
    assert project.containers()["web"]["Id"] == before["web"]["Id"]
    assert did(host, Stop(project.key)).exit_code == 0
    assert set(project.states().values()) == {"exited"}
    assert did(host, Up(project.key, ("web",))).exit_code == 0
    assert did(host, Down(project.key, ("web",))).exit_code == 0
    assert set(project.containers()) == {"stubborn", "extra"}
    assert did(host, Down(project.key)).exit_code == 0
    assert project.containers() == {}
    assert f"{project.name}_data" in _docker("volume", "ls", "-q").split()
    assert f"{project.name}_default" not in _docker("network", "ls", "--format", "{{.Name}}")


@pytest.mark.parametrize("gone", ["moved", "broken", "misled"])
def test_containers_are_found_without_their_files(
    make: Callable[[], RealProject], host: LiveHost, gone: str
) -> None:
    """A folder that was moved, a file that nobody can read, an `.env` that names another one: what
    runs can be ended still."""
    project = make()
    if gone == "moved":
        project.folder.rename(project.folder.with_name("elsewhere"))
    elif gone == "broken":
        (project.folder / "compose.yaml").write_text("services: [\n")
    else:
        (project.folder / ".env").write_text("COMPOSE_FILE=nowhere.yaml\n")
    assert did(host, Restart(project.key, ("web",))).exit_code == 0
    assert did(host, Down(project.key)).exit_code == 0
    assert project.containers() == {}


def test_a_failure_half_way_is_told(make: Callable[[], RealProject], host: LiveHost) -> None:
    """One service has an image that is nowhere: Compose's reason, its exit status, and what ran
    before still runs."""
    project = make()
    more = project.folder / "more.yaml"
    more.write_text(more.read_text().replace("services:", "services:\n  ghost: {image: 'no/x:1'}"))
    lines = list(host.do(Up(project.key, ("web", "ghost"))))
    assert lines[-1].exit_code != 0
    assert any("ghost" in line.text for line in lines)
    assert project.states()["web"] == "running"


@pytest.mark.parametrize("action", [Pull, BuildImages])
def test_images_alone_change_nothing_that_runs(
    make: Callable[[], RealProject], host: LiveHost, action: type[ProjectAction]
) -> None:
    """A pull that fails (no registry has the image) and a build of nothing leave the containers."""
    project = make()
    before = project.containers()
    did(host, action(project.key, ("web",)))
    assert project.containers() == before


def test_an_unwanted_command_ends(make: Callable[[], RealProject], host: LiveHost) -> None:
    """A stop that takes three seconds is interrupted; its end is told, and the next verb works."""
    project = make()
    stop = threading.Event()
    timer = threading.Timer(0.8, stop.set)
    timer.start()
    assert did(host, Restart(project.key, ("stubborn",)), stop).text == "cancelled"
    wait_for(lambda: did(host, Up(project.key, ("stubborn",))).exit_code == 0, "it to be up again")
    wait_for(lambda: project.states()["stubborn"] == "running", "the service to run")


def test_leaving_half_way_leaves_nothing_half_made(
    make: Callable[[], RealProject], host: LiveHost
) -> None:
    """Nobody reads a recreation any more after its first line: it ends what it began."""
    project = make()
    before = project.containers()
    lines = host.do(Up(project.key, ("web", "stubborn"), True))
    next(lines)
    lines.close()  # type: ignore[attr-defined]
    wait_for(
        lambda: (
            project.states().get("stubborn") == "running"
            and project.states().get("web") == "running"
            and project.containers()["stubborn"]["Id"] != before["stubborn"]["Id"]
            and project.containers()["web"]["Id"] != before["web"]["Id"]
        ),
        "both new containers to run",
        seen=lambda: str(project.states()),
    )
    assert set(project.states()) == {"web", "stubborn", "extra"}


def test_nebtui_may_be_killed_meanwhile(make: Callable[[], RealProject]) -> None:
    """SIGKILL in the middle of a recreation: Compose ends it."""
    project = make()
    before = project.containers()
    script = (
        "import os, signal, sys\n"
        "from nebtui.action import Up\n"
        "from nebtui.facts.declared import ProjectKey\n"
        "from nebtui.hosts.live import LiveHost\n"
        f"host = LiveHost((), (), dict(os.environ))\n"
        f"lines = host.do(Up({project.key!r}, ('stubborn',), True))\n"
        "print(next(lines).text, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    argv = (sys.executable, "-c", script)
    done = subprocess.run(argv, check=False, capture_output=True, timeout=60)
    assert done.returncode == -9, done.stderr
    wait_for(
        lambda: (
            project.states().get("stubborn") == "running"
            and project.containers()["stubborn"]["Id"] != before["stubborn"]["Id"]
        ),
        "the new container to run",
        seen=lambda: str(project.states()),
    )


def test_a_verb_on_containers_names_the_project_alone(host: LiveHost) -> None:
    """Its command is short enough to type."""
    key = ProjectKey("rag", "/box", ("/box/compose.yaml",))
    for action in (Stop(key), Restart(key, ("web",)), Down(key)):
        assert isinstance(action, Existing)
        assert host.command(action)[-len(action.words) - 2 :] == ("-p", "rag", *action.words)
