"""Many boxes, each with many containers, on one screen (`python -m tests.bench.fleet --boxes 100
--containers 100`), run by hand: time to the first complete picture of all, memory, processor while
idle, how long a key takes. No test asserts any of this.

Each box comes over the pipe of a process of its own, as over ssh (`cat` of a named pipe); one
feeder in another process writes what a `nebtui serve -` tells of such a box: its picture, then the
readings that have changed, each second of the box in front and every five of those that nobody
looks at, and beats.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import BinaryIO

from nebtui.cli.app import spare_what_stays
from nebtui.facts.changes import Change, Sampled, Settled
from nebtui.facts.observed import Engine, Inspection
from nebtui.facts.samples import ContainerSample
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.lines import beat_line, greeting_line
from nebtui.hosts.sampling.collector import UNSEEN_EVERY
from nebtui.hosts.serving.sparing import SparedReadings
from nebtui.keep.journal import Journal
from nebtui.recording.lines import change_line
from nebtui.settings import Settings
from nebtui.store import fold_all, unfold
from nebtui.tui.app import NebtuiApp
from nebtui.tui.screens.boxes import BoxesScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.rails import Rails
from tests.bench.big import many
from tests.bench.boxes import resident_megabytes
from tests.tui.driver import AppDriver

SIZE = (200, 50)
KEYS = 30
BUSY = 10
"""Of so many containers one works, and its figures change each second; of so many projects one
names services that nobody has."""
ENGINE = Engine("box", "26.1", "1.45", "unix:///var/run/docker.sock")


def picture(containers: int) -> Snapshot:
    """A box at rest, its containers with all that an engine tells of them."""
    bare = many(containers)
    dressed = []
    for place, one in enumerate(bare.containers.values()):
        environment = {f"VARIABLE_{number}": f"http://{one.name}:{number}" for number in range(10)}
        inspection = Inspection(
            pid=1000 + place, started=1_780_000_000.0, user="app", environment=environment
        )
        id = hashlib.sha256(one.name.encode()).hexdigest()
        dressed.append(replace(one, id=id, health="healthy", inspection=inspection))
    projects = {
        key: replace(
            one,
            services={
                k: replace(s, environment={}, depends_on={}) for k, s in one.services.items()
            },
        )
        if place % BUSY
        else one
        for place, (key, one) in enumerate(bare.projects.items())
    }
    running = {one.id: one for one in dressed}
    other = replace(bare, containers=running, projects=projects, engine=ENGINE)
    return fold_all(Snapshot(), (*unfold(other), Settled()))


def feed(folder: Path, count: int, containers: int) -> None:
    """Write what so many boxes tell, each to its pipe, until nobody reads."""
    box = picture(containers)
    lines = b"".join(change_line(0.0, change) for change in unfold(box))
    print("ready", flush=True)
    pipes = [(folder / f"p{number}").open("wb", buffering=0) for number in range(count)]
    whole = greeting_line("box", "m", time.time()) + lines
    for pipe in pipes:
        threading.Thread(target=_write, args=(pipe, whole)).start()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    front, behind = SparedReadings(), SparedReadings()
    for second in itertools.count():
        readings = round_of(tuple(box.containers), second)
        seen, unseen = front.spared(readings), None
        beat = b""
        if second % UNSEEN_EVERY == 0:
            unseen, beat = behind.spared(readings), beat_line(time.time())
        for place, pipe in enumerate(pipes):
            told = unseen if place else seen
            time.sleep(1.0 / count)
            _write(pipe, (change_line(0.0, told) if told else b"") + beat)


def _write(pipe: BinaryIO, data: bytes) -> None:
    while data:
        data = data[pipe.write(data) :]


def round_of(ids: tuple[str, ...], second: int) -> Change:
    """The readings of a second: most containers idle."""
    now = time.time()
    samples = (
        ContainerSample(
            id, now, (second * 7 + place) % 90 if place % BUSY == 0 else 0.0, 50_000_000
        )
        for place, id in enumerate(ids)
    )
    return Sampled(now, tuple(samples))


async def measure(folder: Path, count: int) -> None:
    """Open the app on them and print what it takes."""
    sessions = []
    for number in range(count):
        state = str(folder / f"state{number}")
        argv = ("cat", str(folder / f"p{number}"))
        host = RemoteHost(argv, dict(os.environ), f"ssh://box{number}", ("ssh", f"box{number}"))
        sessions.append(
            Session(host, Settings(state_dir=state), Journal(state), name=f"box{number:03}")
        )
    for one in sessions:
        one.beside = tuple(sessions)
    app = NebtuiApp(sessions[0], spare_what_stays)
    begun = time.perf_counter()
    async with app.run_test(size=SIZE) as pilot:
        driver = AppDriver(app, pilot, sessions[0])
        await _until(lambda: all(one.snapshot.settled for one in sessions))
        print(f"| all boxes complete | {time.perf_counter() - begun:.1f} s |", flush=True)
        await _until(lambda: all(box.judged for box in app.boxes))
        print(f"| all findings | {time.perf_counter() - begun:.1f} s |", flush=True)
        await asyncio.sleep(10)
        print(f"| memory | {resident_megabytes([os.getpid()]):.0f} MB |", flush=True)
        used, since = time.process_time(), time.perf_counter()
        await asyncio.sleep(30)
        share = (time.process_time() - used) / (time.perf_counter() - since)
        print(f"| processor, idle | {100 * share:.0f} % of a core |", flush=True)
        print(f"| key j | {await _keys(driver, 'j', lambda: driver.rails.selected)} |", flush=True)
        print(f"| key ctrl+n | {await _keys(driver, 'ctrl+n', lambda: app.session.name)} |")
        begun = time.perf_counter()
        app.simulate_key("A")
        await _until(lambda: isinstance(app.screen, BoxesScreen) and "stack000" in driver.text)
        print(f"| key A, all below each other | {time.perf_counter() - begun:.2f} s |", flush=True)
        rails = app.screen.query_one(Rails)
        print(f"| key j there | {await _keys(driver, 'j', lambda: rails.selected)} |", flush=True)
        print(f"| memory at the end | {resident_megabytes([os.getpid()]):.0f} MB |", flush=True)


async def _keys(driver: AppDriver, key: str, what: Callable[[], object]) -> str:
    """How long it takes until a key has had its effect."""
    took = []
    for _ in range(KEYS):
        before, begun = what(), time.perf_counter()
        driver.app.simulate_key(key)
        await _until(lambda before=before: what() != before)  # type: ignore[misc]
        took.append(1000 * (time.perf_counter() - begun))
        await asyncio.sleep(0.3)
    return f"{median(took):.0f} ms, 95 % {sorted(took)[int(0.95 * (KEYS - 1))]:.0f} ms"


async def _until(holds: Callable[[], bool]) -> None:
    begun = time.perf_counter()
    while not holds():
        await asyncio.sleep(0.002)
        if time.perf_counter() - begun > 120:
            raise SystemExit("waited 120 s in vain")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--boxes", type=int, default=100)
    parser.add_argument("--containers", type=int, default=100)
    parser.add_argument("--feed", metavar="FOLDER", help="be the far sides (used by itself)")
    options = parser.parse_args()
    if options.feed:
        with contextlib.suppress(BrokenPipeError):
            feed(Path(options.feed), options.boxes, options.containers)
        return
    print(f"| {options.boxes} boxes, {options.containers} containers each | |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.boxes):
            os.mkfifo(Path(folder, f"p{number}"))
        words = ("--boxes", str(options.boxes), "--containers", str(options.containers))
        argv = (sys.executable, "-m", "tests.bench.fleet", *words, "--feed", folder)
        feeder = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert feeder.stdout is not None
        feeder.stdout.readline()
        try:
            asyncio.run(measure(Path(folder), options.boxes))
        finally:
            feeder.kill()
            feeder.communicate()


if __name__ == "__main__":
    main()
