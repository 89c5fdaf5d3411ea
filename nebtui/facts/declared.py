"""What the compose text declares: projects, services, networks, and the origin (file and line) of
each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from nebtui.facts.build import Build
from nebtui.facts.empty import empty
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import Limits, LogDriver
from nebtui.light_dataclass import dataclass

Source = Literal["label", "remembered", "search"]
"""How a project was found: labels of its containers, the state folder of an earlier run, a searched
folder."""

View = Literal["compose", "compose, not interpolated", "reader", "none"]
"""Whose effective model this is: `compose config`, the same with `--no-interpolate`, our own
reader, none."""


@dataclass(frozen=True, slots=True, order=True)
class ProjectKey:
    """A project's identity: its name, its working directory and the config files as given
    (absolute, in `-f` order)."""

    name: str
    working_dir: str
    files: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Looked up thousands of times for each change: the files are compared where these are the
        # same.
        return hash((self.name, self.working_dir))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class ServiceKey:
    """A service of one project; never compare services by name alone."""

    project: ProjectKey
    service: str

    def __hash__(self) -> int:
        return hash((self.project.name, self.service))

    def __str__(self) -> str:
        return f"{self.project.name}/{self.service}"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a declared fact stands: absolute path and line, counted from 1."""

    file: str
    line: int
    written: str = field(default="", compare=False)
    """The text as it stands there, where variables in it were replaced; else ""."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Layer:
    """One mapping that contributes to a service: a `-f` file, an override, an include, or an
    extended service."""

    file: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsetVariable:
    """A variable in a service's text that has neither a value nor a default: Compose puts nothing
    in its place."""

    name: str
    service: str
    path: tuple[str, ...]
    """Where it stands below the service."""
    written: str
    left: str
    """The text with nothing in its place."""
    origin: Origin
    meaning: str = ""
    """What becomes of it, as half a sentence; "" where nothing is amiss (an empty environment
    variable)."""
    refused: bool = False
    """Compose or the engine refuses what is left."""


Condition = Literal["service_started", "service_healthy", "service_completed_successfully"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One `depends_on` entry with its gate."""

    service: str
    condition: str = "service_started"
    required: bool = True
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """A service's membership of one network of its project (the key under top-level `networks`)."""

    network: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mount:
    """One `volumes` entry of a service. `source`: absolute for binds, the volume key for volumes,
    "" for anonymous."""

    type: str
    source: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Port:
    """One published or exposed port. `published` may be a range or empty (chosen by the engine)."""

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class NetworkDeclaration:
    """A top-level network: `name` is the name on the engine, `key` the name inside the file."""

    key: str
    name: str
    external: bool = False
    internal: bool = False
    """No way out of it to the host's networks."""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the effective model. Mappings keep the file's order; unset is None or
    empty."""

    name: str
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=empty)
    labels: Mapping[str, str] = field(default_factory=empty)
    networks: Mapping[str, Join] = field(default_factory=empty)
    """By network key; holds `default` where Compose joins it implicitly; empty under
    `network_mode`."""
    network_mode: str | None = None
    depends_on: Mapping[str, Dependency] = field(default_factory=empty)
    healthcheck: Healthcheck | None = None
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    expose: tuple[int, ...] = ()
    """TCP ports of `expose`, lowest first; ranges are left out."""
    user: str | None = None
    group_add: tuple[str, ...] = ()
    platform: str | None = None
    extra_hosts: tuple[tuple[str, str], ...] = ()
    container_name: str | None = None
    hostname: str | None = None
    profiles: tuple[str, ...] = ()
    restart: str | None = None
    constraints: tuple[str, ...] = ()
    """`deploy.placement.constraints`, which Swarm alone reads."""
    gpu: bool = False
    """A GPU is requested: `gpus`, device reservations with the gpu capability, `runtime: nvidia`,
    or a device file."""
    gpus: tuple[GpuRequest, ...] = ()
    """The requests among these that name devices."""
    runtime: str | None = None
    devices: tuple[str, ...] = ()
    """`devices` as they stand, one text each; the long form as its short one."""
    shm_size: int | None = None
    """Bytes of /dev/shm."""
    ipc: str | None = None
    volumes_from: tuple[str, ...] = ()
    """As they stand: `data`, `data:ro`, `container:NAME`."""
    ulimits: Mapping[str, tuple[int, int]] = field(default_factory=empty)
    """Soft and hard limit by name, -1 = none."""
    isolation: Isolation = field(default_factory=Isolation)
    limits: Limits = field(default_factory=Limits)
    logging: LogDriver = field(default_factory=LogDriver)
    layers: tuple[Layer, ...] = ()
    """Where its bodies stand, highest priority first."""
    origins: Mapping[tuple[str, ...], Origin] = field(default_factory=empty)
    """By path below the service: `("environment", "URL")`, `("depends_on", "db")`, `("volumes",
    "/data")`, `()`."""

    def origin(self, *path: str) -> Origin | None:
        """The origin of a key, or of its nearest parent that stands in a file."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path)

    def stands(self, *path: str) -> bool:
        """True if exactly this key stands in one of the files (not only a parent of it)."""
        return path in self.origins
