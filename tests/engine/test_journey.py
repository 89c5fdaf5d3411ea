"""The main job on a real engine: lies 1, 2, 3 and 5 found, fixed, seen to work, and taken back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from nebtui.facts.declared import ServiceKey
from nebtui.hosts.live import LiveHost
from nebtui.keep.journal import Journal
from nebtui.settings import load
from nebtui.tui.app import NebtuiApp
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.session import Session
from tests.engine.box import SeedBox, wait_for

pytestmark = pytest.mark.engine


@pytest.fixture
def box(engine: object, compose: str, busybox_image: str) -> Iterator[SeedBox]:
    """The seed's box, broken and running; removed afterwards."""
    # Not tmp_path: the folders above it are closed to every user but root, which is a lie 5 of its
    # own.
    folder = Path(tempfile.mkdtemp(prefix="nebtui-box-"))
    folder.chmod(0o755)
    made = SeedBox(folder, compose, busybox_image, uuid.uuid4().hex[:6])
    try:
        made.up(made.core)
        made.up(made.gantry)
        wait_for(made.healthy, "a healthy store")
        wait_for(
            lambda: made.inspect(made.core, "ingest")["RestartCount"] > 0, "the race to be lost"
        )
        yield made
    finally:
        made.down()
        shutil.rmtree(folder)


def expected(box: SeedBox) -> set[tuple[str, str, str, int]]:
    """What is wrong with the box: lies 2, 1, 5 and 3."""
    return {
        ("isolated-networks", "conductor", f"{box.gantry}/docker-compose.yml", 5),
        ("missing-host-gateway", "conductor", f"{box.gantry}/docker-compose.yml", 6),
        ("foreign-user", "reader", f"{box.gantry}/docker-compose.yml", 16),
        ("ungated-dependency", "ingest", f"{box.core}/docker-compose.yml", 17),
    }


