"""A person who takes the tour in a real terminal: a tmux server of its own, real keys, and eyes
that only see the screen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).parents[2]
POLL = 0.05
PATIENCE = 30.0
FIRST, LAST = "core", "sandbox/runner"
"""The first line of the demo box's graph, and the last one that the tour needs."""


class TourTerminal:
    """Opens the tour; everything else looks at the screen and presses keys."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._argv = ("tmux", "-L", f"nebtui-tour-{os.getpid()}-{size[0]}", "-f", os.devnull)
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "NEBTUI_STATE": str(folder / "state"),
            "DOCKER_HOST": f"unix://{folder}/none.sock",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "PYTHONPATH": str(HOME),
        }
        command = f"{sys.executable} -m tests.tui.quick_tour; echo LEFT WITH $?; exec sleep 60"
        columns, lines = map(str, size)
        self._order: list[str] = []
        where = ("-x", columns, "-y", lines, "-c", str(folder))
        self._tmux("new-session", "-d", *where, command)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names, one after the other."""
        for key in keys:
            self._tmux("send-keys", key)

    def lines(self) -> list[str]:
        """The screen as it is now."""
        return self._tmux("capture-pane", "-p").splitlines()

    def words(self) -> str:
        """The screen as one line of words: a panel wraps its sentences."""
        return " ".join(" ".join(self.lines()).split())

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Look until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            seen = "\n".join(self.lines())
            assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}\n{seen}"
            time.sleep(POLL)

    def shows(self, *texts: str) -> None:
        """Wait until all of these words are on the screen."""
        self.until(lambda: all(text in self.words() for text in texts), f"{texts}")

    def selected(self) -> str:
        """What the heading of the detail pane names, "" for nothing: the line below the divider."""
        screen = self.lines()
        edges = [at for at, line in enumerate(screen[:-1]) if line.startswith("────")]
        return next(iter(screen[edges[0] + 1].split()), "") if edges else ""

    def select(self, name: str) -> None:
        """Go to a row with j, from the top."""
        if not self._order:
            self._order = self._walked()
        self._tmux("send-keys", "Home", *("j" for _ in range(self._order.index(name))))
        self.until(lambda: self._rests_on() == name, name)

    def _walked(self) -> list[str]:
        """The rows from top to bottom, as one meets them with j."""
        self.press("Home")
        self.until(lambda: self._rests_on() == FIRST, "the first line")
        found = [FIRST]
        while found[-1] != LAST:
            self.press("j")
            self.until(lambda: self._rests_on() not in ("", found[-1]), "the line below")
            found.append(self._rests_on())
        return found

    def _rests_on(self) -> str:
        """What is selected, "" while that changes: a look may fall into the middle of a repaint."""
        looks = {self.selected() for _ in range(2)}
        return looks.pop() if len(looks) == 1 else ""

    def close(self) -> None:
        """End the server and everything in it."""
        subprocess.run((*self._argv, "kill-server"), capture_output=True, check=False)

    def _tmux(self, *words: str) -> str:
        argv = (*self._argv, *words)
        done = subprocess.run(
            argv, env=self._environment, capture_output=True, text=True, check=True
        )
        return done.stdout
