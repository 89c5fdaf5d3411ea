"""What a box costs on the line while nobody does anything, and how soon a change on it is seen here
(`python -m tests.bench.wire --seconds 180 --delay 0 40`), run by hand as root.

The box is an engine with an sshd in a network namespace; bytes are those of the cable to it, with
TCP, ssh and its compression, both ways. Of its containers a quarter works a little every second, a
quarter has a health test. No test asserts any of this.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import docker

from nebtui.facts.changes import Change
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.remote.over_ssh import remote_host
from nebtui.recording.lines import change_line
from nebtui.store import folded
from tests.bench.boxes import IMAGE, TAG, compose_binary
from tests.engine.far_box import FarBox, ssh_environ, started_box

DAY = 86_400
SETTLE = 20.0
"""Seconds after the first picture before anything is counted."""
WORK = "while :; do busybox sleep 1; done"
PROJECT = "idle"


class Watched:
    """The box as this end sees it, and when what was seen."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._host = remote_host("ssh://far9", environ)
        self.snapshot = Snapshot()
        self.told: Counter[str] = Counter()
        """Bytes of the changes told so far, by their kind, as lines and uncompressed."""
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for change in self._host.changes():
            self._take(change)

    def _take(self, change: Change) -> None:
        with self._news:
            self.snapshot = folded(self.snapshot, change)
            self.told[type(change).__name__] += len(change_line(0.0, change))
            self._news.notify_all()

    def moment(self, name: str, state: str) -> float:
        """Wait until the container is seen so: when it was."""

        def seen() -> bool:
            found = (one for one in self.snapshot.containers.values() if one.name == name)
            return any(one.state == state for one in found)

        with self._news:
            assert self._news.wait_for(seen, 30), f"{name} never {state}"
            return time.time()

    def settled(self) -> None:
        """Wait for the first picture."""
        with self._news:
            assert self._news.wait_for(lambda: self.snapshot.settled, 60)

    def close(self) -> None:
        """End it."""
        self._host.close()


def cable_bytes(box: FarBox) -> tuple[int, int]:
    """Bytes that came over the cable, and that went."""
    folder = Path(f"/sys/class/net/{box.cable}/statistics")
    received, sent = (int((folder / f"{way}_bytes").read_text()) for way in ("rx", "tx"))
    return received, sent


def way(folder: Path, box: FarBox, milliseconds: float) -> dict[str, str]:
    """The environment in which `ssh` gets there over a line that takes so long each way."""
    folder.mkdir()
    environ = ssh_environ(folder, box)
    if milliseconds:
        relay = f"{sys.executable} -m tests.bench.slow_line {box.address} 22 {milliseconds / 1000}"
        with (folder / "ssh_config").open("a") as configuration:
            configuration.write(f"  ProxyCommand {relay}\n")
    return environ


def stack(box: FarBox, folder: Path, count: int) -> None:
    """Start the containers."""
    services: dict[str, Any] = {}
    for number in range(count):
        busy = number % 4 == 1
        body: dict[str, Any] = {"image": f"{IMAGE}:{TAG}", "stop_grace_period": "0s"}
        body["command"] = ["sh", "-c", WORK] if busy else ["sleep", "1d"]
        if number % 4 == 2:
            body["healthcheck"] = {"test": ["CMD", "busybox", "true"], "interval": "30s"}
        services[f"s{number}"] = body
    (folder / "compose.yaml").write_text(json.dumps({"name": PROJECT, "services": services}))
    environ = {**os.environ, "DOCKER_HOST": box.url}
    argv = (compose_binary(), "--progress", "quiet", "up", "-d")
    subprocess.run(argv, cwd=folder, env=environ, check=True)


def idle(box: FarBox, watched: Watched, seconds: float) -> None:
    """Count bytes while nothing is asked for, and print what a day of that is."""
    before, told = cable_bytes(box), watched.told.copy()
    began = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    after = cable_bytes(box)
    for way, one, other in zip(("to here", "from here"), before, after, strict=True):
        rate = (other - one) / took
        print(f"{way:>10}  {rate:7.0f} B/s  {rate * DAY / 1e6:6.1f} MB a day")
    rate = (sum(after) - sum(before)) / took
    print(f"{'both':>10}  {rate:7.0f} B/s  {rate * DAY / 1e6:6.1f} MB a day, on the wire")
    for kind, size in (watched.told - told).most_common():
        print(f"{kind:>20}  {size / took:7.0f} B/s as lines, uncompressed")


def events(box: FarBox, watched: Watched, times: int) -> None:
    """Stop and start a container, and print how long it takes to be seen here."""
    engine = docker.APIClient(base_url=box.url)
    name = f"{PROJECT}-s0-1"
    found: dict[str, list[float]] = {"exited": [], "running": []}
    for _ in range(times):
        for act, state, event in (
            (engine.kill, "exited", "die"),
            (engine.start, "running", "start"),
        ):
            since = time.time()
            act(name)
            seen = watched.moment(name, state)
            found[state].append(seen - _happened(engine, name, event, since))
            time.sleep(1.5)
    for state, delays in found.items():
        worst = max(delays) * 1000
        print(f"{state:>10}  {median(delays) * 1000:5.0f} ms (worst {worst:.0f}) of {times}")
    engine.close()


def _happened(engine: docker.APIClient, name: str, action: str, since: float) -> float:
    filters = {"container": name, "event": action}
    until = int(time.time()) + 1
    told = engine.events(since=int(since), until=until, filters=filters, decode=True)
    return next(m for event in told if (m := float(event["timeNano"]) / 1e9) >= since)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--containers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument(
        "--delay", type=int, nargs="*", default=[0, 20, 100], help="milliseconds, each way"
    )
    parser.add_argument("--times", type=int, default=10, help="stops and starts at each delay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, near = Path(folder, "box"), Path(folder, "near")
        place.mkdir()
        near.mkdir()
        with started_box(place, 9, nebtui=True) as box:
            stack(box, near, options.containers)
            for delay in options.delay:
                watched = Watched(way(near / str(delay), box, delay))
                watched.settled()
                if not delay and options.seconds:
                    time.sleep(SETTLE)
                    print(f"{options.containers} containers, idle for {options.seconds:.0f} s")
                    idle(box, watched, options.seconds)
                print(f"a change there until it is here, {delay} ms each way")
                events(box, watched, options.times)
                watched.close()


if __name__ == "__main__":
    main()