def test_from_the_command_line(box: SeedBox) -> None:
    """check names exactly the four lies with place; fix --write and the printed commands heal them;
    undo is whole."""
    before = {project: box.file(project).read_bytes() for project in (box.core, box.gantry)}
    assert box.findings() == expected(box)

    shown = box.nebtui("fix", "--unsafe", ".")
    assert shown.returncode == 1
    assert {project: box.file(project).read_bytes() for project in before} == before

    done = box.nebtui("fix", "--write", "--unsafe", ".")
    assert done.returncode == 0, done.stderr
    assert box.findings() == set()
    commands = re.findall(r"^then: (.*)$", done.stdout, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        subprocess.run(command.split(), capture_output=True, timeout=120, check=True)
    box.assert_healed()
    assert box.findings() == set()

    again = box.nebtui("fix", "--write", "--unsafe", ".")
    assert "written" not in again.stderr
    assert {project: box.file(project).read_bytes() for project in before} != before

    back = box.nebtui("undo")
    assert back.returncode == 0, back.stderr
    assert {project: box.file(project).read_bytes() for project in before} == before
    assert not (box.folder / box.gantry / ".env").exists()
    assert box.network in back.stdout
    for project in before:
        box.up(project)
    assert box.nebtui("undo").stdout == "nothing left to undo\n"
    assert networks(box.network) == []


def networks(name: str) -> list[str]:
    """The engine's networks of exactly this name."""
    argv = ["docker", "network", "ls", "--filter", f"name=^{name}$", "--format", "{{.Name}}"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()


def written(app: NebtuiApp) -> int:
    """How many patches the app wrote: on a busy machine one may be seen to work before the next
    look at what it still watches."""
    return sum(deed.kind == "written" for deed in app.guide._deeds)


def standing(session: Session) -> int:
    """How many journal entries are written and not undone."""
    return sum(e.state == "written" for e in session.journal.entries())


async def test_from_the_screen(box: SeedBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lie is mended with its key and U, and the app says seen only once the engine shows it; z
    takes all back."""
    monkeypatch.chdir(box.folder)
    before = {project: box.file(project).read_bytes() for project in (box.core, box.gantry)}
    settings = load(box.environ)
    host = LiveHost((str(box.folder),), (), box.environ)
    session = Session(host, settings, Journal(settings.state_dir))
    app = NebtuiApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(
            pilot, lambda: session.snapshot.settled and len(mine(session, box)) == 4, "the findings"
        )
        for project, service, key in (
            (box.gantry, "conductor", "n"),
            (box.gantry, "conductor", "a"),
            (box.gantry, "reader", "u"),
            (box.core, "ingest", "h"),
        ):
            await select(pilot, session, project, service)
            await pilot.press(key)
            await until(pilot, lambda: proved(app), f"the proof of {key}")
            count, deeds = len(mine(session, box)), written(app)
            await pilot.press("U")
            await until(pilot, lambda d=deeds: written(app) == d + 1, f"{key} to be written")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home again")
            assert len(session.watched) <= 1
            await until(pilot, lambda: not session.watched, f"{key} to be seen", 60.0)
            await until(pilot, lambda c=count: len(mine(session, box)) == c - 1, f"no more {key}")
        box.assert_healed()
        for _ in range(4):
            await pilot.press("z")
            await until(
                pilot,
                lambda: app.screen.name != "home" and not isinstance(app.screen, HomeScreen),
                "undo",
            )
            left = standing(session)
            await pilot.press("z")
            await until(
                pilot,
                lambda left=left: standing(session) == left - 1,
                "undo to be done",
            )
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home")
    assert {project: box.file(project).read_bytes() for project in before} == before
    assert not (box.folder / box.gantry / ".env").exists()


HOST_RULES = ("unreachable-host-service", "outdated-container")
"""What they find changes with what runs on this machine besides the box, or lasts until an `up`."""


def mine(session: Session, box: SeedBox) -> list[str]:
    """The box's own findings: other projects on the engine are not this test's."""
    return [
        f.rule
        for f in session.findings
        if f.project
        and f.project.name in (box.core, box.gantry)
        and f.severity != "advice"
        and f.rule not in HOST_RULES
    ]


def proved(app: NebtuiApp) -> bool:
    """The review screen shows a proved patch."""
    screen = app.screen
    return isinstance(screen, ReviewScreen) and screen.ready


async def select(pilot: Pilot[None], session: Session, project: str, service: str) -> None:
    """Move the cursor to a service with j."""
    await pilot.press("home")
    for _ in range(400):
        home = pilot.app.screen
        key = home.selected if isinstance(home, HomeScreen) else None
        if isinstance(key, ServiceKey) and (key.project.name, key.service) == (project, service):
            return
        await pilot.press("j")
    raise AssertionError(f"{project}/{service} is not on the screen")


async def until(pilot: Pilot[None], condition: object, what: str, seconds: float = 30.0) -> None:
    """Let the app work until a condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        await pilot.pause()
        await asyncio.sleep(0.05)


class Terminal:
    """A real terminal: a tmux server of its own."""

    def __init__(self, box: SeedBox, size: tuple[int, int]) -> None:
        self.socket = f"nebtui-{box.tag}"
        command = f"{sys.executable} -m nebtui; echo LEFT WITH $?; exec sleep 60"
        argv = [
            "new-session",
            "-d",
            "-x",
            str(size[0]),
            "-y",
            str(size[1]),
            "-c",
            str(box.folder),
            command,
        ]
        environ = {**box.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        subprocess.run(
            ["tmux", "-L", self.socket, "-f", os.devnull, *argv], env=environ, check=True
        )

    def screen(self) -> str:
        argv = ["tmux", "-L", self.socket, "capture-pane", "-p"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def press(self, key: str) -> None:
        subprocess.run(["tmux", "-L", self.socket, "send-keys", key], check=True)

    def shows(self, *texts: str, timeout: float = 45.0) -> None:
        """Wait until all texts are on the screen."""
        wait_for(
            lambda: all(text in self.screen() for text in texts),
            str(texts),
            timeout,
            seen=self.screen,
        )

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], check=False, capture_output=True)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
def test_in_a_terminal(box: SeedBox, size: tuple[int, int]) -> None:
    """A person in a real terminal: filter, select, n, read the diff, U, seen; quit is quick; undo
    from the shell."""
    if shutil.which("tmux") is None:
        pytest.skip("no tmux on this machine: `apt install tmux`")
    before = box.file(box.gantry).read_bytes()
    terminal = Terminal(box, size)
    try:
        terminal.shows("conductor", "crash loop")
        terminal.press("/")
        for letter in box.gantry:
            terminal.press(letter)
        terminal.press("Enter")
        terminal.press("j")
        terminal.press("j")
        terminal.shows("isolated-networks")
        terminal.press("n")
        terminal.shows(f"networks: [default, {box.network}]", "safe")
        terminal.press("U")
        # conductor fails until the store listens: "seen to work", or "in effect … failed".
        terminal.shows("on the host")
        assert networks(box.network) == [box.network]
        terminal.press("q")
        terminal.shows("LEFT WITH 0", timeout=3)
    finally:
        terminal.close()
    wait_for(
        box.reached, "the conductor to reach the store once that listens", 120.0, seen=box.told
    )
    entries = json.loads(box.nebtui("undo", "--list", "--format", "json").stdout)["entries"]
    assert len(entries) == 1
    box.nebtui("undo")
    assert box.file(box.gantry).read_bytes() == before
