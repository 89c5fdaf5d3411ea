"""A terminal that closes, or an output that is full, ends nebtui; nothing is left behind."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_ending import ENTER, read_until

TIMES = int(os.environ.get("NEBTUI_CHAOS_TERMINALS", "5"))
"""50 by `NEBTUI_CHAOS_TERMINALS=50`."""


@pytest.mark.parametrize("turn", range(TIMES))
def test_a_closed_terminal_ends_the_app(tmp_path: Path, turn: int) -> None:
    """The window is closed while the screen is busy: the process ends, whatever its writer waits
    for."""
    screen, terminal = pty.openpty()
    environ = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "NEBTUI_STATE": str(tmp_path / "state"),
        "TERM": "xterm",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "nebtui", "demo"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environ,
        start_new_session=True,
        preexec_fn=own_terminal,
    )
    os.close(terminal)
    try:
        assert ENTER in read_until(screen, b"ready", 30)
        for _ in range(turn):
            os.write(screen, b"j")
        os.close(screen)
        assert process.wait(15) != 0
    finally:
        process.kill()
        process.wait(10)


def own_terminal() -> None:
    """In the child: the terminal controls it, so that its closing is a SIGHUP."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.parametrize("verb", ["status", "check", "graph", "rule", "config", "doctor"])
def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path, verb: str) -> None:
    """`nebtui status >/dev/full` is an error with a status, and no traceback."""
    (tmp_path / "compose.yaml").write_text("services: {a: {image: b}}\n")
    environ = {
        **os.environ,
        "NEBTUI_STATE": str(tmp_path / "state"),
        "DOCKER_HOST": "unix:///none.sock",
    }
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nebtui", verb],
            cwd=tmp_path,
            env={**environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert "Traceback" not in done.stderr
    assert "could not be written" in done.stderr
    assert done.returncode == 2
