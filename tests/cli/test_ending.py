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


LOSING = """
import os, sys, time, weakref
import nebtui.cli

class Object: pass

def main():
    for _ in range(2):
        one = Object()
        kept = weakref.ref(one, lambda _: os.kill(os.getpid(), int(sys.argv[1])))
        del one
    time.sleep(60)

nebtui.cli.main = main
nebtui.cli.entry()
"""
"""nebtui whose signal comes while Python tidies up, twice: what the handler raises is ignored."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_no_signal_is_lost(number: signal.Signals) -> None:
    """It is raised anew, so that the program ends, and nothing of it stands on the screen."""
    argv = [sys.executable, "-c", LOSING, str(int(number))]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == (-number if number == signal.SIGINT else 128 + number)
    assert "ignored" not in done.stderr


@pytest.mark.parametrize(
    ("raised", "told"), [("1 / 0", "ZeroDivisionError"), ("sys.exit(255)", "SystemExit")]
)
def test_other_errors_that_nobody_takes_are_told(raised: str, told: str) -> None:
    """As Python does; 255 is the status of no signal."""
    code = LOSING.replace("os.kill(os.getpid(), int(sys.argv[1]))", raised)
    argv = [sys.executable, "-c", code.replace("60", "0"), "2"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr.count(told) == 2
