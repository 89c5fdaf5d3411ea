"""A box that churns and an engine that is lost again and again, with nebtui on a terminal beside
it: what its memory and its open files do
(`python -m tests.chaos.churn --minutes 30 --losses 50`)."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.boxes import resident_megabytes
from tests.bench.terminal import Terminal
from tests.chaos.second_engine import MortalEngine, why_not

SETTLE = 15.0
"""Seconds after the first picture before the first sample counts: imports and caches are filled."""
AT_ONCE = 2
"""Containers that are made and removed at the same time."""
COMPOSE = "com.docker.compose."


@dataclass(frozen=True, slots=True)
class Sample:
    """What the program held at one moment."""

    name: str
    megabytes: float
    descriptors: int
    threads: int
    made: int


@dataclass(slots=True)
class Churn:
    """Makes and removes containers until stopped; an engine that is lost meanwhile is waited
    for."""

    engine: MortalEngine
    image: str
    home: Path
    made: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        """One after the other, each with a name and a service of its own."""
        for turn in itertools.count():
            if self.stopped.is_set():
                return
            with suppress(Exception):
                self._one(f"churn-{number}-{turn}")
            self.stopped.wait(0.05)

    def _one(self, name: str) -> None:
        client: Any = self.engine.low(timeout=10)
        try:
            made = started(client, self.image, name, self.home)
            self.stopped.wait(0.2)
            client.remove_container(made, force=True)
            self.made += 1
        finally:
            client.close()


@contextmanager
def box() -> Iterator[tuple[MortalEngine, Terminal, Path]]:
    """A second engine with five services that stay, and nebtui on a terminal; the
    project's folder."""
    with tempfile.TemporaryDirectory(prefix="nebtui-churn-") as name:
        home = Path(name, "home")
        home.mkdir()
        engine = MortalEngine(Path(name, "engine"))
        Path(name, "engine").mkdir()
        before, os.environ["DOCKER_HOST"] = os.environ.get("DOCKER_HOST"), engine.url
        terminal = Terminal(home)
        try:
            engine.start()
            stay(engine, engine.image(), home)
            terminal.start(("env", f"PYTHONPATH={Path.cwd()}", sys.executable, "-m", "nebtui"))
            assert terminal.wait(lambda screen: "stays0" in "\n".join(screen), 30), (
                terminal.screen()
            )
            yield engine, terminal, home
        finally:
            terminal.close()
            engine.close()
            if before is None:
                del os.environ["DOCKER_HOST"]
            else:
                os.environ["DOCKER_HOST"] = before


def stay(engine: MortalEngine, image: str, home: Path) -> None:
    """Five services of a project that keep running, and its file."""
    names = [f"stays{number}" for number in range(5)]
    services = {name: {"image": image, "command": ["sleep", "1d"]} for name in names}
    (home / "compose.yaml").write_text(json.dumps({"services": services}))
    client = engine.low()
    for name in names:
        started(client, image, name, home)
    client.close()


def started(client: Any, image: str, name: str, home: Path) -> str:
    """The id of a new container that runs, a service of the project in `home`."""
    labels = {
        "project": "churn",
        "service": name,
        "container-number": "1",
        "project.working_dir": str(home),
        "project.config_files": str(home / "compose.yaml"),
    }
    made: str = client.create_container(
        image,
        ["sleep", "1d"],
        name=name,
        labels={COMPOSE + label: value for label, value in labels.items()},
        host_config=client.create_host_config(network_mode="none"),
    )["Id"]
    client.start(made)
    return made


def sample(name: str, pid: int, made: int) -> Sample:
    """What a process holds now."""
    return Sample(
        name,
        resident_megabytes([pid]),
        len(os.listdir(f"/proc/{pid}/fd")),
        len(os.listdir(f"/proc/{pid}/task")),
        made,
    )


def churned(
    minutes: float, losses: int, told: Callable[[Sample], None] = lambda _: None
) -> tuple[list[Sample], list[Sample]]:
    """The samples of the churn (at its start, every five minutes, its end), and those of the losses
    (before, every ten, after)."""
    with box() as (engine, terminal, home):
        time.sleep(SETTLE)
        churn, pid = Churn(engine, engine.image(), home), terminal.pid()
        threads = [
            threading.Thread(target=churn.run, args=(number,), daemon=True)
            for number in range(AT_ONCE)
        ]

        def take(name: str, into: list[Sample]) -> None:
            into.append(sample(name, pid, churn.made))
            told(into[-1])

        first, second = list[Sample](), list[Sample]()
        take("start", first)
        for thread in threads:
            thread.start()
        ends, begun = time.monotonic() + 60 * minutes, time.monotonic()
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, 300.0))
            take(f"{(time.monotonic() - begun) / 60:.0f} min of churn", first)
        churn.stopped.set()
        for thread in threads:
            thread.join(30)
        time.sleep(10)
        take("10 s after the churn", first)
        for number in range(losses):
            lose(engine, terminal)
            if number % 10 == 9 or number + 1 == losses:
                take(f"{number + 1} losses", second)
        return first, [first[-1], *second]


def lose(engine: MortalEngine, terminal: Terminal) -> None:
    """Kill the engine, wait until the screen tells it, start it, wait until it is found again."""
    engine.kill()
    assert terminal.wait(telling, 20), terminal.screen()
    engine.start()
    assert terminal.wait(lambda screen: not telling(screen), 30), terminal.screen()


def telling(screen: list[str]) -> bool:
    """Whether a screen tells that the engine is lost."""
    text = "\n".join(screen)
    return any(
        words in text for words in ("Nothing answers at", "ended the connection", "No engine")
    )


def row(one: Sample) -> str:
    """A line of the table."""
    cells = (one.name, f"{one.megabytes:.1f}", one.descriptors, one.threads, one.made)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30, help="of churn (30)")
    options.add_argument("--losses", type=int, default=50, help="kills of the engine (50)")
    chosen = options.parse_args()
    if reason := why_not():
        raise SystemExit(reason)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    print("| when | memory, MB | open files | threads | containers made |\n|---|---|---|---|---|")
    _, lost = churned(chosen.minutes, chosen.losses, lambda one: print(row(one), flush=True))
    if chosen.losses:
        grown = (lost[-1].megabytes - lost[0].megabytes) / chosen.losses
        files = (lost[-1].descriptors - lost[0].descriptors) / chosen.losses
        print(f"growth per loss: {1024 * grown:.0f} KB, {files:.2f} open files")


if __name__ == "__main__":
    main()
