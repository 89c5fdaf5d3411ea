"""NVIDIA devices through NVML (nvidia-ml-py), every call guarded: what a device does not give is
None, never 0."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from types import ModuleType
from typing import Any

from nebtui.facts.gpu import GpuPeer, GpuSample, GpuStack, XidEvent
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.gpu import kernel_log, stack
from nebtui.hosts.gpu.nvml_device import GARBLED, Device, DeviceError, DeviceReading
from nebtui.hosts.gpu.nvml_errors import (
    FATAL,
    LIBRARY_NOT_FOUND,
    NO_DEVICES,
    TOPOLOGY,
    UNINITIALIZED,
    device_problem,
    init_problem,
)
from nebtui.hosts.gpu.nvml_events import XidEvents
from nebtui.hosts.gpu.source import nvml_library

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until a library that failed to start is tried again; doubles."""
SLOW = 1.0
"""Seconds after which an answer counts as trouble of the device."""
LINKS_EVERY = 300.0
"""Seconds between looks at the files of the chain."""
P2P_READ, P2P_NVLINK = 0, 2
"""Literal, because the binding's constant NVML_P2P_CAPS_INDEX_READ is the tuple (0,) in 13.615."""
LAST_XIDS = 20
"""Errors kept of each device."""


class NvmlSource:
    """All NVIDIA devices. The binding is imported by the first round, in the thread that calls
    it."""

    def __init__(self, root: str = "/", clock: MachineClock = MACHINE) -> None:
        self._clock = clock
        self._root = root
        self._nvml: ModuleType | None = None
        self._devices: list[Device] = []
        self._stack = GpuStack(present=True, vendor="NVIDIA")
        self._next_try = float("-inf")
        self._pause = FIRST_PAUSE
        self._asking: int | None = None
        self._linked = 0.0
        self._events: XidEvents | None = None
        self._xids: dict[int, tuple[XidEvent, ...]] = {}
        """The newest errors of each device, oldest first; they outlive a restart of the library."""

    @property
    def asking(self) -> int | None:
        """The device asked right now."""
        return self._asking

    def stack(self) -> GpuStack:
        """The chain as the last start of the library found it."""
        return self._stack

    def snapshot(self) -> tuple[GpuSample, ...]:
        """One round. While the library does not start it is tried again, ever more rarely."""
        if self._nvml is None and not self._start():
            return ()
        found = tuple(self._sample(device) for device in self._devices)
        self._asking = None
        self._take_events()
        found = tuple(replace(row, xids=self._xids.get(row.index, ())) for row in found)
        self._look_again()
        if any(device.trouble == "uninitialized" for device in self._devices):
            self.close()
        return found

    def _take_events(self) -> None:
        for index, event in self._events.news(self._clock.now()) if self._events else ():
            self._xids[index] = (*self._xids.get(index, ()), event)[-LAST_XIDS:]

    def _look_again(self) -> None:
        """An upgrade, a module or the toolkit may come or go while the driver runs."""
        now = self._clock.steady()
        if now - self._linked >= LINKS_EVERY:
            self._linked = now
            links = stack.links(self._root, "", "", self._stack.driver)
            self._stack = replace(self._stack, links=links)

    def close(self) -> None:
        """Shut the library down; the next round starts it again."""
        nvml, self._nvml = self._nvml, None
        events, self._events = self._events, None
        if events is not None:
            events.close()
        self._devices = []
        self._next_try = float("-inf")
        if nvml is not None:
            try:
                nvml.nvmlShutdown()
            except nvml.NVMLError:
                return  # it was not running any more

    def _start(self) -> bool:
        if self._clock.steady() < self._next_try:
            return False
        code = self._open()
        if code is None:
            self._pause = FIRST_PAUSE
            return True
        problem, remedy = init_problem(code)
        links = stack.links(self._root, problem, remedy, code=code)
        self._stack = GpuStack(
            True, "NVIDIA", stack.module_version(self._root), None, problem, remedy, links
        )
        self._next_try = self._clock.steady() + self._pause
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)
        return False

    def _open(self) -> int | None:
        """Start the library and find the devices; the code of what went wrong, None if nothing
        did."""
        if not nvml_library():
            return LIBRARY_NOT_FOUND
        import pynvml as nvml

        try:
            nvml.nvmlInit()
            self._nvml = nvml
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            self._nvml = None
            return int(error.value)
        self._devices = [self._device(index) for index in range(count)]
        self._linked = self._clock.steady()
        handles = [(at, self._plain(nvml.nvmlDeviceGetHandleByIndex, at)) for at in range(count)]
        answering = [(index, handle) for index, handle in handles if handle is not None]
        self._events = XidEvents(nvml, answering)
        if not self._xids:
            self._xids = self._earlier(nvml, answering)
        self._describe(nvml, answering)
        return None

    def _earlier(
        self, nvml: ModuleType, devices: list[tuple[int, Any]]
    ) -> dict[int, tuple[XidEvent, ...]]:
        """The errors of the devices that the kernel log still holds."""
        places = {}
        for index, handle in devices:
            info = self._plain(nvml.nvmlDeviceGetPciInfo, handle)
            if info is not None:
                places[kernel_log.place(_text(info.busId))] = index
        found: dict[int, tuple[XidEvent, ...]] = {}
        # On Linux the steady clock begins at the start of the machine, as the log's does.
        booted = self._clock.now() - self._clock.steady()
        for place, event in kernel_log.errors(os.path.join(self._root, "dev/kmsg"), booted):
            if (device := places.get(place)) is not None:
                found[device] = (*found.get(device, ()), event)[-LAST_XIDS:]
        return found

    def _describe(self, nvml: ModuleType, devices: list[tuple[int, Any]]) -> None:
        """The chain of a library that runs; `devices` are those that answer."""
        count = len(self._devices)
        driver = self._plain(nvml.nvmlSystemGetDriverVersion)
        cuda = self._plain(nvml.nvmlSystemGetCudaDriverVersion_v2)
        self._stack = GpuStack(
            present=True,
            vendor="NVIDIA",
            driver=driver,
            cuda=f"{cuda // 1000}.{cuda % 1000 // 10}"
            if isinstance(cuda, int) and cuda > 0
            else None,
            problem="" if count else NO_DEVICES,
            remedy="" if count else "look at lspci for the card, and at dmesg for NVRM lines",
            links=stack.links(self._root, "", "", driver),
            peers=tuple(self._peers(nvml, devices)),
            blind=stack.unattributable(self._root),
        )

    def _device(self, index: int) -> Device:
        return Device(index, None, GpuSample(index, f"GPU {index}", self._clock.now()))

    def _plain(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The answer, None where the driver has none."""
        assert self._nvml is not None  # only called while the library runs
        try:
            return function(*arguments)
        except (self._nvml.NVMLError, *GARBLED):
            return None

    def _peers(self, nvml: ModuleType, devices: list[tuple[int, Any]]) -> Iterator[GpuPeer]:
        """Each pair of devices, asked once: this does not change while the driver runs."""
        for (first, one), (second, other) in combinations(devices, 2):
            reads, linked = (
                self._plain(nvml.nvmlDeviceGetP2PStatus, one, other, index)
                for index in (P2P_READ, P2P_NVLINK)
            )
            level = self._plain(nvml.nvmlDeviceGetTopologyCommonAncestor, one, other)
            direct = None if reads is None else reads == 0
            yield GpuPeer(first, second, direct, TOPOLOGY.get(level, ""), linked == 0)

    def _sample(self, device: Device) -> GpuSample:
        """One device; where it fails, a row that says so, with what was read before it failed."""
        nvml = self._nvml
        assert nvml is not None  # only called while the library runs
        self._asking = device.index
        began = self._clock.steady()
        reading = DeviceReading(nvml, device, self._clock.now())
        try:
            found = reading.all()
        except DeviceError as trouble:
            device.trouble = "uninitialized" if trouble.code == UNINITIALIZED else "lost"
            device.handle = None  # asked for again in the next round: a device may come back
            sentence = device_problem(trouble.code, device.index) or init_problem(trouble.code)[0]
            return replace(
                device.static, at=self._clock.now(), error=sentence, lost=trouble.code in FATAL
            )
        device.trouble = ""
        seconds = self._clock.steady() - began
        if seconds > SLOW and not found.error:
            found = replace(
                found,
                error=f"the driver took {seconds:.1f} s to answer for this device: look at dmesg",
            )
        return found


def _text(value: bytes | str) -> str:
    """A text of a structure: bytes, or already decoded, by release of the binding."""
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value
