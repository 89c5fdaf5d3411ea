"""Xid events: what devices report as errors while nebtui looks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from nebtui.facts.gpu import XidEvent
from nebtui.hosts.gpu.nvml_errors import FUNCTION_NOT_FOUND

CRITICAL = 0x8
"""`nvmlEventTypeXidCriticalError`."""
NO_INSTANCE = 0xFFFFFFFF
MOST = 32
"""Events taken in one round: a card that fails reports the same error again and again."""


class XidEvents:
    """An event set of all devices that can report errors. It is asked without waiting, in the
    thread that asks everything else: on Linux the driver keeps each event until it is read."""

    def __init__(self, nvml: ModuleType, handles: Iterable[tuple[int, Any]]) -> None:
        """`handles`: the devices by index. Where the driver has no events nothing is reported."""
        self._nvml = nvml
        self._set: Any = None
        self._devices: dict[int | None, int] = {}
        try:
            self._set = nvml.nvmlEventSetCreate()
        except nvml.NVMLError:
            return
        for index, handle in handles:
            self._register(index, handle)
        if not self._devices:
            self.close()

    def _register(self, index: int, handle: Any) -> None:
        nvml = self._nvml
        try:
            if nvml.nvmlDeviceGetSupportedEventTypes(handle) & CRITICAL:
                nvml.nvmlDeviceRegisterEvents(handle, CRITICAL, self._set)
                self._devices[address(handle)] = index
        except nvml.NVMLError:
            return  # this device reports none

    def news(self, now: float) -> Iterator[tuple[int, XidEvent]]:
        """The events since the last call, each with the index of its device."""
        nvml = self._nvml
        for _ in range(MOST if self._set is not None else 0):
            try:
                data = nvml.nvmlEventSetWait_v2(self._set, 0)
            except nvml.NVMLError as error:
                if int(error.value) == FUNCTION_NOT_FOUND:
                    self.close()
                return  # nothing more has happened
            index = self._devices.get(address(data.device))
            if index is not None and data.eventType & CRITICAL:
                part = None if data.gpuInstanceId == NO_INSTANCE else int(data.gpuInstanceId)
                yield index, XidEvent(now, int(data.eventData), part)

    def close(self) -> None:
        """Give the event set back."""
        event_set, self._set = self._set, None
        if event_set is not None:
            try:
                self._nvml.nvmlEventSetFree(event_set)
            except self._nvml.NVMLError:
                return  # the library was not running any more


def address(handle: Any) -> int | None:
    """What a handle points at: two handles of one device are equal in that only."""
    return ctypes.cast(handle, ctypes.c_void_p).value
