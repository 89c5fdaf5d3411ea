"""One round of questions to one NVIDIA device."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from nebtui.facts.gpu import GpuProcess, GpuSample
from nebtui.hosts.gpu.nvml_errors import (
    FATAL,
    NOT_FOUND,
    NOT_SUPPORTED,
    UNINITIALIZED,
    device_problem,
    slowdowns,
)

STATIC_EVERY = 30.0
"""Seconds between looks at what hardly changes: limits, MIG mode, ECC, remapped rows."""
LARGEST_PID = 1 << 22
"""Drivers 535.43 to 535.86 filled process lists with wrong structures (gpustat issue 161): no
process has more."""
SM_CLOCK = 1
UNCORRECTED, VOLATILE = 1, 0


GARBLED = (UnicodeDecodeError, ctypes.ArgumentError)
"""What the binding raises over an answer it cannot convert: that figure is not available either."""


class DeviceError(Exception):
    """Nothing more can be asked of this device in this round; the code is NVML's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Device:
    """One device: its handle, what hardly changes of it, and the newest process sample seen."""

    index: int
    handle: Any
    static: GpuSample
    read_at: float = float("-inf")
    newest: int = 0
    """µs; older samples of `nvmlDeviceGetProcessUtilization` were seen before."""
    trouble: str = ""


