"""Leaving: the app is gone at once, whatever the host does."""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize("kind", ["silent", "absent"])
def test_q_leaves_at_once_whatever_the_engine_does(tmp_path: Path, kind: str) -> None:
    """With an engine that accepts and never answers, and with none, q ends the process without a
    kill."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        if kind == "silent":
            server.bind(str(path))
            server.listen(8)
        (tmp_path / "compose.yaml").write_text("services:\n  app: {image: x}\n")
        output, code = _in_a_terminal(tmp_path, path)
    assert b"app" in output
    assert code == 0


def _in_a_terminal(folder: Path, engine: Path) -> tuple[bytes, int]:
    """Start nebtui on a pseudo terminal, press q once the service is on screen, and give output and
    exit code."""
    leader, follower = pty.openpty()
    environ = {
        **os.environ,
        "DOCKER_HOST": f"unix://{engine}",
        "NEBTUI_STATE": str(folder / "state"),
    }
    environ |= {
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "NEBTUI_CONFIG": str(folder / "none.toml"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "nebtui"],
        cwd=folder,
        env=environ,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    output = b""
    pressed = False
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline:
            if select.select([leader], [], [], 0.1)[0]:
                try:
                    output += os.read(leader, 65536)
                except OSError:  # the other end is closed: the process is gone
                    break
            if (not pressed and b"compose" in output) or (b"files" in output and not pressed):
                os.write(leader, b"q")
                pressed = True
        return output, process.wait(timeout=5)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        os.close(leader)
