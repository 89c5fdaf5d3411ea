"""One service as a container definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nebtui.analysis.references import references
from nebtui.analysis.secrecy import shown
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.report.ecs.frame import Frame, Part, gpus, hides, sentence, whole
from nebtui.report.ecs.gates import essential, gates, health_check
from nebtui.report.ecs.linux import rights
from nebtui.report.ecs.sizes import UNITS
from nebtui.report.ecs.storage import mount_points

LEAST_MEMORY = 6
"""MiB; the engine refuses less."""


def container(frame: Frame, project: Project, service: Service) -> Part:
    """Its definition, and what of it ECS cannot express or a person has to fill in."""
    definition: dict[str, Any] = {"name": frame.names[service.name]}
    sentences: list[str] = []
    for make in (
        _image,
        _size,
        _words,
        _variables,
        _ports,
        gates,
        health_check,
        _logs,
        rights,
        mount_points,
        _gpu,
    ):
        keys, told = make(frame, service)
        definition |= keys
        sentences += [sentence(service, line) for line in told]
    definition["essential"] = essential(frame, service)
    sentences += [sentence(service, line) for line in _not_here(service)]
    sentences += [sentence(service, line) for line in _names(frame, project, service)]
    return definition, sentences


def needs_execution_role(definition: Mapping[str, Any]) -> bool:
    """ECS itself reads secrets and writes logs for it."""
    return bool(definition.get("secrets")) or "logConfiguration" in definition


def _image(frame: Frame, service: Service) -> Part:
    if service.image:
        built = ["it is built here: push its image where ECS can pull it"] if service.build else []
        return {"image": service.image}, built
    place = f"{frame.family}/{frame.names[service.name]}:latest"
    return {"image": place}, [f"push its image, and put its name in place of {place}"]


def _size(frame: Frame, service: Service) -> Part:
    limits, keys, told = service.limits, {}, []
    cores = limits.cpus or limits.reserved_cpus
    if cores and cores > 0:
        keys["cpu"] = whole(math.ceil(cores * UNITS), 1, 196_608)
    memory, reserved = (
        max(math.ceil(amount / 2**20), LEAST_MEMORY) if amount and amount > 0 else None
        for amount in (limits.memory, limits.reserved_memory)
    )
    if memory:
        keys["memory"] = memory
    if reserved and memory and reserved >= memory:
        told.append(f"memoryReservation {reserved} MiB is left out: it must be below {memory} MiB")
    elif reserved:
        keys["memoryReservation"] = reserved
    if not keys.get("cpu"):
        told.append("no CPU limit: counted as 0.25 vCPU in the size of the task")
    if not memory and not reserved:
        told.append("no memory limit: counted as 512 MiB in the size of the task")
    if limits.pids:
        told.append(f"pids limit {limits.pids}: ECS has none")
    return keys, told


def _words(frame: Frame, service: Service) -> Part:
    keys: dict[str, Any] = {}
    told = []
    for key, words in (("entryPoint", service.entrypoint), ("command", service.command)):
        if words:
            keys[key] = list(words)
        if any(map(hides, (*words, " ".join(words)))):
            told.append(f"{key} holds a secret, which is not exported: take it from a variable")
            keys.pop(key)
    if service.user:
        keys["user"] = service.user
    return keys, told


def _variables(frame: Frame, service: Service) -> Part:
    plain, secrets, told = [], [], []
    for name, value in service.environment.items():
        if _secret(name, value):
            place = f"/{frame.family}/{frame.names[service.name]}/{name}"
            secrets.append({"name": name, "valueFrom": place})
            told.append(f"put the value of {name} into the parameter {place}")
        elif value is None:
            told.append(f"variable {name} has no value in the file: set it")
        else:
            plain.append({"name": name, "value": value})
    labels = {k: v for k, v in service.labels.items() if not hides(v) and not hides(f"{k}={v}")}
    if len(labels) < len(service.labels):
        told.append("labels that hold secrets are left out")
    keys = {"environment": plain, "secrets": secrets, "dockerLabels": labels}
    return {key: value for key, value in keys.items() if value}, told


def _secret(name: str, value: str | None) -> bool:
    """Named like a secret (also where its value is not known yet), or holding one."""
    if value is None:
        return shown(name, "value") != "value"
    return bool(value) and (shown(name, "value") != "value" or hides(value))


def _ports(frame: Frame, service: Service) -> Part:
    mappings: dict[tuple[int, str], dict[str, Any]] = {}
    told = []
    for port in service.ports:
        if port.protocol not in ("tcp", "udp") or not 0 < port.target < 65536:
            told.append(f"port {port.target}/{port.protocol}: ECS maps tcp and udp only")
            continue
        mapping = {"containerPort": port.target, "protocol": port.protocol}
        mappings[port.target, port.protocol] = mapping
        if port.published and port.published != str(port.target):
            told.append(
                f"port {port.published} leads to {port.target}: a task answers at {port.target}; "
                "a load balancer can listen elsewhere"
            )
        if port.host_ip:
            told.append(f"port {port.target} on {port.host_ip} only: use a security group")
    return {"portMappings": list(mappings.values())} if mappings else {}, told


_LOG_OPTIONS = frozenset(
    f"awslogs-{name}"
    for name in (
        *("group", "region", "stream-prefix", "create-group"),
        *("datetime-format", "multiline-pattern"),
    )
) | {"mode", "max-buffer-size"}
"""The options of awslogs that ECS takes (LogConfiguration of the ECS API); Docker has more."""


def _logs(frame: Frame, service: Service) -> Part:
    options = {
        "awslogs-group": f"/ecs/{frame.family}",
        "awslogs-region": frame.region,
        "awslogs-stream-prefix": frame.names[service.name],
        "awslogs-create-group": "true",
    }
    driver = service.logging.driver
    own = driver not in ("", "json-file", "local", "awslogs")
    told = [f"logging driver {driver}: awslogs is used in its place"] if own else []
    for name, value in service.logging.options.items() if driver == "awslogs" else ():
        if name in _LOG_OPTIONS:
            options[name] = value
        else:
            told.append(f"logging option {name}: ECS has none of that name")
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}, told


def _gpu(frame: Frame, service: Service) -> Part:
    number = gpus(service)
    if not number:
        return {}, []
    counted = any(r.ids or (r.count or 0) > 0 for r in service.gpus)
    told = [] if counted else ["all GPUs: a task asks for a number, 1 is put in; set it"]
    return {"resourceRequirements": [{"type": "GPU", "value": str(number)}]}, told


def _not_here(service: Service) -> list[str]:
    """Keys that a task in a network of its own cannot have."""
    mode = service.network_mode
    told = [
        (mode not in (None, "", "bridge"), f"network_mode {mode}: a task has its own network"),
        (bool(service.hostname), f"hostname {service.hostname}: not in a task's own network"),
        (bool(service.extra_hosts), "extra_hosts: not in a task's own network"),
        (bool(service.group_add), "group_add: ECS has none"),
        (service.runtime not in (None, "", "nvidia"), f"runtime {service.runtime}: ECS has none"),
    ]
    return [line for holds, line in told if holds]


def _names(frame: Frame, project: Project, service: Service) -> list[str]:
    """The siblings it calls by name, which does not resolve among the containers of one task."""
    found = references(ServiceKey(project.key, service.name), service)
    named = dict.fromkeys(r.host for r in found if r.host in frame.services)
    return [
        f"calls {host} by name: containers of one task reach each other at 127.0.0.1"
        for host in named
        if host != service.name
    ]
