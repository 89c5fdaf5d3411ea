"""Who is on a device: its process lists, and the share of its time that each had."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Protocol

from nebtui.facts.gpu import GpuProcess
from nebtui.hosts.gpu.nvml_errors import NOT_FOUND

LARGEST_PID = 1 << 22
"""Drivers 535.43 to 535.86 filled process lists with wrong structures (gpustat issue 161): no
process has more."""


class Asks(Protocol):
    """One round of questions to a device (`DeviceReading`)."""

    nvml: ModuleType
    code: int
    """NVML's code of the last refusal, 0 if the last question was answered."""

    def of(self, handle: Any, name: str, *arguments: Any) -> Any:
        """The answer of an NVML call for a handle; None where it is not available."""
        ...


def listed(asks: Asks, handle: Any) -> dict[int, int | None] | None:
    """Memory in bytes by pid of the compute and graphics processes; None where there is no list."""
    lists = [
        asks.of(handle, f"nvmlDeviceGet{kind}RunningProcesses") for kind in ("Compute", "Graphics")
    ]
    if lists[0] is None:
        return None
    memory: dict[int, int | None] = {}
    for process in (p for one in lists for p in one or ()):
        if 0 < process.pid < LARGEST_PID:
            memory[process.pid] = max_of(memory.get(process.pid), process.usedGpuMemory)
    return memory


def shares(asks: Asks, handle: Any, since: int) -> tuple[dict[int, int] | None, int]:
    """SM percent by pid since a time in µs, and the time of the newest sample. {} where no process
    worked, None where the device does not tell."""
    samples = asks.of(handle, "nvmlDeviceGetProcessUtilization", since)
    if samples is None:
        # NOT_FOUND is NVML's word for "no process worked"; for no samples the binding raises its
        # code 0.
        return ({} if asks.code in (0, NOT_FOUND) else None), since
    result: dict[int, tuple[int, int]] = {}
    for sample in samples:
        if 0 < sample.pid < LARGEST_PID and sample.timeStamp > since and sample.smUtil <= 100:
            result[sample.pid] = max(
                result.get(sample.pid, (0, 0)), (int(sample.timeStamp), int(sample.smUtil))
            )
    newest = max([since, *(stamp for stamp, _ in result.values())])
    return {pid: share for pid, (_, share) in result.items()}, newest


def joined(memory: dict[int, int | None], shares: dict[int, int] | None) -> tuple[GpuProcess, ...]:
    """The processes by pid. Where the driver hides memory (WSL2, MIG) it hides work as well: a
    missing share is then not a zero."""
    default = None if shares is None or None in memory.values() else 0
    return tuple(
        GpuProcess(pid, used, (shares or {}).get(pid, default))
        for pid, used in sorted(memory.items())
    )


def max_of(one: int | None, other: int | None) -> int | None:
    """The larger figure, the known one where only one is."""
    return other if one is None else one if other is None else max(one, other)
