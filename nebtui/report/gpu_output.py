"""`nebtui gpu` as text and as JSON of the contract: devices, their processes by container, the
chain, the ladders."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from nebtui.analysis.gpu import xids
from nebtui.analysis.gpu.chain import broken, chain
from nebtui.analysis.gpu.connections import pairs
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.ladder import Ladder
from nebtui.analysis.gpu.words import (
    STEP_GLYPHS,
    details,
    grouped,
    instance,
    memory,
    owner,
    power,
    process_figures,
    temperature,
    troubles,
)
from nebtui.facts.declared import ServiceKey
from nebtui.facts.gpu import GpuProcess, GpuSample, MigInstance, XidEvent
from nebtui.facts.link import GLYPHS
from nebtui.facts.snapshot import Snapshot
from nebtui.report.contract.devices import (
    DeviceJson,
    GpuProcessJson,
    GpusJson,
    MigInstanceJson,
    PcieJson,
    XidJson,
)
from nebtui.text.paths import shortened
from nebtui.text.terminal import plain
from nebtui.text.units import percent

GIB = 1 << 30
MIB = 1 << 20
LAST_XIDS = 5
"""Lines of a device's errors."""


def gpu(snapshot: Snapshot) -> GpusJson:
    """`gpu --format json`: bytes, percent, °C, watts."""
    stack = snapshot.gpu_stack
    return {
        "version": 1,
        "driver": stack.driver if stack else None,
        "cuda": stack.cuda if stack else None,
        "gpus": [device(snapshot, one) for one in snapshot.gpus.values()],
        "pairs": [
            {
                "gpus": [peer.first, peer.second],
                "direct": peer.direct,
                "nvlink": peer.nvlink,
                "between": peer.between or None,
            }
            for peer in (stack.peers if stack else ())
        ],
        "chain": [
            {
                "link": link.name,
                "state": link.state,
                "message": link.message + (f"; {link.remedy}" if link.remedy else ""),
            }
            for link in chain(stack, snapshot.engine, snapshot.containers.values())
        ],
    }


def device(snapshot: Snapshot, one: GpuSample) -> DeviceJson:
    """One device of the JSON of `gpu` and `status`."""
    return {
        "index": one.index,
        "uuid": one.uuid,
        "name": one.name,
        "utilization": one.utilization,
        "memory_used": one.memory_used,
        "memory_total": one.memory_total,
        "temperature": one.temperature,
        "power_watts": one.power,
        "error": one.error or None,
        "processes": [_process(snapshot, process) for process in one.processes or ()],
        "troubles": list(troubles(one)),
        "pcie": _pcie(one),
        "nvlinks": {"up": sum(one.nvlinks), "total": len(one.nvlinks)} if one.nvlinks else None,
        "mig": one.mig,
        "instances": [_instance(part) for part in one.instances],
        "xids": [_xid(event) for event in one.xids],
    }


def _pcie(one: GpuSample) -> PcieJson | None:
    link = one.pcie
    if link is None:
        return None
    return {
        "generation": link.generation,
        "width": link.width,
        "best_generation": link.best_generation,
        "best_width": link.best_width,
    }


def _instance(part: MigInstance) -> MigInstanceJson:
    return {
        "index": part.index,
        "profile": part.profile or None,
        "uuid": part.uuid or None,
        "memory_used": part.memory_used,
        "memory_total": part.memory_total,
    }


def _xid(event: XidEvent) -> XidJson:
    meaning = xids.MEANINGS.get(event.number)
    return {
        "at": event.at,
        "number": event.number,
        "name": meaning.name if meaning else None,
        "gpu_instance": event.gpu_instance,
    }


def _process(snapshot: Snapshot, process: GpuProcess) -> GpuProcessJson:
    container = snapshot.containers.get(process.container or "")
    return {
        "pid": process.pid,
        "memory": process.memory,
        "sm": process.sm,
        "instance": process.instance,
        "container": container.name if container else None,
        "project": container.project if container else None,
        "service": container.service if container else None,
    }


def text(snapshot: Snapshot, named: Collection[ServiceKey] = ()) -> Iterator[str]:
    """The same for people; without a driver one line. The ladders are those of the services that
    run, and of those `named`."""
    stack = snapshot.gpu_stack
    if stack is None or not stack.present:
        yield f"no GPU: {stack.problem if stack and stack.problem else 'not looked for'}"
        return
    serves = f", serves CUDA up to {stack.cuda}" if stack.cuda else ""
    yield plain(f"{stack.vendor} driver {stack.driver or 'version unknown'}{serves}")
    if stack.problem:
        yield plain(f"✗ {stack.problem}")
        yield plain(f"  → {stack.remedy}")
    for one in snapshot.gpus.values():
        yield from _device_lines(snapshot, one)
    yield from (plain(line) for line in pairs(stack))
    links = chain(stack, snapshot.engine, snapshot.containers.values())
    if links:
        yield "chain"
    for link in links:
        yield plain(f"  {GLYPHS[link.state]} {link.name:<18} {link.message}")
    if first := broken(links):
        yield plain(f"broken: {first.name} → {first.remedy or first.message}")
    yield from _ladders(snapshot, named)


def _device_lines(snapshot: Snapshot, one: GpuSample) -> Iterator[str]:
    yield plain(f"GPU {one.index}  {one.name}  " + "  ".join(figures(one)))
    for trouble in troubles(one):
        yield plain(f"  ✗ {trouble}")
    for error in xids.sentences(one, LAST_XIDS):
        yield plain(f"  ✗ {error}")
    if one.processes is None:
        yield "  the driver does not list its processes"
    for place, processes in grouped(one):
        if place is not None:
            yield plain(f"  {instance(place)}")
        indent = "  " if place is None else "    "
        yield from (plain(indent + process_line(snapshot, process)) for process in processes)


def figures(one: GpuSample) -> tuple[str, ...]:
    """The figures of a device as words; what is missing is `–`."""
    return (percent(one.utilization), memory(one), temperature(one), power(one), *details(one))


def process_line(snapshot: Snapshot, process: GpuProcess) -> str:
    """A process with the service it belongs to."""
    amount, share = process_figures(process)
    return f"PID {process.pid:<8} {amount:>10}  {share:>3} %  {owner(snapshot, process)}"


def _ladders(snapshot: Snapshot, named: Collection[ServiceKey]) -> Iterator[str]:
    """The ladders of the services that run and ask for a GPU, or of those named; how many others do
    not run."""
    asking = [key for key, service in snapshot.services() if service.gpu]
    running = [key for key in asking if _tried(snapshot, key)]
    for key in named or running:
        found = ladder(snapshot, key)
        yield plain(f"{key}  {found.sentence}")
        yield from (plain(f"  {line}") for line in steps(found))
    if not named and (rest := len(asking) - len(running)):
        many = f"{rest} services ask for a GPU and do"
        many = many if rest > 1 else "1 service asks for a GPU and does"
        yield f"{many} not run: nebtui gpu PROJECT/SERVICE shows the steps of one"


def _tried(snapshot: Snapshot, key: ServiceKey) -> bool:
    """Whether it runs, or would if the engine did not refuse it."""
    containers = snapshot.containers_of(key)
    return any(
        c.state in ("running", "restarting", "paused") or (c.inspection and c.inspection.error)
        for c in containers
    )


def steps(found: Ladder) -> Iterator[str]:
    """The steps of a ladder, a line each."""
    for step in found.steps:
        source = f"  ({shortened(step.source)})" if step.source else ""
        yield f"{STEP_GLYPHS[step.answer]} {step.name:<11} {step.answer:<7} {step.why}{source}"
