"""What `status` prints as JSON, and `nebtui`, `demo` and `replay` with `--format json`."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.analysis.verdict import Word
from nebtui.facts.declared import Source, View
from nebtui.report.contract.containers import LooseContainerJson, PortJson
from nebtui.report.contract.crossings import CrossingJson
from nebtui.report.contract.devices import DeviceJson
from nebtui.report.contract.stacks import SwarmJson


class EngineJson(TypedDict):
    """The engine that answered."""

    name: Annotated[str, "of its machine"]
    version: str
    api_version: str
    endpoint: str
    problem: Annotated[str | None, "why it does not answer any more"]


class DriftJson(TypedDict):
    """What the next `up` would change."""

    fields: list[str]
    certain: Annotated[bool, "Compose itself would make another container"]


class ServerJson(TypedDict):
    """The figures of an inference server; null is what it does not tell, or not yet."""

    name: str | None
    model: str | None
    busy: bool | None
    running: Annotated[int | None, "requests worked on"]
    waiting: Annotated[int | None, "requests in its queue"]
    unit: str
    rate: Annotated[float | None, "in `unit`, while busy"]
    over_seconds: Annotated[float | None, "seconds of work that the rate rests on"]
    last_rate: float | None
    last_seconds_ago: float | None
    one_request: Annotated[float | None, "speed of one request"]
    usual: Annotated[float | None, "usual speed of one request at this concurrency"]
    slow: bool
    kv_cache: Annotated[float | None, "used share, 0 to 1"]
    problem: str | None


class ServiceJson(TypedDict):
    """A service, by all of its containers."""

    name: str
    state: Annotated[str | None, "the engine's word of the first container; null = none"]
    health: Annotated[str | None, "none, starting, healthy, unhealthy; null = no container"]
    readiness: Annotated[Word, "nebtui's verdict, of the worst replica"]
    state_words: Annotated[str, "the verdict as the screen says it"]
    differs: DriftJson | None
    why: str
    waiting_on: list[str]
    networks: list[str]
    gpu: Annotated[list[int], "indexes of the devices it is on"]
    cpu_percent: Annotated[float | None, "of one core, of all that run; null = not measured"]
    memory_bytes: Annotated[int | None, "of all that run, page cache left out"]
    uptime_seconds: Annotated[float | None, "since the youngest that runs was started"]
    ports: Annotated[list[PortJson], "those that are published"]
    tokens_per_second: Annotated[float | None, "of all replicas while busy"]
    kv_cache: Annotated[float | None, "the fullest, 0 to 1"]
    out_of_memory: Annotated[bool, "the kernel killed it for memory, and it does not run"]
    servers: list[ServerJson]
    containers: list[str]


class ProjectJson(TypedDict):
    """A project and its services."""

    name: str
    files: list[str]
    sources: Annotated[list[Source], "how it was found"]
    view: Annotated[View, "who read it"]
    problem: str | None
    services: list[ServiceJson]


class StatusJson(TypedDict):
    """The box at one instant."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    problem: Annotated[str | None, "why no engine answers"]
    engine: EngineJson | None
    gpus: list[DeviceJson]
    projects: list[ProjectJson]
    swarm: Annotated[SwarmJson | None, "null = nothing here belongs to a swarm, or not asked"]
    outside: Annotated[list[LooseContainerJson], "containers of no project"]


class StatusesJson(TypedDict):
    """Several boxes, where --host names them."""

    version: Literal[1]
    hosts: list[StatusJson]
    crossings: list[CrossingJson]
