"""The summary's line of the machine: its GPUs, as widely as there is room beside the speeds of the
servers."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from nebtui.analysis.gpu import words as gpu_words
from nebtui.analysis.services import service_keys
from nebtui.analysis.throughput.summary import ASCII_BARS, BARS, samples_of, sparkline, words
from nebtui.facts.samples import GpuSample
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import percent
from nebtui.tui.widgets.markup import joined

GIB = 1024**3
SPARK_WIDTH = 12
"""The hour that is known in bars of five minutes: so many fit beside a name."""
BAR = 8
GAP = Content("   ")


def machine(snapshot: Snapshot, width: int, *, ascii: bool) -> Content:
    """GPUs and speeds; the widest form of the GPUs that leaves a third of the line to the speeds,
    if they need it. Empty where there is neither."""
    speeds = _speeds(snapshot, ASCII_BARS if ascii else BARS)
    devices = list(snapshot.gpus.values())
    if not devices:
        return GAP.join(speeds)
    needed = sum(speed.cell_length + GAP.cell_length for speed in speeds)
    room = width - min(needed, width // 3)
    forms: tuple[Callable[[GpuSample], Content], ...] = (
        lambda one: _wide(one, ascii=ascii),
        lambda one: _middle(one, ascii=ascii),
        _short,
    )
    text = (GAP.join([form(one) for one in devices]) for form in forms)
    fitting = (content for content in text if content.cell_length <= room)
    return GAP.join([next(fitting, None) or _sum(devices), *speeds])


def _wide(gpu: GpuSample, *, ascii: bool) -> Content:
    """Name, meter and all figures."""
    if gpu.silent:
        return _silent(gpu)
    name = gpu.name.removeprefix("NVIDIA ").removeprefix("GeForce ")
    heat = "–" if gpu.temperature is None else f"{gpu.temperature} °C"
    power = "–" if gpu.power is None else f"{gpu.power:.0f} W"
    return joined(
        (f" GPU {gpu.index} {name} ", "dim"),
        *_meter(gpu, ascii=ascii),
        f"{gpu_words.memory(gpu)}  {heat}  {power}",
    )


def _middle(gpu: GpuSample, *, ascii: bool) -> Content:
    """Meter and memory."""
    if gpu.silent:
        return _silent(gpu)
    return joined((f" GPU {gpu.index} ", "dim"), *_meter(gpu, ascii=ascii), gpu_words.memory(gpu))


def _meter(gpu: GpuSample, *, ascii: bool) -> list[tuple[str, str]]:
    full, empty = ("#", ".") if ascii else ("█", "·")
    filled = 0 if gpu.utilization is None else round(gpu.utilization / 100 * BAR)
    return [
        (full * filled, "info"),
        (empty * (BAR - filled), "dim"),
        (f" {percent(gpu.utilization)} ", "info"),
    ]


def _short(gpu: GpuSample) -> Content:
    """Use and memory."""
    if gpu.silent:
        return _silent(gpu)
    return joined(
        (f" GPU {gpu.index} ", "dim"),
        (f"{percent(gpu.utilization)} ", "info"),
        gpu_words.memory(gpu),
    )


def _silent(gpu: GpuSample) -> Content:
    return joined((f" GPU {gpu.index} ", "dim"), ("lost" if gpu.lost else "no answer", "bad"))


def _sum(devices: list[GpuSample]) -> Content:
    """Many devices as one: the mean of those that tell, and how many do not answer."""
    known = [gpu.utilization for gpu in devices if gpu.utilization is not None]
    used = [gpu.memory_used for gpu in devices if gpu.memory_used is not None]
    total = [gpu.memory_total for gpu in devices if gpu.memory_total is not None]
    mean = percent(sum(known) / len(known) if known else None)
    memory = f"{sum(used) / GIB:.0f}/{sum(total) / GIB:.0f} GiB" if used and total else "–"
    silent = sum(gpu.silent for gpu in devices)
    text = [(f"  {silent} lost or silent", "bad")] if silent else []
    return joined((f" {len(devices)} GPUs ", "dim"), (f"{mean} ", "info"), memory, *text)


def _speeds(snapshot: Snapshot, bars: str) -> list[Content]:
    """Each inference server with its speed and the last hour; a narrow terminal cuts off those that
    idle."""
    result: list[tuple[int, Content]] = []
    for project in snapshot.projects if snapshot.throughput else ():
        for key in service_keys(snapshot, project):
            samples = samples_of(snapshot, key)
            speed = words(samples)
            if speed.rate:
                line_of = sparkline(max((s.trend for s in samples), key=len), SPARK_WIDTH, bars)
                tone = speed.rate_tone or "info"
                idle = 0 if tone == "warn" else 2 if tone == "dim" else 1
                text = (f" {line_of}", "dim") if line_of else ""
                result.append((idle, joined((f" {key.service} ", "dim"), (speed.rate, tone), text)))
    return [content for _, content in sorted(result, key=lambda item: item[0])]
