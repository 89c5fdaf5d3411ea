"""`nebtui gpu` and `nebtui doctor` on the stand-in: the contract's JSON, the text, and the one
broken link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.gpu.standin import ROOT, divided, machine

NO_ENGINE = "unix:///nonexistent.sock"


def nebtui(
    folder: Path, library: Path, scenario: str | bytes, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """The command line on a machine, without an engine."""
    (folder / "scenario").write_bytes(scenario.encode() if isinstance(scenario, str) else scenario)
    own = {
        "NVML_SCENARIO": str(folder / "scenario"),
        "LD_LIBRARY_PATH": str(library),
        "DOCKER_HOST": NO_ENGINE,
    }
    environ = {**os.environ, **own, "NEBTUI_STATE": str(folder / "state"), "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "nebtui", *arguments]
    return subprocess.run(
        argv, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("engine", [(), ("--no-engine",)], ids=["engine absent", "no engine"])
def test_the_json_of_the_contract(tmp_path: Path, library: Path, engine: tuple[str, ...]) -> None:
    """Exactly the contract's keys, null for what is missing."""
    text = machine(2, "0.procs=999999:1000:5\n1.err=15\n")
    done = nebtui(tmp_path, library, text, "gpu", "--format", "json", *engine)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(answer) == {"version", "driver", "cuda", "gpus", "pairs", "chain"}
    keys = {
        "index",
        "uuid",
        "name",
        "utilization",
        "memory_used",
        "memory_total",
        "temperature",
        "power_watts",
    }
    keys |= {"error", "processes", "troubles", "pcie", "nvlinks", "mig", "instances", "xids"}
    assert [set(gpu) for gpu in answer["gpus"]] == [keys] * 2
    process = {
        "pid": 999999,
        "memory": 1000,
        "sm": 5,
        "instance": None,
        "container": None,
        "project": None,
        "service": None,
    }
    assert answer["gpus"][0]["processes"] == [process]
    assert answer["gpus"][0]["power_watts"] == 312.5
    assert answer["gpus"][1]["utilization"] is None
    assert answer["pairs"] == []  # one of the two cards does not answer
    assert all(set(link) == {"link", "state", "message"} for link in answer["chain"])


def test_the_text(tmp_path: Path, library: Path) -> None:
    """Driver, devices with their figures, processes, the chain."""
    told = nebtui(
        tmp_path, library, machine(2, "0.procs=999999:1048576:-\n"), "gpu", "--no-engine"
    ).stdout
    for text in (
        "NVIDIA driver 550.54.15, serves CUDA up to 12.4",
        "87 %  18.3/24.0 GiB  61 °C  312/450 W",
        "PID 999999",
    ):
        assert text in told
    assert "one host bridge" in told


def test_instances_links_and_errors(tmp_path: Path, library: Path) -> None:
    """A divided card's instances with their processes, the pairs of three cards, a narrow link
    under load and an Xid error, as text and as JSON."""
    scenario = machine(
        3,
        divided(2, 1, "2.mig0.procs=999999:1048576:-\n")
        + "0.pcie_width=1\n0.nvlinks=1:1\nxids=1:1:79\n",
    )
    told = nebtui(tmp_path, library, scenario, "gpu", "--no-engine").stdout
    for text in (
        "NVLink 2/2 up",
        "works over PCIe 4.0 x1 of 4.0 x16",
        "Xid 79 (GPU has fallen off the bus)",
        "MIG 0  1g.10gb  1.0/9.8 GiB  MIG-00000002-0000",
        "    PID 999999",
        "GPU 0        ·   PHB ✗   PHB ✗",
    ):
        assert text in told
    done = nebtui(tmp_path, library, scenario, "gpu", "--no-engine", "--format", "json")
    first, second, third = json.loads(done.stdout)["gpus"]
    assert first["nvlinks"] == {"up": 2, "total": 2}
    assert first["pcie"]["width"] == 1
    assert first["troubles"][0].startswith("works over PCIe")
    assert [(x["number"], x["name"]) for x in second["xids"]] == [
        (79, "GPU has fallen off the bus")
    ]
    assert third["mig"]
    assert third["instances"][0]["profile"] == "1g.10gb"
    assert third["processes"][0]["instance"] == 0


def test_doctor_names_the_broken_link(tmp_path: Path, library: Path) -> None:
    """A library that does not start is the broken link, with a remedy; the other links are still
    told."""
    done = nebtui(tmp_path, library, machine(1, "err.init=18\n"), "doctor", "--format", "json")
    links = {link["name"]: link for link in json.loads(done.stdout)["links"]}
    assert done.returncode == 1
    assert links["gpu: driver"]["state"] == "broken"
    assert "different versions" in links["gpu: driver"]["message"]
    assert links["gpu"]["message"].startswith("mend this first")
    assert "compose" in links


@pytest.mark.parametrize("arguments", [("gpu", "--no-engine"), ("gpu",), ("doctor",)], ids=" ".join)
def test_a_driver_that_hangs_keeps_nobody_waiting(
    tmp_path: Path, library: Path, arguments: tuple[str, ...]
) -> None:
    """Every command ends, and says that the driver does not answer and what to do."""
    hang = machine(1, "sleep.nvmlDeviceGetUtilizationRates=100000\n")
    done = nebtui(tmp_path, library, hang, *arguments)
    assert "not answer" in done.stdout
    assert "dmesg" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_name_that_is_no_text_is_a_missing_name(tmp_path: Path, library: Path) -> None:
    """One garbled answer costs that figure and nothing else."""
    garbled = machine(1).encode() + b"0.name=x\xff\n"
    done = nebtui(tmp_path, library, garbled, "gpu", "--no-engine", "--format", "json")
    (gpu,) = json.loads(done.stdout)["gpus"]
    assert (gpu["name"], gpu["utilization"], gpu["error"]) == ("GPU 0", 87, None)
