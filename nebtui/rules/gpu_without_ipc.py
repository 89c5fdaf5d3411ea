"""A GPU server whose processes share memory has the 64 MB that every container gets.

What: a GPU service of vLLM, SGLang, TGI or another server of PyTorch workers has neither `shm_size`
nor `ipc: host`, nor a mount or tmpfs at /dev/shm.
Why it bites: PyTorch, vLLM, SGLang and NCCL pass tensors between processes through /dev/shm; with
several workers or GPUs they die with "No space left on device" or a bus error, often only under
load. With one GPU and one worker it is seldom much: advice.
Evidence: the request for a GPU, what makes it an inference service, and the missing keys.
Fix: add `shm_size: 8g`, for a stack of Swarm, which ignores it, a tmpfs of that size at /dev/shm:
private memory, used only as far as it is needed. `ipc: host` would share the memory of all programs
of the machine, so it is never added. Unsafe: the container is recreated, and its memory may grow.
Source: docs.vllm.ai (deployment with docker), docs.pytorch.org (multiprocessing), NVIDIA NCCL
troubleshooting.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.requests import one_worker, place, requested, shares_memory
from nebtui.analysis.stack_file import is_stack
from nebtui.compose.editor.verbs import Append, Set
from nebtui.facts.declared import Service
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    Observation,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)
from nebtui.rules.swarm_words import SHARED_MEMORY as PLACE
from nebtui.rules.tmpfs import tmpfs_volume

NAME = "gpu-without-ipc"
SIZE = "8g"
BYTES = 8 << 30
SHARED = ("host", "service:", "container:")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    for key, service in snapshot.services():
        why = shares_memory(service) if service.gpu else ""
        if not why or _has(service):
            continue
        yield Finding(
            rule=NAME,
            severity="advice" if one_worker(service) else "warning",
            project=key.project,
            service=key.service,
            subject="",
            message="passes tensors between processes with 64 MB of shared memory",
            evidence=(
                f"shares memory between processes: {why}",
                f"requested: {requested(service)} ({place(service)})",
                "no shm_size, no ipc",
            ),
            applicability="unsafe",
            origin=place(service),
            fix=f"add shm_size: {SIZE}",
        )


def _has(service: Service) -> bool:
    """It has shared memory of its own size, the machine's, or another container's."""
    if service.shm_size is not None or (service.ipc or "").startswith(SHARED):
        return True
    mounted = (mount.target.rstrip("/") for mount in service.mounts)
    return PLACE in (
        *mounted,
        *(entry.partition(":")[0].rstrip("/") for entry in service.isolation.tmpfs),
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add private shared memory."""
    key, service = service_of(snapshot, finding)
    stack = is_stack(snapshot, key.project)
    layer = layer_for(snapshot.projects[key.project], service, "volumes" if stack else "shm_size")
    edit = (
        Append((*layer.path, "volumes"), tmpfs_volume(PLACE, BYTES))
        if stack
        else Set((*layer.path, "shm_size"), SIZE)
    )
    return Fix(
        title=f"give {key} {SIZE} of shared memory",
        applicability="unsafe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=(
            "shm_size is a limit, not a reservation; it counts into the container's "
            "memory as it is used",
        ),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers have the memory (`HostConfig.ShmSize`)."""
    assert finding.at is not None  # every finding of this rule names a service
    containers = [
        c for c in snapshot.containers_of(finding.at) if c.state == "running" and c.inspection
    ]
    if not containers:
        return Observation(False, f"{finding.at} does not run")
    small = [c.name for c in containers if c.inspection and c.inspection.shm_size < BYTES]
    return Observation(not small, f"{small[0]} still has less" if small else "")


RULE = Rule(
    name=NAME,
    severity="warning",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
