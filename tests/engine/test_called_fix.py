"""A port on loopback that another box calls, on two real engines behind two real sshds: shown here,
written where the file is, reached then, and taken back from either side."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nebtui.hosts.remote.over_ssh import remote_host
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.session import Session
from tests.engine.far_box import FarBox, ssh_environ, started_box
from tests.engine.test_crossings import ANSWERS, ASKS, EVERYWHERE, LOOPBACK, RULE, down, up
from tests.engine.test_serve import nebtui
from tests.tui.test_boxes import boxes, session

BEFORE, AFTER = (ANSWERS.format(published=text) for text in (LOOPBACK, EVERYWHERE))


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """The box that calls."""
    with started_box(tmp_path_factory.mktemp("asking"), 51, nebtui=True) as box:
        yield box


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """The box that is called."""
    with started_box(tmp_path_factory.mktemp("called"), 52, nebtui=True) as box:
        yield box


@pytest.fixture
def environ(asking: FarBox, called: FarBox, tmp_path: Path) -> dict[str, str]:
    """Where ssh gets to both."""
    return ssh_environ(tmp_path, asking, called)


@pytest.fixture
def file(
    asking: FarBox, called: FarBox, compose: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The file that publishes on loopback; its project runs there, and one that calls it on the
    other box."""
    folder = tmp_path_factory.mktemp("h3x")
    asks, answers = folder / "asks/compose.yaml", folder / "answers/compose.yaml"
    for path, text in ((asks, ASKS.format(address=called.address)), (answers, BEFORE)):
        path.parent.mkdir()
        path.write_text(text)
    up(compose, asks, DOCKER_HOST=asking.url)
    up(compose, answers, DOCKER_HOST=called.url)
    yield answers
    down(compose, asks, DOCKER_HOST=asking.url)
    down(compose, answers, DOCKER_HOST=called.url)


def reached(box: FarBox) -> bool:
    """Whether somebody answers there from here."""
    with socket.socket() as tried:
        tried.settimeout(5)
        return tried.connect_ex((box.address, 18088)) == 0


def run(environ: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command on both boxes."""
    return nebtui(environ, folder, *words, "--host", "ssh://far51", box="ssh://far52")


def test_the_command_line(
    called: FarBox, environ: dict[str, str], file: Path, compose: str, tmp_path: Path
) -> None:
    """The diff of the far file, and nothing written; then written there, found no more once it is
    up; taken back from here, and the second time there."""
    rule = ("--rule", RULE, "--unsafe")
    assert not reached(called)
    shown = run(environ, tmp_path, "fix", *rule)
    assert shown.returncode == 1, shown
    assert f'-      - "{LOOPBACK}"\n+      - "{EVERYWHERE}"\n' in shown.stdout
    assert "compose config differs in services.model.ports only" in shown.stdout
    assert "then: ssh far52 docker compose" in shown.stdout
    assert file.read_text() == BEFORE
    written = run(environ, tmp_path, "fix", *rule, "--write")
    assert "on far52; `nebtui undo --host ssh://far52` undoes it" in written.stderr, written
    # What is wrong on the box that calls is left: it is mended on the other.
    assert (written.returncode, "of ssh://far51" in written.stderr) == (1, True)
    assert file.read_text() == AFTER
    up(compose, file, DOCKER_HOST=called.url)
    assert reached(called)
    assert RULE not in run(environ, tmp_path, "check").stdout
    undone = run(environ, tmp_path, "undo")
    assert (undone.returncode, undone.stdout.startswith("undone: ")) == (0, True), undone
    assert file.read_text() == BEFORE
    up(compose, file, DOCKER_HOST=called.url)
    assert run(environ, tmp_path, "fix", *rule, "--write").returncode == 1
    assert file.read_text() == AFTER
    there = ("ssh", "far52", "nebtui", "undo")
    subprocess.run(there, env=environ, check=True, capture_output=True, timeout=90)
    assert file.read_text() == BEFORE


def text(file: Path) -> str:
    """What stands in it now."""
    return file.read_text()


async def test_the_screen(
    called: FarBox, environ: dict[str, str], file: Path, tmp_path: Path
) -> None:
    """f on the row that is called, f again, U: reached and seen to work; z z: as before."""

    def far(name: str) -> Session:
        host = remote_host(f"ssh://{name}", environ)
        one = session(name, host, tmp_path)
        one.far_desk = lambda: host.desk
        one.known_as = frozenset({called.address}) if name == called.name else frozenset()
        return one

    near, there = far("far51"), far("far52")
    with closing(near.host), closing(there.host):
        async with boxes([near, there], (130, 40)) as driver:
            await driver.until(lambda: any(f.rule == RULE for f in there.findings), "it", 90)
            await driver.press("ctrl+n")
            await driver.until(lambda: driver.app.session is there, "the far box")
            await driver.select("h3x-answers", "model")
            screen = await driver.review("f")
            await driver.until(lambda: screen.ready, "the proof", 60)
            assert f"{RULE} · unsafe · on far52" in driver.text
            assert text(file) == BEFORE
            await driver.press("f")
            await driver.until(lambda: there.watched, "the patch to be watched", 60)
            assert text(file) == AFTER
            await driver.until(lambda: driver.home, "home")
            await driver.press("U")
            await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
            await driver.press("enter")
            await driver.until(lambda: not there.watched, "the fix to be seen", 90)
            assert reached(called)
            await driver.press("z")
            await driver.until(lambda: "undo:" in driver.text, "what undoing changes", 60)
            await driver.press("z")
            await driver.until(lambda: text(file) == BEFORE, "the file as before", 60)
