"""Pure translations from the engine's JSON about its swarm to facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nebtui.facts.observed import PortBinding
from nebtui.facts.swarm import GenericResource, Swarm, SwarmNode, SwarmService, SwarmTask
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.json_values import (
    as_int,
    as_str_dict,
    mapping,
    objects,
    parse_rfc3339,
    strings,
    text,
)

STACK = "com.docker.stack.namespace"
MOST_PAST = 50
"""Tasks of a service that are kept beside those that are wanted now; Swarm keeps five a replica."""
MODES = {
    "Replicated": "replicated",
    "Global": "global",
    "ReplicatedJob": "replicated-job",
    "GlobalJob": "global-job",
}
COUNTS = {"Replicated": "Replicas", "ReplicatedJob": "TotalCompletions"}


def manages(info: Payload) -> bool:
    """Whether the engine of this `GET /info` is an active manager of a swarm."""
    told = mapping(info.get("Swarm"))
    return told.get("ControlAvailable") is True and text(told.get("LocalNodeState")) == "active"


def here(info: Payload) -> str:
    """The id of the node that the engine of this `GET /info` is, "" where it is none."""
    return text(mapping(info.get("Swarm")).get("NodeID"))


def swarm(
    services: Iterable[Payload], tasks: Iterable[Payload], nodes: Iterable[Payload], here: str = ""
) -> Swarm:
    """The swarm from `GET /services`, `/tasks` and `/nodes`, on the node of this id."""
    by_service: dict[str, list[SwarmTask]] = {}
    for item in tasks:
        by_service.setdefault(text(item.get("ServiceID")), []).append(task(item))
    found = (service(item, by_service.get(text(item.get("ID")), [])) for item in services)
    machines = (node(item) for item in nodes)
    return Swarm(
        tuple(sorted(found, key=lambda one: (one.stack, one.name, one.id))),
        tuple(sorted(machines, key=lambda one: (one.name, one.id))),
        here,
    )


def task(item: Payload) -> SwarmTask:
    """A task from one item of `GET /tasks`."""
    status = mapping(item.get("Status"))
    return SwarmTask(
        id=text(item.get("ID")),
        slot=as_int(item.get("Slot")),
        node=text(item.get("NodeID")),
        state=text(status.get("State"), "new"),
        desired=text(item.get("DesiredState"), "running"),
        error=text(status.get("Err")),
        at=parse_rfc3339(status.get("Timestamp")) or 0.0,
        container=text(mapping(status.get("ContainerStatus")).get("ContainerID")),
    )


def service(item: Payload, tasks: list[SwarmTask]) -> SwarmService:
    """A service from one item of `GET /services`, with its tasks."""
    spec = mapping(item.get("Spec"))
    template = mapping(spec.get("TaskTemplate"))
    modes = mapping(spec.get("Mode"))
    mode = next((name for name in MODES if name in modes), "Replicated")
    count = COUNTS.get(mode)
    reserved = mapping(mapping(template.get("Resources")).get("Reservations"))
    joined = template.get("Networks") or spec.get("Networks")
    published = tuple(objects(mapping(item.get("Endpoint")).get("Ports")))
    placement, update = mapping(template.get("Placement")), mapping(item.get("UpdateStatus"))
    return SwarmService(
        id=text(item.get("ID")),
        name=text(spec.get("Name")),
        stack=as_str_dict(spec.get("Labels")).get(STACK, ""),
        image=text(mapping(template.get("ContainerSpec")).get("Image")),
        mode=MODES[mode],
        replicas=as_int(mapping(modes.get(mode)).get(count), 1) if count else None,
        networks=tuple(text(one.get("Target")) for one in objects(joined)),
        ports=_ports(published),
        own_ports=tuple(
            as_int(one.get("PublishedPort"))
            for one in published
            if text(one.get("PublishMode")) == "host"
        ),
        constraints=strings(placement.get("Constraints")),
        cpus=as_int(reserved.get("NanoCPUs")) / 1e9,
        memory=as_int(reserved.get("MemoryBytes")),
        generic=_generic(reserved.get("GenericResources")),
        max_per_node=as_int(placement.get("MaxReplicas")),
        update=text(update.get("State")),
        update_told=text(update.get("Message")),
        changed=parse_rfc3339(item.get("UpdatedAt")) or 0.0,
        tasks=_kept(tasks),
    )


def node(item: Payload) -> SwarmNode:
    """A node from one item of `GET /nodes`."""
    spec, told = mapping(item.get("Spec")), mapping(item.get("Description"))
    has = mapping(told.get("Resources"))
    return SwarmNode(
        id=text(item.get("ID")),
        name=text(told.get("Hostname")),
        role=text(spec.get("Role"), "worker"),
        availability=text(spec.get("Availability"), "active"),
        state=text(mapping(item.get("Status")).get("State"), "unknown"),
        cpus=as_int(has.get("NanoCPUs")) / 1e9,
        memory=as_int(has.get("MemoryBytes")),
        generic=_generic(has.get("GenericResources")),
    )


def _generic(listed: object) -> tuple[GenericResource, ...]:
    """Kind and number of each: counted ones as they are, of named ones (a GPU by its UUID) how many
    there are."""
    found: Counter[str] = Counter()
    for one in objects(listed):
        counted, named = mapping(one.get("DiscreteResourceSpec")), one.get("NamedResourceSpec")
        kind = text(counted.get("Kind")) or text(mapping(named).get("Kind"))
        if kind:
            found[kind] += as_int(counted.get("Value")) if counted else 1
    return tuple(GenericResource(kind, count) for kind, count in sorted(found.items()))


def _ports(listed: Iterable[Payload]) -> tuple[PortBinding, ...]:
    return tuple(
        PortBinding(
            as_int(one.get("TargetPort")),
            as_int(one.get("PublishedPort")) or None,
            protocol=text(one.get("Protocol"), "tcp"),
        )
        for one in listed
    )


def _kept(tasks: list[SwarmTask]) -> tuple[SwarmTask, ...]:
    """The newest first: all that are wanted now, and the newest of those that were."""
    ordered = sorted(tasks, key=lambda one: (-one.at, one.id))
    past = [one for one in ordered if one.past]
    left_out = frozenset(one.id for one in past[MOST_PAST:])
    return tuple(one for one in ordered if one.id not in left_out)
