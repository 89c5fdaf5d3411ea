"""What the engine and the kernel say: containers, networks, images, paths, processes. Times are
Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nebtui.facts.empty import empty
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import Limits, LogDriver
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine behind the socket (`/version`, `/info`); `name` is the machine's."""

    name: str
    version: str
    api_version: str
    endpoint: str
    local: bool = True
    """Its containers' processes are visible in this machine's /proc."""
    elsewhere: bool = False
    """It runs on another machine: no file, GPU, port or owner of this one is its."""
    rootless: bool = False
    userns: bool = False
    """User namespace remapping is on: container uids are not host uids."""
    operating_system: str = ""
    runtimes: tuple[str, ...] | None = None
    """Names of its runtimes (`/info` Runtimes); None = it does not say."""
    default_runtime: str = ""
    cdi: tuple[str, ...] | None = None
    """CDI names of GPUs it found (`DiscoveredDevices`, Engine 28 and later); None = it does not
    say."""
    cgroup_driver: str = ""
    cpus: int = 0
    """Of the machine (`/info` NCPU); 0 = it does not say."""
    log_driver: str = ""
    """Where containers log that do not say (`/info` LoggingDriver); "" = it does not say."""
    missing: tuple[str, ...] = ()
    """What this engine cannot give, each one sentence for the screen."""

    @property
    def linux(self) -> bool:
        """False for Docker Desktop, where `host.docker.internal` exists by itself."""
        return "docker desktop" not in self.operating_system.lower()

    @property
    def forwarded(self) -> str:
        """The machine at the far end of a forwarded socket, which is found out only from the
        engine; "" for any other, which its address tells."""
        forwarded = self.elsewhere and self.endpoint.startswith("unix:")
        return f"{self.endpoint} {self.name}" if forwarded else ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A container on a network (`NetworkSettings.Networks`)."""

    network: str
    ip: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortBinding:
    """A published port (`Ports` of the list answer)."""

    port: int
    host_port: int | None = None
    host_ip: str = ""
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A mount of a container (`Mounts`)."""

    type: str
    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class HealthProbe:
    """One healthcheck run by the engine (`State.Health.Log`)."""

    start: float
    end: float
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What only `/containers/ID/json` tells; asked once per container and after an event that
    touched it."""

    pid: int = 0
    started: float | None = None
    finished: float | None = None
    exit_code: int | None = None
    restart_count: int = 0
    error: str = ""
    oom_killed: bool = False
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=empty, repr=False)
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    hostname: str = ""
    network_mode: str = ""
    extra_hosts: tuple[tuple[str, str], ...] = ()
    restart_policy: str = ""
    healthcheck: Healthcheck | None = None
    probes: tuple[HealthProbe, ...] = ()
    failing_streak: int = 0
    gpus: tuple[GpuRequest, ...] = ()
    """`HostConfig.DeviceRequests`."""
    runtime: str = ""
    devices: tuple[str, ...] = ()
    """Host paths of `HostConfig.Devices`."""
    shm_size: int = 0
    ipc: str = ""
    limits: Limits = field(default_factory=Limits)
    isolation: Isolation = field(default_factory=Isolation)
    log_driver: LogDriver | None = None
    """With the options that the engine adds by default; None = not told."""

    @property
    def created_with_gpu(self) -> bool:
        """Whether it was created with a GPU, in any of the ways there are: a device request, the
        nvidia runtime, a card's device file."""
        cards = ("/dev/nvidia", "/dev/dri", "/dev/kfd")
        return (
            bool(self.gpus)
            or self.runtime == "nvidia"
            or any(device.startswith(cards) for device in self.devices)
        )


@dataclass(frozen=True, slots=True)
class Container:
    """A container, from the list answer; `inspection` follows when it was inspected."""

    id: str
    name: str
    image: str = ""
    image_id: str = ""
    state: str = "created"
    """The engine's word: created running paused restarting removing exited dead."""
    status: str = ""
    """The engine's sentence, such as "Up 3 minutes (healthy)"."""
    health: str = "none"
    """none starting healthy unhealthy"""
    created: float = 0.0
    project: str | None = None
    service: str | None = None
    number: int = 1
    one_off: bool = False
    working_dir: str = ""
    config_files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    ports: tuple[PortBinding, ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    labels: Mapping[str, str] = field(default_factory=empty)
    inspection: Inspection | None = None

    @property
    def short_id(self) -> str:
        return self.id[:12]

    @property
    def networks(self) -> tuple[str, ...]:
        return tuple(a.network for a in self.attachments)

    @property
    def swarm_service(self) -> str:
        """The Swarm service it is a task of, "" for none."""
        return self.labels.get("com.docker.swarm.service.name", "")

    @property
    def stack(self) -> str:
        """The Swarm stack of that service, "" for none."""
        return self.labels.get("com.docker.stack.namespace", "")


@dataclass(frozen=True, slots=True)
class Network:
    """A network on the engine."""

    id: str
    name: str
    driver: str = "bridge"
    created: float = 0.0
    labels: Mapping[str, str] = field(default_factory=empty)


@dataclass(frozen=True, slots=True)
class Image:
    """An image as `/images/ID/json` gives it; `id` is the digest, `names` its tags."""

    id: str
    names: tuple[str, ...] = ()
    healthcheck: Healthcheck | None = None
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=empty)
    exposed_ports: tuple[int, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    programs: tuple[str, ...] | None = None
    """Which of bash, curl, wget, python3 and nc a container of it has (`HEAD …/archive`); None =
    not asked."""
    digests: tuple[str, ...] = ()
    """What registries call it (`NAME@sha256:…`, `RepoDigests`); () = built or loaded here."""


@dataclass(frozen=True, slots=True)
class HostPath:
    """A path on the host that a bind mount names (`stat`); `parents` outermost first, for the
    search bit."""

    path: str
    exists: bool
    uid: int = 0
    gid: int = 0
    mode: int = 0
    is_dir: bool = False
    parents: tuple[HostPath, ...] = ()
    has_acl: bool = False
    within: tuple[HostPath, ...] = ()
    """Of a folder: one entry below it for each owner and mode that was met, in a bounded look."""
