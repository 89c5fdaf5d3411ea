"""The readings of a simulated box: figures around what is scripted, with a noise that depends on
seed and second."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from random import Random

from nebtui.analysis.throughput.judgement import SLOW
from nebtui.facts.changes import Sampled
from nebtui.facts.gpu import GpuAccess, GpuPeer, GpuProcess, GpuSample, GpuStack, PcieLink
from nebtui.facts.link import Link
from nebtui.facts.samples import ContainerSample, ThroughputSample
from nebtui.hosts.simulation.container import SimContainer
from nebtui.hosts.simulation.machine import Machine
from nebtui.knowledge.servers import hinted

MIB = 1 << 20
STARTING_CPU = 74.0
"""Imports keep most of a core busy."""
AT_END = {"ollama": 45.0, "log": 8.0}
"""How a server answers → seconds between its figures: a reply that nebtui asked Ollama for
(`throughput.ask_ollama`), a line of TabbyAPI's log when a request ends."""
IDLE_WATTS, FULL_WATTS = 24.0, 420.0


def sampled(machine: Machine) -> Sampled:
    """One round of readings at the machine's present second."""
    running = tuple(machine.running())
    throughput = tuple(reading for unit in running if (reading := _throughput(machine, unit)))
    return Sampled(
        machine.now,
        tuple(_sample(machine, u) for u in running),
        _gpus(machine, running),
        throughput,
    )


def _noise(machine: Machine, what: str, spread: float, at: float | None = None) -> float:
    """A factor near 1: a slow wave and a little jitter, the same for the same seed, thing and
    second; `at`: Unix seconds, None = now."""
    now = machine.now if at is None else at
    random = Random(f"{machine.seed} {what} {math.floor(now)}")
    phase = sum(what.encode())
    return 1.0 + spread * (0.6 * math.sin(now / 7.0 + phase) + 0.5 * random.uniform(-1.0, 1.0))


def _sample(machine: Machine, unit: SimContainer) -> ContainerSample:
    script = unit.script
    busy = (
        (script.cpu if unit.cuda else script.cpu_only)
        if unit.serving
        else 0.0
        if unit.trouble
        else STARTING_CPU
    )
    memory = script.memory if unit.serving else max(12, script.memory // 4)
    traffic = 900.0 + 460.0 * script.cpu if unit.serving else 120.0
    none = unit.service.network_mode == "none"
    return ContainerSample(
        unit.id,
        machine.now,
        cpu=round(busy * _noise(machine, f"cpu {unit.place}", 0.15), 1),
        memory=round(memory * MIB * _noise(machine, f"memory {unit.place}", 0.01)),
        rx=None if none else round(traffic * _noise(machine, f"rx {unit.place}", 0.4), 1),
        tx=None if none else round(0.7 * traffic * _noise(machine, f"tx {unit.place}", 0.4), 1),
    )


def _throughput(machine: Machine, unit: SimContainer) -> ThroughputSample | None:
    usual = unit.script.tokens if unit.cuda else unit.script.cpu_tokens
    if usual is None:
        return None
    named = hinted(unit.service.image or "", "")
    server = named.name if named else ""
    idle = ThroughputSample(unit.id, machine.now, None, None, server=server)
    if not unit.serving:
        return idle
    if named and named.answer in AT_END:
        return _at_end(machine, unit, replace(idle, source="simulated"), AT_END[named.answer])
    speed = _speed(machine, unit, usual, machine.now)
    on_gpu = unit.script.tokens
    return replace(
        idle,
        tokens_per_second=speed,
        busy=True,
        running=1,
        waiting=0,
        last_rate=speed,
        last_at=machine.now,
        source="simulated",
        stream=speed,
        usual=on_gpu,
        verdict="slow" if on_gpu is not None and speed < SLOW * on_gpu else "",
    )


def _speed(machine: Machine, unit: SimContainer, usual: float, at: float) -> float:
    return round(usual * _noise(machine, f"tokens {unit.place}", 0.05, at), 1)


def _at_end(
    machine: Machine, unit: SimContainer, idle: ThroughputSample, every: float
) -> ThroughputSample:
    """A server that gives a figure when a request has ended, and no needle between: its last figure
    with its time. None so far: no figure."""
    usual = unit.script.tokens if unit.cuda else unit.script.cpu_tokens
    at = math.floor(machine.now / every) * every
    if usual is None or at < (unit.started or 0.0) + unit.script.starts:
        return idle
    speed = _speed(machine, unit, usual, at)
    just = machine.now - at < 1.0 and every == AT_END["log"]
    return replace(
        idle,
        tokens_per_second=speed if just else None,
        busy=True if just else None,
        last_rate=speed,
        last_at=at,
    )


def _on_gpu(unit: SimContainer, index: int) -> bool:
    return unit.script.gpu == index and unit.serving and unit.cuda and unit.service.gpu


def stack(machine: Machine) -> GpuStack:
    """The driver of the box's devices: everything holds, but what an image may ask of it."""
    if not machine.box.gpus:
        return GpuStack(problem="no GPU driver is installed on this machine")
    driver, cuda = machine.box.gpus[0].driver, machine.box.gpus[0].cuda
    links = (
        Link("kernel module", "ok", f"nvidia {driver} is loaded"),
        Link("driver library", "ok", f"libnvidia-ml {driver}"),
        Link("nvidia_uvm", "ok", "loaded, /dev/nvidia-uvm exists"),
    )
    pairs = combinations((device.index for device in machine.box.gpus), 2)
    peers = tuple(GpuPeer(first, second, False, "PHB") for first, second in pairs)
    return GpuStack(True, "NVIDIA", driver, cuda, links=links, peers=peers)


def reaches(machine: Machine) -> tuple[GpuAccess, ...]:
    """What the running containers that asked for a GPU have of it."""
    devices = tuple(f"/dev/nvidia{device.index}" for device in machine.box.gpus)
    asked = (unit for unit in machine.running() if unit.service.gpu)
    return tuple(GpuAccess(u.id, devices, loaded=u.cuda and u.serving, unified=True) for u in asked)


def _gpus(machine: Machine, running: tuple[SimContainer, ...]) -> tuple[GpuSample, ...]:
    result = []
    for device in machine.box.gpus:
        users = [unit for unit in running if _on_gpu(unit, device.index)]
        what = f"gpu {device.index}"
        load = min(100.0, sum(u.script.gpu_load for u in users) * _noise(machine, what, 0.06))

        def share(unit: SimContainer, what: str = what) -> int:
            return min(100, round(unit.script.gpu_load * _noise(machine, what, 0.06)))

        used = 310 + sum(u.script.gpu_memory for u in users)
        result.append(
            GpuSample(
                device.index,
                device.name,
                machine.now,
                utilization=round(load),
                memory_used=used * MIB,
                memory_total=device.memory * MIB,
                temperature=round(37 + 0.39 * load),
                power=round(IDLE_WATTS + (FULL_WATTS - IDLE_WATTS) * load / 100, 1),
                uuid=f"GPU-{device.index}-of-the-demo",
                power_limit=450.0,
                clock=round(210 + 23.1 * load),
                pstate=2 if load else 8,
                capability="8.9",
                pcie=PcieLink(4 if load else 1, 16, 4, 16),
                processes=tuple(
                    GpuProcess(u.pid, u.script.gpu_memory * MIB, share(u), u.id) for u in users
                ),
            )
        )
    return tuple(result)
