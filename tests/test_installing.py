"""nebtui as people install it: the wheel by pip, uv and pipx, and the zipapp, each run on files, on
the demo box and on a terminal.

`NEBTUI_INSTALL_PYTHONS="/path/to/python3.12 …"` tries all ways with these too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal

HOME = Path(__file__).parents[1]
PYTHONS = os.environ.get("NEBTUI_INSTALL_PYTHONS", "").split()
NO_NETWORK = re.compile(
    "resolve host|name resolution|dns error|connect|network|timed out|hatchling.*offline", re.I
)
RACE = "services:\n  app: {image: 'a:1', depends_on: [db]}\n  db: {image: 'redis:7'}\n"
LIMIT = 240
"""Seconds for one step of an installation."""


def found_uv() -> str:
    """uv, or "" where none is at hand."""
    beside = HOME / ".uv" / "bin" / "uv"
    return shutil.which("uv") or (str(beside) if beside.exists() else "")


@dataclass(frozen=True, slots=True)
class Bare:
    """A home of its own, in which things are installed."""

    home: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment, with everything that is kept in this home."""
        ours = ("NEBTUI_", "PYTHON", "VIRTUAL_ENV", "PIPX_", "XDG_", "UV_PYTHON", "UV_PROJECT")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        places = {"HOME": self.home, "PIPX_HOME": self.home / "pipx", "PIPX_BIN_DIR": self.home}
        return {
            **kept,
            **{name: str(place) for name, place in places.items()},
            "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv")),
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "LC_ALL": "C.UTF-8",
        }

    def must(self, *words: str | Path) -> str:
        """Run a step; returns what it printed. Skips where it needs a network that is not there."""
        done = self.run(*words)
        told = done.stdout + done.stderr
        if done.returncode and NO_NETWORK.search(told):
            pytest.skip(f"{words[0]}: {told.strip()[-200:]}")
        assert done.returncode == 0, told[-3000:]
        return done.stdout

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program in the home."""
        return subprocess.run(
            tuple(map(str, words)),
            cwd=self.home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    """A home of its own for each test."""
    (tmp_path / "home").mkdir()
    return Bare(tmp_path / "home")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    if not (uv := found_uv()):
        pytest.skip("no uv to build with")
    Bare(folder).must(uv, "build", "--wheel", "--out-dir", folder, HOME)
    (made,) = folder.glob("*.whl")
    return made


def by_pip(bare: Bare, python: str, wheel: Path) -> tuple[str, ...]:
    """In a virtual environment."""
    bare.must(python, "-m", "venv", bare.home / "venv")
    bare.must(bare.home / "venv" / "bin" / "pip", "install", "-q", wheel)
    return (str(bare.home / "venv" / "bin" / "nebtui"),)


def by_uv(bare: Bare, python: str, wheel: Path) -> tuple[str, ...]:
    """As a tool of uv."""
    bare.must(found_uv(), "tool", "install", "-q", "--python", python, wheel)
    return (str(bare.home / ".local" / "bin" / "nebtui"),)


def by_pipx(bare: Bare, python: str, wheel: Path) -> tuple[str, ...]:
    """As an application of pipx."""
    if shutil.which("pipx") is None:
        pytest.skip("no pipx")
    bare.must("pipx", "install", "--python", python, wheel)
    return (str(bare.home / "nebtui"),)


WAYS: dict[str, Callable[[Bare, str, Path], tuple[str, ...]]] = {
    "pip": by_pip,
    "uv": by_uv,
    "pipx": by_pipx,
}


TRIES = [("uv", sys.executable), *((way, python) for way in WAYS for python in PYTHONS)]
"""One for everybody, all ways with each Python that is asked for."""


@pytest.mark.parametrize(("way", "python"), TRIES)
def test_the_wheel_installed(way: str, python: str, bare: Bare, wheel: Path) -> None:
    """It runs from there, with its style sheets, and knows its commit."""
    program = WAYS[way](bare, python, wheel)
    if (HOME / ".git").exists():
        assert re.search(r"\(commit [0-9a-f]{12}", bare.must(*program, "--version"))
    assert_runs(bare, program)


@pytest.mark.parametrize("python", [sys.executable, *PYTHONS])
def test_the_zipapp(bare: Bare, python: str) -> None:
    """One command builds it, and it runs with nothing installed."""
    file = bare.home / "nebtui.pyz"
    bare.must(HOME / ".ci" / "zipapp", file)
    assert_runs(bare, (python, str(file)))


def assert_runs(bare: Bare, program: tuple[str, ...]) -> None:
    """Files are checked, the status and the demo box are printed, and the demo box opens."""
    (bare.home / "compose.yaml").write_text(RACE)
    checked = bare.run(*program, "check", "--no-engine", "compose.yaml")
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "ungated-dependency" in checked.stdout
    assert "no engine" in bare.run(*program, "status", "--no-engine").stdout
    assert "conductor" in bare.must(*program, "demo", "--plain")
    if shutil.which("tmux") is None:
        pytest.skip("the rest needs tmux")
    with closing(Terminal(bare.home)) as terminal:
        terminal.start((*program, "demo"))
        shown = terminal.wait(lambda lines: any("conductor" in line for line in lines), 60)
        assert shown is not None, "\n".join(terminal.screen())
        terminal.press("q")
