"""The instances of a divided (MIG) device: what each was cut as, its memory, and its processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nebtui.facts.gpu import GpuProcess, MigInstance
from nebtui.hosts.gpu import nvml_processes
from nebtui.hosts.gpu.nvml_errors import NO_PERMISSION
from nebtui.hosts.gpu.nvml_processes import Asks
from nebtui.light_dataclass import dataclass

MIB_OF_A_GIB = 1024
_PROFILE = re.compile(r"\bMIG (\d\S*)")


@dataclass(frozen=True, slots=True)
class MigHandle:
    """An instance with its handle; the handle is None where this user may not use it."""

    handle: Any
    instance: MigInstance


def found(asks: Asks, device: Any) -> tuple[MigHandle, ...]:
    """The instances there are now, without their figures; () on a device that is not divided."""
    most = asks.of(device, "nvmlDeviceGetMaxMigDeviceCount") or 0
    return tuple(one for index in range(most) for one in _at(asks, device, index))


def _at(asks: Asks, device: Any, index: int) -> Iterator[MigHandle]:
    handle = asks.of(device, "nvmlDeviceGetMigDeviceHandleByIndex", index)
    if handle is None:
        if asks.code == NO_PERMISSION:
            yield MigHandle(None, MigInstance(index, listed=False))
        return
    attributes = asks.of(handle, "nvmlDeviceGetAttributes")
    name = asks.of(handle, "nvmlDeviceGetName") or ""
    instance = MigInstance(
        index,
        profile(name, attributes),
        asks.of(handle, "nvmlDeviceGetUUID") or "",
        memory_total=int(attributes.memorySizeMB) << 20 if attributes else None,
        gpu_instance=asks.of(handle, "nvmlDeviceGetGpuInstanceId"),
    )
    yield MigHandle(handle, instance)


def profile(name: str, attributes: Any) -> str:
    """What an instance was cut as: by its name (`NVIDIA H100 MIG 1g.10gb`), else by its slices and
    memory (`nvmlDeviceGetAttributes`, memory in MiB); "" where neither tells."""
    if match := _PROFILE.search(name):
        return match[1]
    if not attributes or not attributes.gpuInstanceSliceCount:
        return ""
    slices, compute = attributes.gpuInstanceSliceCount, attributes.computeInstanceSliceCount
    part = f"{compute}c." if 0 < compute < slices else ""
    gib = -(-attributes.memorySizeMB // MIB_OF_A_GIB)
    return f"{part}{slices}g.{gib}gb"


def read(asks: Asks, one: MigHandle) -> tuple[MigInstance, tuple[GpuProcess, ...]]:
    """An instance with its memory, and its processes; no list is told by `listed`."""
    if one.handle is None:
        return one.instance, ()
    memory = asks.of(one.handle, "nvmlDeviceGetMemoryInfo")
    listed = nvml_processes.listed(asks, one.handle)
    amounts = sorted((listed or {}).items())
    instance = replace(
        one.instance,
        memory_used=None if memory is None else int(memory.used),
        memory_total=one.instance.memory_total if memory is None else int(memory.total),
        listed=listed is not None,
    )
    processes = (GpuProcess(pid, used, instance=one.instance.index) for pid, used in amounts)
    return instance, tuple(processes)
