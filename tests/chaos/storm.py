"""As many events as a real engine can make, and what a person at nebtui notices of them
(`python -m tests.chaos.storm`): how long a key takes, what it costs, and what is left after it."""

from __future__ import annotations

import argparse
import itertools
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from nebtui.tui.key_table import KEYS
from tests.bench.boxes import cpu_seconds, engine_processes, resident_megabytes
from tests.bench.terminal import Terminal
from tests.chaos.churn import box, started
from tests.chaos.second_engine import MortalEngine, why_not

TARGETS = 4
"""Containers that the storm is about, each worked on by a thread of its own."""
HELP = KEYS[0].help
"""Words that stand on the screen of help only."""
NOT_CAUGHT = "SIGWINCH"
"""A signal that does nothing to `sleep`: the event is all there is of it."""


@dataclass(slots=True)
class Storm:
    """Works on containers until stopped; `events` counts what the engine told meanwhile."""

    engine: MortalEngine
    events: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def signals(self, identity: str) -> None:
        """Signals to one container without a pause; every 50th time it is stopped and started, and
        every other paused and back."""
        client: Any = self.engine.low()
        for turn in itertools.count(1):
            if self.stopped.is_set():
                break
            with suppress(Exception):
                if turn % 50 == 0:
                    client.restart(identity, timeout=0)
                elif turn % 25 == 0:
                    client.pause(identity)
                    client.unpause(identity)
                else:
                    client.kill(identity, NOT_CAUGHT)
        client.close()

    def count(self) -> None:
        """Count the engine's events."""
        client: Any = self.engine.low(timeout=None)
        stream = client.events(decode=True)
        threading.Thread(target=self._end, args=(stream,), daemon=True).start()
        with suppress(Exception):
            for event in stream:
                self.events += 1
                action = str(event.get("Action"))
                self.kinds[action] = self.kinds.get(action, 0) + 1

    def _end(self, stream: Any) -> None:
        self.stopped.wait()
        with suppress(Exception):
            stream.close()


def key_latency(terminal: Terminal, times: int) -> list[float]:
    """Milliseconds from a key to the screen it asks for: the help opens, the help closes."""
    taken = []
    for turn in range(2 * times):
        opens = turn % 2 == 0
        begun = time.time()
        terminal.press("?")
        deadline = begun + 10
        while time.time() < deadline:
            if ("\n".join(terminal.screen()).find(HELP) >= 0) is opens:
                break
        taken.append(1000 * (time.time() - begun))
        time.sleep(0.2)
    return taken


def percent(pids: list[int], seconds: float) -> float:
    """Percent of one core that processes use."""
    before = cpu_seconds(pids)
    time.sleep(seconds)
    return 100 * (cpu_seconds(pids) - before) / seconds


def report(name: str, keys: list[float], own: float, engine: float, megabytes: float) -> str:
    """A line of the table."""
    high = sorted(keys)[int(0.95 * (len(keys) - 1))]
    figures = f"{median(keys):.0f} | {high:.0f} | {max(keys):.0f}"
    return f"| {name} | {figures} | {own:.1f} | {engine:.1f} | {megabytes:.1f} |"


def measure(name: str, terminal: Terminal, seconds: float) -> str:
    """CPU for some seconds with nobody typing, then the keys."""
    pid = terminal.pid()
    before = cpu_seconds(engine_processes())
    begun = time.time()
    own = percent([pid], seconds)
    theirs = 100 * (cpu_seconds(engine_processes()) - before) / (time.time() - begun)
    return report(name, key_latency(terminal, 10), own, theirs, resident_megabytes([pid]))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=20, help="of CPU in the storm (20)")
    chosen = options.parse_args()
    if reason := why_not():
        raise SystemExit(reason)
    columns = ("when", "key, median ms", "95 %", "most", "own CPU, %", "engines', %", "memory, MB")
    with box() as (engine, terminal, home):
        print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        time.sleep(10)
        print(measure("calm", terminal, 5), flush=True)
        storm = Storm(engine)
        client, image = engine.low(), engine.image()
        targets = [started(client, image, f"target{n}", home) for n in range(TARGETS)]
        threads = [threading.Thread(target=storm.count, daemon=True)]
        threads += [threading.Thread(target=storm.signals, args=(i,), daemon=True) for i in targets]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        print(measure("in the storm", terminal, chosen.seconds), flush=True)
        lasted, told = time.monotonic() - begun, storm.events
        storm.stopped.set()
        for thread in threads[1:]:
            thread.join(10)
        time.sleep(5)
        print(measure("from 5 s after it", terminal, 5), flush=True)
        kinds = json.dumps(storm.kinds)
        print(f"{told} events in {lasted:.0f} s, {told / lasted:.0f} a second: {kinds}")


if __name__ == "__main__":
    main()
