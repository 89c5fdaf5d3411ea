"""The whole task: how it is launched, its size, its volumes, its containers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from nebtui.facts.declared import Service
from nebtui.facts.project import Project
from nebtui.light_dataclass import dataclass
from nebtui.report.ecs.container import container, needs_execution_role
from nebtui.report.ecs.frame import Frame, free_names, gpus, sentence
from nebtui.report.ecs.sizes import LARGEST, UNITS, TaskSize, smallest

ASSUMED = TaskSize(256, 512)
"""What a container without limits is counted as: the smallest Fargate task."""
_ARCHITECTURES = {"amd64": "X86_64", "x86_64": "X86_64", "arm64": "ARM64", "aarch64": "ARM64"}

NOT_READ = (
    "not looked at: stop_grace_period, working_dir, init, secrets and deploy.replicas of the "
    "services; set them by hand where they matter"
)


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """The request of `aws ecs register-task-definition --cli-input-json`, and a sentence for each
    thing that ECS cannot do, or that a person has to fill in."""

    request: Mapping[str, Any]
    sentences: tuple[str, ...]


def task_definition(project: Project, region: str) -> TaskDefinition:
    """The task that runs the services of a project that a plain `up` has."""
    services = {name: s for name, s in project.services.items() if project.brings_up(s)}
    size, told = _size(services.values())
    frame = _frame(project, services, region, fargate=size is not None)
    parts = [container(frame, project, service) for service in services.values()]
    architecture, mixed = _architecture(services.values())
    needed = size or _needed(services.values())
    request = {
        "family": frame.family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE" if frame.fargate else "EC2"],
        "cpu": str(needed.cpu),
        "memory": str(needed.memory),
        **({"runtimePlatform": architecture} if architecture else {}),
        "containerDefinitions": [definition for definition, _ in parts],
        "volumes": [_volume(frame, name) for name in frame.volumes.values()],
    }
    sentences = [
        *told,
        *mixed,
        *_left_out(project, services),
        *_of_task(project, services),
        NOT_READ,
        *(line for _, lines in parts for line in lines),
    ]
    if any(needs_execution_role(definition) for definition, _ in parts):
        role = "executionRoleArn: add a role that may write the logs and read the secrets"
        sentences.append(role)
    # A line break in a name is no end of a sentence.
    lines = dict.fromkeys(" ".join(line.split()) for line in sentences)
    return TaskDefinition(request, tuple(lines))


def _frame(
    project: Project, services: Mapping[str, Service], region: str, *, fargate: bool
) -> Frame:
    mounts = (mount for service in services.values() for mount in service.mounts)
    volumes = dict.fromkeys(m.source for m in mounts if m.type == "volume" and m.source)
    return Frame(
        family=free_names((project.name,))[project.name],
        region=region,
        fargate=fargate,
        services=services,
        names=free_names(services),
        volumes=free_names(volumes),
    )


def _needed(services: Iterable[Service]) -> TaskSize:
    """The sum of the limits (else reservations), those without counted as ASSUMED."""
    cpu = memory = 0
    for service in services:
        limits = service.limits
        cores, amount = limits.cpus or limits.reserved_cpus, limits.memory or limits.reserved_memory
        cpu += max(math.ceil(cores * UNITS), 1) if cores and cores > 0 else ASSUMED.cpu
        memory += max(math.ceil(amount / 2**20), 6) if amount and amount > 0 else ASSUMED.memory
    return TaskSize(max(cpu, 128), max(memory, 6))


def _size(services: Iterable[Service]) -> tuple[TaskSize | None, list[str]]:
    """The size of the Fargate task, None where it has to be EC2, with the reasons."""
    services = tuple(services)
    needed = _needed(services)
    on_gpus = [service.name for service in services if gpus(service)]
    if on_gpus:
        return None, [f"{', '.join(on_gpus)}: Fargate has no GPUs, so the launch type is EC2"]
    size = smallest(needed.cpu, needed.memory)
    if size is None:
        largest = f"more than Fargate's largest task ({LARGEST})"
        return None, [f"{needed} are {largest}, so the launch type is EC2"]
    larger = f"the task has {size}, the smallest Fargate size that holds {needed}"
    return size, [] if size == needed else [larger]


def _architecture(services: Iterable[Service]) -> tuple[dict[str, str], list[str]]:
    """The processor that the platforms name, where they agree."""
    named = {s.platform for s in services if s.platform}
    known = {_ARCHITECTURES.get(name.split("/")[1] if "/" in name else name) for name in named}
    if len(known) > 1 or None in known:
        return {}, [f"one task has one platform: {', '.join(sorted(named))} are left out"]
    found = next(iter(known), None)
    if found is None:
        return {}, []
    return {"cpuArchitecture": found, "operatingSystemFamily": "LINUX"}, []


def _volume(frame: Frame, name: str) -> dict[str, Any]:
    """A volume of the task; Fargate has only those that end with it."""
    if frame.fargate:
        return {"name": name}
    docker = {"scope": "shared", "autoprovision": True, "driver": "local"}
    return {"name": name, "dockerVolumeConfiguration": docker}


def _left_out(project: Project, services: Mapping[str, Service]) -> Iterable[str]:
    for name, service in project.services.items():
        if name not in services:
            profiles = ", ".join(service.profiles)
            yield sentence(service, f"left out, because it belongs to the profile {profiles}")


def _of_task(project: Project, services: Mapping[str, Service]) -> Iterable[str]:
    """What becomes of the project as a whole."""
    if not services:
        yield f"{project.name} has no service that `up` starts: ECS refuses a task without one"
    networks = sorted({name for service in services.values() for name in service.networks})
    if len(networks) > 1:
        yield (
            f"networks {', '.join(networks)}: the containers of one task share one network, "
            "nothing separates them"
        )
    users: dict[tuple[int, str], list[str]] = {}
    for service in services.values():
        for port in {(p.target, p.protocol) for p in service.ports} | {
            (target, "tcp") for target in service.expose
        }:
            users.setdefault(port, []).append(service.name)
    for (number, protocol), names in users.items():
        if len(names) > 1:
            yield (
                f"{', '.join(names)} listen on {number}/{protocol}: in one task only one can; "
                "give them ports of their own, or tasks"
            )
