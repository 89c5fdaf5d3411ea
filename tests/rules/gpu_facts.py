"""Facts of GPUs in a case's box; described in tests/cases/README.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nebtui.facts import changes
from nebtui.facts.gpu import GpuProcess, GpuSample, GpuStack
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.link import Link
from nebtui.facts.observed import Container, Engine, Image, Inspection
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot

MIB = 1 << 20
Find = Callable[[str], Container]


def facts(
    kind: str, rest: list[str], now: Snapshot, container: Find
) -> list[changes.Change] | None:
    """The changes of one line, None where it is no line of these."""
    if kind == "driver":
        return [changes.GpuStackSeen(GpuStack(True, "NVIDIA", rest[0], rest[1]))]
    if kind == "drifted":
        told = (
            f"the library is {rest[0]}, the loaded module {rest[1]}: an upgrade waits for a reboot"
        )
        link = Link("driver library", "broken", told, "reboot")
        return [
            changes.GpuStackSeen(
                GpuStack(True, "NVIDIA", rest[1], None, "different versions", links=(link,))
            )
        ]
    if kind in ("gpu", "hides-processes", "lost", "on-gpu"):
        device = _device(kind, rest, now, container)
        return [changes.Sampled(1.0, gpus=tuple({**now.gpus, device.index: device}.values()))]
    if kind == "runtimes":
        links = (
            Link(
                "container toolkit",
                "ok" if "toolkit" in rest else "broken",
                "the toolkit's hook is here",
            ),
        )
        stack = now.gpu_stack or GpuStack()
        engine = Engine("box", "26.1", "1.45", "unix:///x", runtimes=tuple(rest[0].split(",")))
        return [changes.EngineSeen(engine), changes.GpuStackSeen(replace(stack, links=links))]
    if kind == "ships":
        pairs = dict(
            word.partition("=")[::2] for word in " ".join(rest[1:]).replace("~", " ").split(";")
        )
        programs = tuple(pairs.pop("has", "").split(",")) if "has" in pairs else None
        return [changes.ImageSeen(Image(rest[0], (rest[0],), environment=pairs, programs=programs))]
    if kind == "refused":
        error = 'could not select device driver "" with capabilities: [[gpu]]'
        return [
            changes.ContainerSeen(
                replace(container(rest[0]), state="created", inspection=Inspection(error=error))
            )
        ]
    if kind == "granted":
        given = Inspection(gpus=(GpuRequest(count=-1, capabilities=("gpu",)),))
        return [changes.ContainerSeen(replace(container(rest[0]), inspection=given))]
    if kind == "serves":
        one = container(rest[0])
        return [changes.ContainerSeen(one), changes.Sampled(1.0, throughput=(_work(one.id, rest),))]
    return None


def _device(kind: str, rest: list[str], now: Snapshot, container: Find) -> GpuSample:
    index = int(rest[0])
    known = now.gpus.get(index)
    if known is None:
        return GpuSample(
            index,
            " ".join(rest[1:]),
            1.0,
            50,
            uuid=f"GPU-{index:04}",
            processes=(),
            capability="8.9",
        )
    if kind == "hides-processes":
        return replace(known, processes=None)
    if kind == "lost":
        return replace(
            known, processes=None, utilization=None, error="the device is lost", lost=True
        )
    process = GpuProcess(4000 + index, int(rest[2]) * MIB, int(rest[3]), container(rest[1]).id)
    return replace(known, processes=(*(known.processes or ()), process))


def _work(identity: str, rest: list[str]) -> ThroughputSample:
    if rest[1] == "idle":
        return ThroughputSample(
            identity, 1000.0, None, False, last_rate=64.6, last_at=100.0, model="m"
        )
    rate = float(rest[1])
    verdict = "slow" if "slow" in rest else ""
    return ThroughputSample(
        identity,
        1000.0,
        rate,
        True,
        running=2,
        model="m",
        stream=rate,
        usual=64.6,
        verdict=verdict,  # type: ignore[arg-type]
        source="http://x/metrics",
    )
