"""Tokens a second of a real llama.cpp server in a real container: against the client's own count,
idle, restarted, degraded for real, sparse, and reached by each of the three ways."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from nebtui.facts.samples import ThroughputSample
from nebtui.keep.baselines import SpeedMemory
from tests.engine.conftest import Box
from tests.engine.llama.box import Client, Observer, docker, service
from tests.engine.llama.model import write_model

pytestmark = pytest.mark.engine
Server = tuple[str, Client]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of 95 MB, slow enough to watch, and one of 0.4 MB."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "slow.gguf", embedding=512, blocks=8, feed_forward=1408, heads=8)
    write_model(folder / "quick.gguf")
    return folder


@pytest.fixture
def observer(tmp_path: Path) -> Iterator[Observer]:
    """nebtui, with a memory of its own."""
    watching = Observer(tmp_path / "state")
    yield watching
    watching.close()


def started(box: Box) -> Server:
    """The id of the running server and a client of its published port."""
    code, output = box.run("up", "-d")
    assert code == 0, output
    container = docker("inspect", "-f", "{{.Id}}", f"{box.name}-llm-1")
    published = docker("port", container, "8080").splitlines()[0]
    return container, Client("127.0.0.1", int(published.rpartition(":")[2]))


def status(box: Box, tmp_path: Path) -> float:
    """The service's tokens a second as `nebtui status` says, once."""
    argv = [sys.executable, "-m", "nebtui", "status", "--format", "json", str(box.folder)]
    environ = {
        **os.environ,
        "NEBTUI_STATE": str(tmp_path / "other"),
        "NEBTUI_CONFIG": str(tmp_path / "none.toml"),
    }
    done = subprocess.run(
        argv, env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    (project,) = json.loads(done.stdout)["projects"]
    return float(project["services"][0]["tokens_per_second"])


def calm(samples: list[ThroughputSample]) -> bool:
    """No sample is slow or has a speed that cannot be."""
    return all(
        s.verdict == "" and (s.tokens_per_second is None or s.tokens_per_second > 0)
        for s in samples
    )


def test_steady_idle_restarted_and_degraded(
    project: Callable[[str], Box], models: Path, observer: Observer, tmp_path: Path
) -> None:
    """The speed told is the client's own count; idle and a restart are no bad news, a real slowdown
    is."""
    box = project(service(models, "slow.gguf"))
    container, client = started(box)

    idle = observer.wait(container, lambda s: s.busy is False, 20)
    assert (idle.server, idle.tokens_per_second, idle.problem) == ("llama.cpp", None, "")
    assert idle.model == "slow.gguf"

    loading = client.load(1500)
    observer.wait(container, lambda s: s.tokens_per_second is not None, 10)
    begun = time.monotonic()
    time.sleep(10)
    samples = [s for s in observer.since(begun, container) if s.tokens_per_second is not None][3:]
    told = median(s.tokens_per_second or 0.0 for s in samples)
    # A sample speaks of the three seconds before it.
    counted = median(client.rate(s.at - 3.0, s.at) for s in samples)
    assert told == pytest.approx(counted, rel=0.10)
    working = observer.last(container)
    assert working is not None
    assert (working.busy, working.running, working.verdict) == (True, 1, "")
    # Usual is the better half of what was seen: on a machine with other work, more than the mean.
    assert working.usual == pytest.approx(counted, rel=0.5)
    begun_at = time.time()
    once = status(box, tmp_path)
    # It looked at some part of that time: other work on the machine makes parts of it differ (151
    # told and 78 counted were seen beside three busy loops).
    parts = range(max(1, math.floor((time.time() - begun_at - 1.0) * 4)))
    rates = [client.rate(begun_at + at / 4, begun_at + at / 4 + 1.0) for at in parts]
    assert 0.4 * min(rates) < once < 2.5 * max(rates)
    client.stop.set()
    loading.join(30)

    rested = observer.wait(container, lambda s: s.busy is False, 10)
    assert (rested.tokens_per_second, rested.verdict) == (None, "")
    assert rested.last_rate is not None
    # The last seconds had the machine for themselves, the others shared it with `status`.
    assert 0.4 * min(counted, *rates) < rested.last_rate < 2.5 * max(counted, *rates)

    restart = time.monotonic()
    docker("restart", "-t", "0", container)
    client = Client(
        client.host, int(docker("port", container, "8080").splitlines()[0].rpartition(":")[2])
    )
    # `busy` is None while nobody answers: a reset is no speed and no verdict.
    observer.wait(container, lambda s: s.at > rested.at + 3 and s.busy is False, 20)
    assert calm(observer.since(restart, container))

    client.complete(150)  # what comes first after a start counts for nothing
    # 0.1 on a machine that does nothing else; 0.05 is a fifth of the usual speed even where other
    # work halves that.
    docker("update", "--cpus", "0.05", container)
    loading = client.load(300)
    slow = observer.wait(container, lambda s: s.verdict == "slow", 10)
    assert slow.usual is not None
    assert slow.stream is not None
    assert slow.stream < 0.4 * slow.usual
    client.stop.set()
    loading.join(60)
    docker("update", "--cpus", "0.8", container)
    # Idle again, and idle is never bad news, whatever came before it.
    ended = observer.wait(container, lambda s: s.busy is False, 20)
    assert ended.verdict == ""
    observer.close()
    time.sleep(0.3)
    memory = SpeedMemory(str(tmp_path / "state"))
    kept = list(memory.recall(f"{box.name}/llm", "slow.gguf", "1"))
    memory.close()
    assert kept
    assert all(speed > 0.4 * counted for speed in kept)  # the slow ones are not remembered


def test_a_sparse_healthy_server_is_not_slow(
    project: Callable[[str], Box], models: Path, observer: Observer
) -> None:
    """A healthy server with short requests and long pauses is never slow, and its last speed is a
    true one."""
    container, client = started(project(service(models, "slow.gguf")))
    observer.wait(container, lambda s: s.busy is False, 20)
    client.complete(600)
    begun = time.monotonic()
    for _ in range(8):
        client.complete(10)
        time.sleep(1.5)
    samples = observer.since(begun, container)
    assert calm(samples)
    assert any(s.last_rate is not None and s.last_rate > 20 for s in samples)


@pytest.mark.parametrize(
    ("network", "hint", "source"),
    [("", "", ":8080/metrics"), ("    network_mode: none", "llama-server", "exec")],
    ids=["its own address", "exec"],
)
def test_it_is_reached_without_a_published_port(
    project: Callable[[str], Box],
    models: Path,
    observer: Observer,
    network: str,
    hint: str,
    source: str,
) -> None:
    """A server that publishes no port is found at its own address, and without any network by an
    exec."""
    text = service(models, "quick.gguf", network, hint)
    box = project(text if network else text + '    expose: ["8080"]\n')
    code, output = box.run("up", "-d")
    assert code == 0, output
    container = docker("inspect", "-f", "{{.Id}}", f"{box.name}-llm-1")
    found = observer.wait(container, lambda s: s.busy is False, 25)
    assert found.server == "llama.cpp"
    assert found.source.endswith(source)
