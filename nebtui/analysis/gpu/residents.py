"""Which processes of a service are on a device, and why none there may prove nothing."""

from __future__ import annotations

from nebtui.facts.gpu import GpuProcess, GpuSample
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot


def part(gpu: GpuSample, process: GpuProcess) -> str:
    """The MIG instance of a process behind its device, "" where the device is not divided."""
    found = next((one for one in gpu.instances if one.index == process.instance), None)
    return f" instance {found.index} ({found.profile})" if found else ""


def why_blind(snapshot: Snapshot) -> str:
    """Why nothing follows from a container's absence on the devices."""
    stack = snapshot.gpu_stack
    if stack is None:
        return "GPUs were not looked at"
    if not stack.present or stack.problem or stack.blind:
        return stack.problem or stack.blind or "no GPU driver is installed on this machine"
    if snapshot.engine is not None and not snapshot.engine.local:
        return "the engine runs on another machine than nebtui"
    if not snapshot.gpus:
        return "no device was read yet"
    for gpu in snapshot.gpus.values():
        if gpu.lost:
            continue  # nothing computes on it
        if gpu.processes is None:
            return f"GPU {gpu.index} does not list its processes"
        if gpu.mig and not (gpu.instances and all(one.listed for one in gpu.instances)):
            return f"GPU {gpu.index} is divided (MIG): its instances' processes are not all listed"
        for process in gpu.processes:
            if process.name.startswith("nvidia-cuda-mps"):
                return f"work on GPU {gpu.index} is shared via MPS and counts as the MPS server's"
            if not process.name and process.container is None:
                return f"PID {process.pid} on GPU {gpu.index} cannot be looked at"
    return ""


def on_devices(
    snapshot: Snapshot, containers: tuple[Container, ...]
) -> list[tuple[GpuSample, GpuProcess]]:
    """The processes of these containers with the device each is on."""
    ids = {container.id for container in containers}
    return [
        (gpu, p)
        for gpu in snapshot.gpus.values()
        for p in gpu.processes or ()
        if p.container in ids
    ]
