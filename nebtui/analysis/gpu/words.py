"""The figures of a GPU in words, for every front end; what is missing is `–`."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.facts.gpu import GpuProcess, GpuSample
from nebtui.facts.snapshot import Snapshot

GIB, MIB = 1 << 30, 1 << 20
STEP_GLYPHS: Mapping[str, str] = {"yes": "✓", "no": "✗", "unknown": "?"}
"""Answer of a step of evidence → glyph."""


def memory(one: GpuSample) -> str:
    """Used and total memory."""
    if one.unified:
        return "unified memory"
    if one.memory_used is None and one.memory_total is None:
        return "– GiB"
    used, total = (
        "–" if n is None else f"{n / GIB:.1f}" for n in (one.memory_used, one.memory_total)
    )
    return f"{used}/{total} GiB"


def power(one: GpuSample) -> str:
    """Watts, with the limit where there is one."""
    limit = f"/{one.power_limit:.0f}" if one.power_limit is not None else ""
    return "– W" if one.power is None else f"{one.power:.0f}{limit} W"


def temperature(one: GpuSample) -> str:
    """Degrees."""
    return "– °C" if one.temperature is None else f"{one.temperature} °C"


def details(one: GpuSample) -> tuple[str, ...]:
    """Clock, performance state and MIG, as far as the driver gives them."""
    return (
        *(() if one.clock is None else (f"{one.clock} MHz",)),
        *(() if one.pstate is None else (f"P{one.pstate}",)),
        *(("MIG",) if one.mig else ()),
    )


def troubles(one: GpuSample) -> tuple[str, ...]:
    """What is wrong with a device, a sentence each."""
    found = [one.error] if one.error else []
    found += [f"slowed down: {reason}" for reason in one.slowdowns]
    if one.ecc_errors:
        found.append(f"{one.ecc_errors} uncorrected memory errors since the driver was loaded")
    return (*found, one.remapped) if one.remapped else tuple(found)


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
