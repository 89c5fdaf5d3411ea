"""The fourth lie end to end: a real engine that grants a GPU, a real llama.cpp server, a driver
listing real PIDs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nebtui.hosts.engine.client import EngineClient
from tests.engine.conftest import Box, make_image, without
from tests.engine.gpu_engine import GpuEngine
from tests.engine.llama.box import Client, docker, service
from tests.engine.llama.model import write_model
from tests.engine.namespace import VARIABLE, inside
from tests.engine.test_gpu import nebtui
from tests.hosts.gpu.standin import ROOT, machine

pytestmark = pytest.mark.engine
Card = tuple[Path, dict[str, str]]


@pytest.fixture(scope="module")
def granting(engine: EngineClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GpuEngine]:
    """An engine that grants GPUs, beside the machine's own."""
    if reason := GpuEngine.why_not():
        without(f"no second engine can be started: {reason}")
    started = GpuEngine(tmp_path_factory.mktemp("engine"))
    try:
        client = started.start()
        make_image(client)
        client.forget()
        yield started
    finally:
        started.close()


@pytest.fixture
def gpu_engine(granting: GpuEngine, monkeypatch: pytest.MonkeyPatch) -> GpuEngine:
    """That engine, in order again, as the one that `docker`, Compose and nebtui use."""
    granting.lose(lost=False)
    monkeypatch.setenv("DOCKER_HOST", granting.url)
    monkeypatch.setenv(VARIABLE, granting.namespace)
    return granting


@pytest.fixture
def gpu_project(gpu_engine: GpuEngine, project: Callable[[str], Box]) -> Callable[[str], Box]:
    """Projects on that engine."""
    return project


class Watching:
    """nebtui in a process that sees the stand-in driver; `wait` reads its lines as they come."""

    def __init__(self, card: Card, state: Path, service: str) -> None:
        argv = [*inside(), sys.executable, "-m", "tests.engine.llama.watching", str(state), service]
        environ = {**os.environ, **card[1]}
        self._process = subprocess.Popen(
            argv, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        )
        self.last: dict[str, Any] = {}
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.last = json.loads(line)

    def wait(self, condition: Callable[[dict[str, Any]], object], timeout: float) -> dict[str, Any]:
        """What it tells once the condition holds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            told = self.last
            if told and condition(told):
                return told
            time.sleep(0.1)
        raise AssertionError(f"waited {timeout:.0f} s; last: {json.dumps(self.last, indent=1)}")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)
        self._reading.join(10)


def test_a_server_that_leaves_the_gpu_is_caught(
    gpu_project: Callable[[str], Box], card: Card, tmp_path: Path
) -> None:
    """Resident and fast is fine; busy without a PID on the device, and far below its usual speed,
    is CPU fallback."""
    write_model(tmp_path / "slow.gguf", embedding=512, blocks=8, feed_forward=1408, heads=8)
    box = gpu_project(service(tmp_path, "slow.gguf") + "    gpus: all\n")
    code, output = box.run("up", "-d")
    assert code == 0, output
    container = docker("inspect", "-f", "{{.Id}}", f"{box.name}-llm-1")
    pid = int(docker("inspect", "-f", "{{.State.Pid}}", container))
    client = Client(
        "127.0.0.1", int(docker("port", container, "8080").splitlines()[0].rpartition(":")[2])
    )
    scenario, environ = card
    resident = machine(1, f"0.procs={pid}:12884901888:91\n")
    scenario.write_text(resident)
    watching = Watching(card, tmp_path / "state", f"{box.name}/llm")
    try:
        # Idle on the device, and idle off it, is no news.
        watching.wait(lambda told: told["busy"] is False and told["rungs"]["resident"] == "yes", 30)
        scenario.write_text(machine(1))
        idle = watching.wait(lambda told: told["rungs"]["resident"] == "no", 10)
        assert (idle["verdict"], "cpu-fallback" in idle["findings"]) == ("", False)

        scenario.write_text(resident)
        client.complete(150)  # what comes first after a start counts for nothing
        loading = client.load(300)
        works = watching.wait(lambda told: told["usual"] and told["verdict"] == "works", 40)
        assert works["rungs"] == dict.fromkeys(
            ("declared", "injected", "initialises", "resident", "works"), "yes"
        ) | {"fast": works["rungs"]["fast"]}
        assert "cpu-fallback" not in works["findings"]
        time.sleep(4)  # some more seconds of normal

        # A driver that forgets the container, and a server that computes on what is left of a core.
        scenario.write_text(machine(1))
        docker("update", "--cpus", "0.05", container)
        caught = watching.wait(
            lambda told: told["verdict"] == "fallback" and told["rungs"]["fast"] == "no", 30
        )
        severity, *evidence = caught["findings"]["cpu-fallback"]
        assert severity == "error"
        told = "\n".join(evidence)
        for part in (
            "declared: yes, asks for all",
            "model slow.gguf is loaded",
            "1 request running",
            "resident: no, no PID of this container is on any GPU",
            "tok/s, usually",
        ):
            assert part in told, told
        answer = nebtui(box.folder, environ, "check", "--format", "json")
        found = {f["rule"]: f for f in json.loads(answer.stdout)["findings"]}
        assert (answer.returncode, found["cpu-fallback"]["severity"]) == (1, "error"), answer
        assert "claims a GPU and computes on the CPU" in nebtui(box.folder, environ, "gpu").stdout

        # Back on the device it is accused of nothing more, however slow it still is.
        scenario.write_text(resident)
        watching.wait(lambda told: "cpu-fallback" not in told["findings"] and told["busy"], 10)
        client.stop.set()
        loading.join(60)
    finally:
        watching.close()


def test_the_gate_is_seen_working(
    gpu_engine: GpuEngine, gpu_project: Callable[[str], Box], card: Card
) -> None:
    """The start-up check, written by `nebtui fix`: passes where the GPU is, and where it is lost
    nothing starts."""
    scenario, environ = card
    scenario.write_text(machine(1))
    box = gpu_project(
        "services:\n  llm:\n    image: {image}\n    command: [sh, -c, 'exec sleep 1d']\n "
        "   gpus: all\n"
        "    network_mode: none\n    stop_grace_period: 0s\n"
    )
    assert box.run("up", "-d")[0] == 0
    asked = ("fix", "--rule", "unchecked-gpu", "--project", box.name, "--unsafe", "--write")
    done = nebtui(box.folder, environ, *asked)
    assert done.returncode == 0, done
    assert box.run("config", "-q")[0] == 0
    written = box.file.read_text()
    assert nebtui(box.folder, environ, *asked).returncode == 0
    assert box.file.read_text() == written

    code, output = box.run("up", "-d")
    assert code == 0, output
    assert docker("inspect", "-f", "{{.State.ExitCode}}", f"{box.name}-llm-gpu-check-1") == "0"
    left = json.loads(nebtui(box.folder, environ, "check", "--format", "json").stdout)["findings"]
    assert not [f for f in left if f["rule"] in ("unchecked-gpu", "missing-gpu-runtime")]

    gpu_engine.lose(lost=True)
    box.run("down", "--timeout", "0")
    code, output = box.run("up", "-d")
    assert code != 0
    assert "llm-gpu-check" in output
    assert "exit 41" in output
    assert docker("inspect", "-f", "{{.State.Status}}", f"{box.name}-llm-1") == "created"
    assert "gpu check 41" in docker("logs", f"{box.name}-llm-gpu-check-1")
