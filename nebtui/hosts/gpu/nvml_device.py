"""One round of questions to one NVIDIA device."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from types import ModuleType
from typing import Any

from nebtui.facts.gpu import GpuProcess, GpuSample, MigInstance, PcieLink
from nebtui.hosts.gpu import nvml_mig, nvml_processes
from nebtui.hosts.gpu.nvml_errors import (
    FATAL,
    NOT_SUPPORTED,
    UNINITIALIZED,
    device_problem,
    slowdowns,
)
from nebtui.hosts.gpu.nvml_mig import MigHandle
from nebtui.light_dataclass import dataclass

STATIC_EVERY = 30.0
"""Seconds between looks at what hardly changes: limits, MIG mode, ECC, remapped rows."""
MOST_NVLINKS = 36
"""`NVML_NVLINK_MAX_LINKS`."""
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
    parts: tuple[MigHandle, ...] = ()
    """Its MIG instances."""


@dataclass(slots=True)
class DeviceReading:
    """The questions of one round to one device."""

    nvml: ModuleType
    device: Device
    now: float
    error: str = ""
    code: int = 0
    """NVML's code of the last refusal, 0 if the last question was answered."""

    def ask(self, name: str, *arguments: Any) -> Any:
        """The answer of an NVML call; None where it is not available. Raises DeviceError where
        the device is lost."""
        return self.of(self.device.handle, name, *arguments)

    def of(self, handle: Any, name: str, *arguments: Any) -> Any:
        """The same for a handle of one of its instances."""
        function = getattr(self.nvml, name, None)
        self.code = 0
        if function is None:  # an older binding
            return None
        try:
            return function(handle, *arguments)
        except self.nvml.NVMLError as error:
            self.code = int(error.value)
            self._failed(self.code)
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
            device.parts = nvml_mig.found(self, device.handle) if device.static.mig else ()
            device.read_at = self.now
        parts = [nvml_mig.read(self, part) for part in device.parts]
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
            pcie=self._pcie(device.static.pcie),
            instances=tuple(instance for instance, _ in parts),
            processes=self._processes(parts),
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
            pcie=PcieLink(
                best_generation=self.ask("nvmlDeviceGetMaxPcieLinkGeneration"),
                best_width=self.ask("nvmlDeviceGetMaxPcieLinkWidth"),
            ),
            nvlinks=self._nvlinks(),
        )

    def _nvlinks(self) -> tuple[bool, ...]:
        """For each NVLink that the device has whether it is up."""
        states = (self.ask("nvmlDeviceGetNvLinkState", link) for link in range(MOST_NVLINKS))
        return tuple(bool(state) for state in states if state is not None)

    def _pcie(self, best: PcieLink | None) -> PcieLink | None:
        """How it is connected now; None where the driver tells nothing of that."""
        generation = self.ask("nvmlDeviceGetCurrPcieLinkGeneration")
        width = self.ask("nvmlDeviceGetCurrPcieLinkWidth")
        if generation is None and width is None:
            return None
        return replace(best or PcieLink(), generation=generation, width=width)

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

    def _processes(
        self, parts: list[tuple[MigInstance, tuple[GpuProcess, ...]]]
    ) -> tuple[GpuProcess, ...] | None:
        """Compute and graphics processes with their SM share, those of the instances among them
        (of which the device itself may list none). No list, or no share, is None."""
        whole = self._whole()
        if whole is None and not any(instance.listed for instance, _ in parts):
            return None
        inside = [process for _, listed in parts for process in listed]
        known = {process.pid for process in inside}
        return tuple(
            sorted(
                (*inside, *(process for process in whole or () if process.pid not in known)),
                key=lambda process: process.pid,
            )
        )

    def _whole(self) -> tuple[GpuProcess, ...] | None:
        """The processes that the device itself lists."""
        memory = nvml_processes.listed(self, self.device.handle)
        if not memory:
            return None if memory is None else ()
        since = self.device.newest or int((self.now - 1.0) * 1e6)
        shares, self.device.newest = nvml_processes.shares(self, self.device.handle, since)
        return nvml_processes.joined(memory, shares)


def remapped(rows: tuple[int, int, int, int] | None) -> str:
    """What is wrong with remapped memory rows: (correctable, uncorrectable, pending, failed)."""
    if not rows:
        return ""
    if rows[3]:
        return "a memory row could not be remapped: replace the card"
    return "memory rows wait for a reset to be remapped" if rows[2] else ""
