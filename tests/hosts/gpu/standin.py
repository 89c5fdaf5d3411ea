"""A child process that runs nebtui's NVML source on the stand-in library, asked line by line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "nvml_standin.c"
ROOT = Path(__file__).parents[3]

CARD = """\
{n}.name=NVIDIA GeForce RTX 4090
{n}.uuid=GPU-00000000-0000-0000-0000-00000000000{n}
{n}.util=87
{n}.mem_total=25757220864
{n}.mem_used=19660800000
{n}.temp=61
{n}.power=312500
{n}.limit=450000
{n}.sm_clock=2520
{n}.max_clock=3105
{n}.mem_clock=10501
{n}.reasons=4
{n}.pstate=2
{n}.fan=41
{n}.mig=0
{n}.ecc=0
{n}.capability=8:9
{n}.p2p=2
{n}.topology=30
{n}.pcie_gen=4
{n}.pcie_width=16
{n}.pcie_max_gen=4
{n}.pcie_max_width=16
{n}.events=8
"""

INSTANCE = """\
{n}.mig{m}.uuid=MIG-0000000{n}-000{m}
{n}.mig{m}.name=NVIDIA H100 80GB HBM3 MIG 1g.10gb
{n}.mig{m}.slices=1:1
{n}.mig{m}.gi={gi}
{n}.mig{m}.mem_total=10468982784
{n}.mig{m}.mem_used=1073741824
"""


def machine(count: int = 1, extra: str = "") -> str:
    """A scenario with some cards of one kind; later lines win."""
    cards = "".join(CARD.format(n=n) for n in range(count))
    return f"count={count}\ndriver=550.54.15\ncuda=12040\n{cards}{extra}"


def divided(n: int = 0, instances: int = 2, extra: str = "") -> str:
    """The lines that divide a card into instances, GPU instance 7 being the first; later lines
    win."""
    parts = "".join(INSTANCE.format(n=n, m=m, gi=7 + m) for m in range(instances))
    hidden = f"{n}.err.nvmlDeviceGetUtilizationRates=3\n{n}.err.nvmlDeviceGetProcessUtilization=3\n"
    return f"{n}.mig=1\n{n}.mig_most=7\n{hidden}{parts}{extra}"


CHILD = """
import dataclasses, json, sys, time
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.gpu.nvml import NvmlSource
late = 0.0
clock = MachineClock(steady=lambda: time.monotonic() + late)
source = NvmlSource(sys.argv[1], clock)
for line in sys.stdin:
    late += float(line)
    began = time.perf_counter()
    rows = source.snapshot()
    took = time.perf_counter() - began
    stack = dataclasses.asdict(source.stack())
    rows = [{**dataclasses.asdict(row), "containers": row.containers} for row in rows]
    print(json.dumps({"rows": rows, "stack": stack, "seconds": took}), flush=True)
"""


def build(folder: Path) -> Path | None:
    """Compile the stand-in into a folder; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    target = folder / "libnvidia-ml.so.1"
    named = "-Wl,-soname,libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", target, named, SOURCE], check=True)
    return folder


class Standin:
    """`round` asks once; `write` and `add` change the machine meanwhile."""

    def __init__(self, library: Path, scenario: Path, text: str, root: str) -> None:
        self.library, self.scenario, self.text = library, scenario, text
        self.write(text)
        self._child = subprocess.Popen(
            [sys.executable, "-c", CHILD, root],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def environ(self) -> dict[str, str]:
        """What makes a process use this machine."""
        return {"LD_LIBRARY_PATH": str(self.library), "NVML_SCENARIO": str(self.scenario)}

    def write(self, text: str) -> None:
        """Another machine from now on."""
        self.text = text
        fresh = self.scenario.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.scenario)  # never half a file for the child

    def add(self, line: str) -> None:
        """One more line; the last one of a key counts."""
        self.write(f"{self.text}{line}\n")

    def round(self, after: float = 0.0) -> dict[str, Any]:
        """The rows, the stack and the seconds of one round, that many seconds later."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{after}\n")
        self._child.stdin.flush()
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer

    def close(self) -> None:
        """End the child."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(10)
        self._child.stdout.close()
