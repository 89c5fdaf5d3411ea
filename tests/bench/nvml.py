"""Measures one NVML round of 8 GPUs with 30 processes on the stand-in: `python -m
tests.bench.nvml`. Not asserted.

The stand-in reads its scenario file again for every call, which a real driver does not; a real
driver's own time is not in here.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.hosts.gpu.standin import Standin, build, machine

ROUNDS = 50


def main() -> None:
    """Print the median and the worst round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if build(folder) is None:
            raise SystemExit("no C compiler on this machine")
        lists = [
            ",".join(f"{1000 + 8 * p + n}:1000000:7" for p in range(30) if p % 8 == n)
            for n in range(8)
        ]
        text = machine(8, "".join(f"{n}.procs={procs}\n" for n, procs in enumerate(lists)))
        box = Standin(folder, folder / "scenario", text, "/")
        first = box.round()
        took = sorted(box.round()["seconds"] * 1000 for _ in range(ROUNDS))
        box.close()
    processes = sum(len(row["processes"]) for row in first["rows"])
    print(f"8 GPUs, {processes} processes: first {first['seconds'] * 1000:.1f} ms")
    print(f"median {statistics.median(took):.1f} ms, worst {took[-1]:.1f} ms of {ROUNDS}")


if __name__ == "__main__":
    main()