@dataclass(slots=True)
class DeviceReading:
    """The questions of one round to one device."""

    nvml: ModuleType
    device: Device
    now: float
    error: str = ""

    def ask(self, name: str, *arguments: Any) -> Any:
        """The answer of an NVML call; None where it is not available. Raises DeviceTrouble where
        the device is lost."""
        function = getattr(self.nvml, name, None)
        if function is None:  # an older binding
            return None
        try:
            return function(self.device.handle, *arguments)
        except self.nvml.NVMLError as error:
            self._failed(int(error.value))
            return None
        except GARBLED:
            return None

    def _failed(self, code: int) -> None:
        if code in FATAL or code == UNINITIALIZED:
            raise DeviceError(code)
        self.error = self.error or device_problem(code, self.device.index)

    def all(self) -> GpuSample:
        """The whole row."""
        device = self.device
        if device.handle is None:
            device.handle = self._handle()
            device.read_at = float("-inf")
        if self.now - device.read_at >= STATIC_EVERY or self.now < device.read_at:
            device.static = self._static()
            device.read_at = self.now
        used, total, unified = self._memory()
        usage = self.ask("nvmlDeviceGetUtilizationRates")
        power = self.ask("nvmlDeviceGetPowerUsage")
        reasons = self.ask("nvmlDeviceGetCurrentClocksEventReasons")
        if reasons is None:
            reasons = self.ask("nvmlDeviceGetCurrentClocksThrottleReasons")
        return replace(
            device.static,
            at=self.now,
            utilization=None if usage is None else int(usage.gpu),
            memory_used=used,
            memory_total=total,
            unified=unified,
            temperature=self._temperature(),
            power=None if power is None else power / 1000,
            clock=self.ask("nvmlDeviceGetClockInfo", SM_CLOCK),
            slowdowns=slowdowns(reasons),
            pstate=self._pstate(),
            fan=self.ask("nvmlDeviceGetFanSpeed"),
            processes=self._processes(),
            error=self.error,
        )

    def _handle(self) -> Any:
        try:
            return self.nvml.nvmlDeviceGetHandleByIndex(self.device.index)
        except self.nvml.NVMLError as error:
            raise DeviceError(int(error.value)) from None

    def _static(self) -> GpuSample:
        """What hardly changes."""
        limit = self.ask("nvmlDeviceGetEnforcedPowerLimit")
        capability = self.ask("nvmlDeviceGetCudaComputeCapability")
        mig = self.ask("nvmlDeviceGetMigMode")
        ecc = self.ask("nvmlDeviceGetEccMode")
        errors = (
            self.ask("nvmlDeviceGetTotalEccErrors", UNCORRECTED, VOLATILE)
            if ecc and ecc[0]
            else None
        )
        return GpuSample(
            index=self.device.index,
            name=self.ask("nvmlDeviceGetName") or self.device.static.name,
            at=self.now,
            uuid=self.ask("nvmlDeviceGetUUID") or self.device.static.uuid,
            power_limit=None if limit is None else limit / 1000,
            capability=f"{capability[0]}.{capability[1]}" if capability else "",
            mig=None if mig is None else bool(mig[0]),
            ecc_errors=errors,
            remapped=remapped(self.ask("nvmlDeviceGetRemappedRows")),
        )

    def _memory(self) -> tuple[int | None, int | None, bool]:
        """Used and total bytes, reserved memory not counted as used; no figure where memory is the
        machine's own."""
        try:
            memory = self.nvml.nvmlDeviceGetMemoryInfo(self.device.handle, self.nvml.nvmlMemory_v2)
        except self.nvml.NVMLError as error:
            code = int(error.value)
            if code == NOT_SUPPORTED:
                return None, None, True
            self._failed(code)
            memory = self.ask("nvmlDeviceGetMemoryInfo")
        if memory is None:
            return None, None, False
        return (
            (None, None, True)
            if memory.total == 0
            else (int(memory.used), int(memory.total), False)
        )

    def _temperature(self) -> int | None:
        """°C of the GPU; the newer call first, the older one will be removed with CUDA 14."""
        for name in ("nvmlDeviceGetTemperatureV", "nvmlDeviceGetTemperature"):
            value = self.ask(name, 0)
            if value is not None:
                return int(value)
        return None

    def _pstate(self) -> int | None:
        state = self.ask("nvmlDeviceGetPerformanceState")
        return state if isinstance(state, int) and 0 <= state <= 15 else None

    def _processes(self) -> tuple[GpuProcess, ...] | None:
        """Compute and graphics processes with their SM share. No list, or no share, is
        None."""
        lists = [
            self.ask(f"nvmlDeviceGet{kind}RunningProcesses") for kind in ("Compute", "Graphics")
        ]
        if lists[0] is None:
            return None
        memory: dict[int, int | None] = {}
        for process in (p for listed in lists for p in listed or ()):
            if 0 < process.pid < LARGEST_PID:
                memory[process.pid] = max_of(memory.get(process.pid), process.usedGpuMemory)
        shares = self._shares() if memory else {}
        # Where the driver hides memory (WSL2, MIG) it hides work as well: a missing share is then
        # not a zero.
        default = None if shares is None or None in memory.values() else 0
        return tuple(
            GpuProcess(pid, used, (shares or {}).get(pid, default))
            for pid, used in sorted(memory.items())
        )

    def _shares(self) -> dict[int, int] | None:
        """SM percent by pid since the last round; {} where no process worked, None where the device
        does not tell."""
        since = self.device.newest or int((self.now - 1.0) * 1e6)
        try:
            samples = self.nvml.nvmlDeviceGetProcessUtilization(self.device.handle, since)
        except self.nvml.NVMLError as error:
            code = int(error.value)
            # NOT_FOUND is NVML's word for "no process worked"; for no samples the binding raises
            # its code 0.
            if code in (0, NOT_FOUND):
                return {}
            self._failed(code)
            return None
        result: dict[int, tuple[int, int]] = {}
        for sample in samples:
            if 0 < sample.pid < LARGEST_PID and sample.timeStamp > since and sample.smUtil <= 100:
                result[sample.pid] = max(
                    result.get(sample.pid, (0, 0)), (int(sample.timeStamp), int(sample.smUtil))
                )
        self.device.newest = max([since, *(stamp for stamp, _ in result.values())])
        return {pid: share for pid, (_, share) in result.items()}


def remapped(rows: tuple[int, int, int, int] | None) -> str:
    """What is wrong with remapped memory rows: (correctable, uncorrectable, pending, failed)."""
    if not rows:
        return ""
    if rows[3]:
        return "a memory row could not be remapped: replace the card"
    return "memory rows wait for a reset to be remapped" if rows[2] else ""


def max_of(one: int | None, other: int | None) -> int | None:
    """The larger figure, the known one where only one is."""
    return other if one is None else one if other is None else max(one, other)
