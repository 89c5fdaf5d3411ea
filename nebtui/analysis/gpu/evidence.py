"""Climbs the ladder of evidence that a service computes on a GPU, step by step, with what a
snapshot holds."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.gpu.activity import busy_by, loaded_by
from nebtui.analysis.gpu.cuda import cuda_fit
from nebtui.analysis.gpu.ladder import ABSENT, WORST_FIRST, EvidenceStep, Ladder, concluded
from nebtui.analysis.gpu.requests import place, requested
from nebtui.analysis.gpu.residents import on_devices, part, why_blind
from nebtui.analysis.gpu.speed import fast
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import size

MIB = 1 << 20
TRACE = 16 * MIB
"""A process with less on the device holds no model: an open context alone takes tens of MiB."""


def ladder(snapshot: Snapshot, key: ServiceKey) -> Ladder:
    """The ladder of a service; of several running containers that of the one most in doubt."""
    containers = snapshot.containers_of(key)
    running = tuple(c for c in containers if c.state == "running")
    if len(running) < 2:
        return _climb(snapshot, key, containers, running)
    result = [replace(_climb(snapshot, key, (one,), (one,)), of=one.name) for one in running]
    return min(result, key=lambda one: WORST_FIRST.index(one.verdict))


def _climb(
    snapshot: Snapshot,
    key: ServiceKey,
    containers: tuple[Container, ...],
    running: tuple[Container, ...],
) -> Ladder:
    figures = [t for c in running if (t := snapshot.throughput.get(c.id))]
    resident = _resident(snapshot, key, running)
    busy = busy_by(figures)
    steps = (
        _declared(snapshot, key, containers),
        _implied(
            _injected(snapshot, containers, running), resident, "its process is on the device"
        ),
        _implied(_initialises(snapshot, key, running), resident, "its process is on the device"),
        resident,
        _works(snapshot, running, busy),
        fast(figures),
    )
    return concluded(steps, figures, loaded_by(figures), busy)


def _implied(step: EvidenceStep, by: EvidenceStep, why: str) -> EvidenceStep:
    """A step that could not be looked at holds where a higher one does."""
    return (
        EvidenceStep(step.name, "yes", why, by.source)
        if by.answer == "yes" and step.answer != "yes"
        else step
    )


def _declared(
    snapshot: Snapshot, key: ServiceKey, containers: tuple[Container, ...]
) -> EvidenceStep:
    service = snapshot.service(key)
    if service is not None and service.gpu:
        origin = place(service)
        return EvidenceStep(
            "declared", "yes", f"asks for {requested(service)}", str(origin) if origin else ""
        )
    given = [c for c in containers if c.inspection and c.inspection.created_with_gpu]
    if given:
        return EvidenceStep("declared", "yes", f"{given[0].name} was created with a GPU", "engine")
    return EvidenceStep("declared", "no", "no GPU is asked for", "compose")


def _injected(
    snapshot: Snapshot, containers: tuple[Container, ...], running: tuple[Container, ...]
) -> EvidenceStep:
    for container in containers:
        error = container.inspection.error if container.inspection else ""
        if "could not select device driver" in error or "nvidia" in error.lower():
            return EvidenceStep("injected", "no", error.splitlines()[0][:160], "engine State.Error")
    if not running:
        return EvidenceStep("injected", "unknown", ABSENT)
    reaches = [r for c in running if (r := snapshot.gpu_access.get(c.id))]
    devices = next((r.devices for r in reaches if r.devices), ())
    if any(r.unified is False for r in reaches):
        return EvidenceStep(
            "injected",
            "no",
            f"{', '.join(devices[:2])} without /dev/nvidia-uvm: nvidia-smi works inside, CUDA and "
            "its unified memory do not (NVIDIA_DRIVER_CAPABILITIES must name compute)",
            "/proc/PID/root/dev",
        )
    if devices:
        return EvidenceStep("injected", "yes", ", ".join(devices[:4]), "/proc/PID/root/dev")
    if any(r.devices == () for r in reaches):
        return EvidenceStep(
            "injected", "no", "no GPU device file is inside the container", "/proc/PID/root/dev"
        )
    return EvidenceStep(
        "injected",
        "unknown",
        next((r.why for r in reaches if r.why), "the container was not looked into"),
    )


def _initialises(
    snapshot: Snapshot, key: ServiceKey, running: tuple[Container, ...]
) -> EvidenceStep:
    service = snapshot.service(key)
    fit = cuda_fit(snapshot, key, service) if service else None
    stack = snapshot.gpu_stack
    if stack and stack.problem and stack.present:
        return EvidenceStep("initialises", "no", stack.problem, "NVML")
    if fit and fit.broken:
        return EvidenceStep("initialises", "no", fit.sentence, "image and driver")
    if not running:
        return EvidenceStep("initialises", "unknown", ABSENT)
    reaches = [r for c in running if (r := snapshot.gpu_access.get(c.id))]
    if any(r.loaded for r in reaches):
        return EvidenceStep(
            "initialises", "yes", "a process of it has the GPU library loaded", "/proc/PID/maps"
        )
    if any(r.loaded is False for r in reaches):
        return EvidenceStep(
            "initialises", "no", "no process of it has the GPU library loaded", "/proc/PID/maps"
        )
    return EvidenceStep(
        "initialises",
        "unknown",
        next((r.why for r in reaches if r.why), "its processes were not looked at"),
    )


def _resident(snapshot: Snapshot, key: ServiceKey, running: tuple[Container, ...]) -> EvidenceStep:
    if not running:
        return EvidenceStep("resident", "unknown", ABSENT)
    found = on_devices(snapshot, running)
    if found:
        gpu, process = max(found, key=lambda pair: pair[1].memory or 0)
        amount = "" if process.memory is None else f", {size(process.memory)}"
        if (
            process.memory is not None
            and process.memory < TRACE
            and all((p.memory or 0) < TRACE for _, p in found)
        ):
            return EvidenceStep(
                "resident",
                "unknown",
                f"PID {process.pid} holds only{amount[1:]} on GPU {gpu.index}",
                "NVML",
            )
        return EvidenceStep(
            "resident",
            "yes",
            f"PID {process.pid} on GPU {gpu.index}{part(gpu, process)}{amount}",
            "process list of the driver",
        )
    why = why_blind(snapshot)
    if why:
        return EvidenceStep("resident", "unknown", why)
    return EvidenceStep(
        "resident", "no", "no PID of this container is on any GPU", "process list of the driver"
    )


def _works(snapshot: Snapshot, running: tuple[Container, ...], busy: str) -> EvidenceStep:
    if not running:
        return EvidenceStep("works", "unknown", ABSENT)
    found = on_devices(snapshot, running)
    working = [(gpu, p) for gpu, p in found if p.sm]
    if working:
        gpu, process = max(working, key=lambda pair: pair[1].sm or 0)
        return EvidenceStep(
            "works",
            "yes",
            f"PID {process.pid} used {process.sm} % of GPU {gpu.index}",
            "NVML process shares",
        )
    if not busy:
        return EvidenceStep("works", "unknown", "it is idle, which says nothing")
    if not found:
        return EvidenceStep(
            "works", "no" if not why_blind(snapshot) else "unknown", "it has no process on a GPU"
        )
    loads = [gpu.utilization for gpu, p in found if p.sm is None and gpu.utilization]
    if loads:
        return EvidenceStep(
            "works", "yes", f"its GPU is used to {max(loads)} %", "NVML utilisation"
        )
    if any(p.sm is None for _, p in found):
        return EvidenceStep("works", "unknown", "the driver does not tell the share of a process")
    return EvidenceStep("works", "unknown", "none of its processes used a GPU in the last second")
