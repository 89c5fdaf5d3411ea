"""GPU processes on the real engine: the PIDs of real containers in the stand-in library, named by
`nebtui gpu`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nebtui.hosts.engine.client import EngineClient
from tests.engine.conftest import Box
from tests.engine.namespace import inside
from tests.hosts.gpu.standin import ROOT, machine

pytestmark = pytest.mark.engine

COMPOSE = """\
services:
  llm:
    image: {image}
    command: [sh, -c, "sleep 1d & wait"]
    network_mode: none
    stop_grace_period: 0s
  idle:
    image: {image}
    command: [sleep, 1d]
    network_mode: none
    stop_grace_period: 0s
"""


def nebtui(
    folder: Path, environ: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """The command line in a folder."""
    own = {**os.environ, "NEBTUI_STATE": str(folder / "state"), "PYTHONPATH": str(ROOT), **environ}
    argv = [*inside(), sys.executable, "-m", "nebtui", *arguments]
    return subprocess.run(
        argv, cwd=folder, env=own, capture_output=True, text=True, timeout=60, check=False
    )


def test_processes_are_named_by_their_service(
    engine: EngineClient,
    project: Callable[[str], Box],
    card: tuple[Path, dict[str, str]],
    tmp_path: Path,
) -> None:
    """A child process in a container is told with project and service, a host process without; a
    lost card is a row."""
    box = project(COMPOSE)
    code, output = box.run("up", "-d")
    assert code == 0, output
    containers = {c["Labels"]["com.docker.compose.service"]: c["Id"] for c in ours(engine, box)}
    inside = list(engine.top(containers["llm"]))
    assert len(inside) == 2  # the shell and its child, as the host counts them
    scenario, environ = card
    procs = f"{inside[1]}:2147483648:63,{os.getpid()}:1048576:-"
    scenario.write_text(machine(2, f"0.procs={procs}\n1.err=15\n"))
    done = nebtui(box.folder, environ, "gpu", "--format", "json")
    answer: dict[str, Any] = json.loads(done.stdout)
    first, second = answer["gpus"]
    by_pid = {process["pid"]: process for process in first["processes"]}
    assert by_pid[inside[1]] == {
        "pid": inside[1],
        "memory": 2147483648,
        "sm": 63,
        "instance": None,
        "container": f"{box.name}-llm-1",
        "project": box.name,
        "service": "llm",
    }
    assert by_pid[os.getpid()]["container"] is None
    assert "fell off the bus" in second["error"]
    assert (answer["version"], answer["driver"], answer["cuda"]) == (1, "550.54.15", "12.4")
    assert {link["state"] for link in answer["chain"]} <= {"ok", "broken", "unknown"}
    assert done.returncode == 0
    status = json.loads(nebtui(box.folder, environ, "status", "--format", "json").stdout)
    services = {
        s["name"]: s["gpu"]
        for p in status["projects"]
        if p["name"] == box.name
        for s in p["services"]
    }
    assert services == {"llm": [0], "idle": []}
    assert [gpu["utilization"] for gpu in status["gpus"]] == [87, None]


def ours(engine: EngineClient, box: Box) -> list[dict[str, Any]]:
    """The containers of a project as the engine lists them."""
    listed: list[Any] = engine.containers()
    return [c for c in listed if c["Labels"].get("com.docker.compose.project") == box.name]


def test_a_request_the_engine_cannot_meet(project: Callable[[str], Box], tmp_path: Path) -> None:
    """On an engine without a GPU runtime the container stays created; check says why, with the
    engine's own words."""
    box = project(
        "services:\n  llm:\n    image: {image}\n    command: [sleep, 1d]\n    gpus: all\n"
    )
    code, _ = box.run("up", "-d")
    if code == 0:
        pytest.skip("this engine has a GPU to give")
    done = nebtui(box.folder, {}, "check", "--format", "json", "--project", box.name)
    found = [f for f in json.loads(done.stdout)["findings"] if f["rule"] == "missing-gpu-runtime"]
    assert [f["service"] for f in found] == ["llm"]
    assert any("could not select device driver" in line for line in found[0]["evidence"])


def test_no_driver_is_one_line(tmp_path: Path) -> None:
    """Without a driver `nebtui gpu` says so in one line and exits 0, with and without an engine."""
    if Path("/proc/driver/nvidia").exists() or list(Path("/sys/class/drm").glob("card*")):
        pytest.skip("this machine has a GPU")
    for arguments in (("gpu",), ("gpu", "--no-engine")):
        done = nebtui(tmp_path, {}, *arguments)
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done
        assert "no GPU driver" in done.stdout
