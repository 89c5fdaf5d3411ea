"""A private 200x60 tmux pane in which a program runs as a person would run it, read by looking at
its screen."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

COLUMNS, LINES = 200, 60
POLL = 0.008
"""Seconds between two looks; each look is a process of its own and costs about 5 ms more."""


class Terminal:
    """One tmux server of our own, with a home folder of its own so that nobody's settings or
    memories take part."""

    def __init__(self, home: Path) -> None:
        self._argv = ("tmux", "-L", f"k4x-bench-{os.getpid()}", "-f", os.devnull)
        self._home = home
        self._environment = {
            "PATH": _path(),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLORTERM": "truecolor",
        } | {key: value for key, value in os.environ.items() if key.startswith("DOCKER_")}
        size = ("-x", str(COLUMNS), "-y", str(LINES))
        self._tmux("new-session", "-d", *size, "-c", str(home), "sleep 1d")
        self._tmux("set-option", "-g", "remain-on-exit", "on")

    def start(self, command: tuple[str, ...]) -> None:
        """Run a program in the pane; what ran there before is killed."""
        self._tmux("respawn-pane", "-k", "-c", str(self._home), f"exec {shlex.join(command)}")

    def stop(self) -> None:
        """Kill what runs in the pane."""
        self.start(("sleep", "1d"))

    def press(self, key: str) -> None:
        """A key, by tmux's name for it."""
        self._tmux("send-keys", key)

    def screen(self) -> list[str]:
        """The lines as they stand on the screen now."""
        return self._tmux("capture-pane", "-p").splitlines()

    def pid(self) -> int:
        """The process in the pane."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def wait(self, seen: Callable[[list[str]], bool], timeout: float) -> float | None:
        """The moment (`time.time`) of the first of three screens in a row that show it; None where
        it never came. Three, since a look may fall into the middle of a repaint."""
        deadline = time.time() + timeout
        first, run = 0.0, 0
        while time.time() < deadline:
            if seen(self.screen()):
                now = time.time()
                first, run = (first, run + 1) if run else (now, 1)
                if run == 3:
                    return first
            else:
                run = 0
            time.sleep(POLL)
        return None

    def close(self) -> None:
        """End the server and everything in it."""
        subprocess.run((*self._argv, "kill-server"), capture_output=True, check=False)

    def _tmux(self, *words: str) -> str:
        # The environment each time: tmux takes PATH from the client that asks, not from the
        # session.
        argv = (*self._argv, *words)
        return subprocess.run(
            argv, env=self._environment, capture_output=True, text=True, check=True
        ).stdout


def _path() -> str:
    """PATH without this environment's own programs: its `docker-compose` script exits 0 whatever
    happens, and lazydocker takes that as proof that it stands in a project."""
    return os.pathsep.join(
        folder
        for folder in os.environ["PATH"].split(os.pathsep)
        if not Path(folder).is_relative_to(sys.prefix)
    )
