"""`nebtui` for the first time, in a folder without anything."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_ending import read_until

HOME = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), b"nothing on it is yours"),
        (("--no-engine",), b"no Compose project found"),
    ],
)
def test_without_engine_and_files(tmp_path: Path, arguments: tuple[str, ...], words: bytes) -> None:
    """The demo box opens and says that nothing on it is yours; where files alone were asked for,
    the screen tells where they were searched for."""
    screen, terminal = pty.openpty()
    folder = tmp_path / "empty"
    folder.mkdir()
    environ = {
        **os.environ,
        "DOCKER_HOST": "unix:///nonexistent",
        "NEBTUI_CONFIG": str(tmp_path / "config.toml"),
        "NEBTUI_STATE": str(tmp_path / "state"),
        "PYTHONPATH": str(HOME),
        "TERM": "xterm",
        "TMPDIR": str(tmp_path),
    }
    argv = [sys.executable, "-m", "nebtui", *arguments]
    with subprocess.Popen(
        argv, cwd=folder, env=environ, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        try:
            assert words in read_until(screen, words, 30)
            os.write(screen, b"q")
            read_until(screen, b"\x1b[?1049l", 10)
            assert process.wait(10) == 0
        finally:
            process.kill()
            os.close(screen)
