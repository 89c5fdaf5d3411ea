"""The stacks of Docker Swarm, as `status` prints them as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from nebtui.analysis.verdict import Word
from nebtui.report.contract.containers import PortJson


class TaskJson(TypedDict):
    """One attempt to run one replica."""

    slot: Annotated[int | None, "which replica; null = of a service that runs once on each node"]
    node: Annotated[str | None, "null = no node takes it"]
    state: Annotated[str, "Swarm's word"]
    desired: Annotated[str, "the state that Swarm wants of it"]
    error: Annotated[str | None, "why it does not run, in plain words"]
    since: Annotated[float, "Unix seconds, 0 = unknown"]


class ReservedJson(TypedDict):
    """A generic resource that each task reserves."""

    kind: str
    count: int


class StackServiceJson(TypedDict):
    """A service of a stack."""

    name: Annotated[str, "as its file calls it"]
    readiness: Annotated[Word, "nebtui's verdict, from the replicas"]
    state_words: Annotated[str, "the verdict as the screen says it"]
    why: Annotated[str, "why replicas are missing, else where they run"]
    mode: Annotated[str | None, "replicated, global, replicated-job, global-job; null = a worker"]
    running: Annotated[int | None, "replicas, of jobs those that are done; null = a worker"]
    wanted: Annotated[int | None, "replicas; null = a worker"]
    image: str
    networks: list[str]
    ports: list[PortJson]
    nodes: Annotated[list[str], "what is amiss with nodes of its tasks"]
    update: Annotated[str | None, "what its newest update has come to; null = through, or none"]
    reserves: Annotated[list[ReservedJson], "generic resources of each task, such as GPUs"]
    containers: Annotated[list[str], "those on this node"]
    tasks: Annotated[list[TaskJson], "the newest first"]


class StackJson(TypedDict):
    """What was deployed together."""

    name: Annotated[str | None, "null = services without a stack"]
    services: list[StackServiceJson]


class SupplyJson(TypedDict):
    """A generic resource of a node."""

    kind: str
    total: int
    free: Annotated[int, "not reserved by a task that runs, or is to"]


class NodeJson(TypedDict):
    """A machine of the swarm."""

    name: str
    role: Annotated[str, "worker, manager"]
    availability: Annotated[str, "active, pause, drain"]
    state: Annotated[str, "Swarm's word: ready, down, disconnected, unknown"]
    tasks: Annotated[int, "that run there"]
    cpus: Annotated[float | None, "null = not told"]
    cpus_free: Annotated[float | None, "not reserved by a task that runs, or is to"]
    memory: Annotated[int | None, "bytes; null = not told"]
    memory_free: Annotated[int | None, "bytes, not reserved by a task that runs, or is to"]
    generic_resources: Annotated[list[SupplyJson], "such as GPUs"]


class SwarmJson(TypedDict):
    """The swarm, as this engine tells of it."""

    manager: Annotated[bool, "false = told by the labels of containers alone"]
    problem: Annotated[str | None, "why its manager does not tell of it now"]
    stacks: list[StackJson]
    nodes: list[NodeJson]
