"""The figures of a GPU in words, for every front end; what is missing is `–`."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.analysis.gpu.connections import narrow, nvlinks, pcie
from nebtui.facts.gpu import GpuProcess, GpuSample, MigInstance
from nebtui.facts.snapshot import Snapshot

GIB, MIB = 1 << 30, 1 << 20
STEP_GLYPHS: Mapping[str, str] = {"yes": "✓", "no": "✗", "unknown": "?"}
"""Answer of a step of evidence → glyph."""


def memory(one: GpuSample) -> str:
    """Used and total memory."""
    if one.unified:
        return "unified memory"
    return amounts(one.memory_used, one.memory_total)


def amounts(used: int | None, total: int | None) -> str:
    """`18.3/24.0 GiB` of bytes."""
    if used is None and total is None:
        return "– GiB"
    first, second = ("–" if n is None else f"{n / GIB:.1f}" for n in (used, total))
    return f"{first}/{second} GiB"


def power(one: GpuSample) -> str:
    """Watts, with the limit where there is one."""
    limit = f"/{one.power_limit:.0f}" if one.power_limit is not None else ""
    return "– W" if one.power is None else f"{one.power:.0f}{limit} W"


def temperature(one: GpuSample) -> str:
    """Degrees."""
    return "– °C" if one.temperature is None else f"{one.temperature} °C"


def details(one: GpuSample) -> tuple[str, ...]:
    """Clock, performance state, PCIe, NVLink and MIG, as far as the driver gives them."""
    parts = len(one.instances)
    return (
        *(() if one.clock is None else (f"{one.clock} MHz",)),
        *(() if one.pstate is None else (f"P{one.pstate}",)),
        *(text for text in (pcie(one), nvlinks(one)) if text),
        *((f"MIG, {parts} instance{'' if parts == 1 else 's'}",) if one.mig else ()),
    )


def instance(one: MigInstance) -> str:
    """`MIG 0  1g.10gb  1.0/9.8 GiB  MIG-…`; one that this user may not look at says so."""
    if not one.uuid and not one.listed:
        return f"MIG {one.index}  this user may not look at it (/dev/nvidia-caps)"
    listed = "" if one.listed else "  its processes are not listed"
    amount = amounts(one.memory_used, one.memory_total)
    return f"MIG {one.index}  {one.profile or 'profile unknown'}  {amount}  {one.uuid}{listed}"


def troubles(one: GpuSample) -> tuple[str, ...]:
    """What is wrong with a device, a sentence each."""
    found = [one.error] if one.error else []
    found += [f"slowed down: {reason}" for reason in one.slowdowns]
    if one.ecc_errors:
        found.append(f"{one.ecc_errors} uncorrected memory errors since the driver was loaded")
    return (*found, *(text for text in (one.remapped, narrow(one)) if text))


def grouped(
    one: GpuSample,
) -> tuple[tuple[MigInstance | None, tuple[GpuProcess, ...]], ...]:
    """The processes of a device, the largest first, below the instance each runs on; None = on the
    device as a whole. An instance without processes is there too."""
    ordered = sorted(one.processes or (), key=lambda process: -(process.memory or 0))
    places = (None, *one.instances)
    return tuple(
        (place, mine)
        for place in places
        if (mine := tuple(p for p in ordered if p.instance == (place.index if place else None)))
        or place
    )


def process_figures(process: GpuProcess) -> tuple[str, str]:
    """Memory and share of the device's time of a process."""
    amount = "–" if process.memory is None else f"{process.memory / MIB:.0f} MiB"
    return amount, "–" if process.sm is None else str(process.sm)


def owner(snapshot: Snapshot, process: GpuProcess) -> str:
    """`project/service (container)`, the container alone, or the program of the host."""
    container = snapshot.containers.get(process.container or "")
    if container is None:
        shared = " (shared via MPS)" if process.name.startswith("nvidia-cuda-mps") else ""
        return f"{process.name or 'a process'} on the host{shared}"
    if container.project and container.service:
        return f"{container.project}/{container.service} ({container.name})"
    return container.name
