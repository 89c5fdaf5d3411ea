"""nebtui told to end from outside: the terminal is given back and nothing is left behind."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


def read_until(screen: int, what: bytes, seconds: float) -> bytes:
    """What a terminal shows until `what` is in it."""
    seen, deadline = b"", time.monotonic() + seconds
    while what not in seen and time.monotonic() < deadline:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                seen += os.read(screen, 65536)
            except OSError:  # nobody holds the other end any more
                break
    return seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_gives_the_terminal_back(tmp_path: Path, number: signal.Signals) -> None:
    """The app leaves with the status shells expect, and the demo box's folder goes with it."""
    screen, terminal = pty.openpty()
    environ = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "NEBTUI_STATE": str(tmp_path / "state"),
        "TERM": "xterm",
    }
    argv = [sys.executable, "-m", "nebtui", "demo"]
    with subprocess.Popen(
        argv, stdin=terminal, stdout=terminal, stderr=terminal, env=environ
    ) as process:
        os.close(terminal)
        try:
            assert ENTER in read_until(screen, b"ready", 30)
            assert list(tmp_path.glob("nebtui-demo-*"))
            process.send_signal(number)
            assert LEAVE in read_until(screen, LEAVE, 10)
            assert process.wait(10) == 128 + number
        finally:
            process.kill()
            os.close(screen)
    assert not list(tmp_path.glob("nebtui-demo-*"))
