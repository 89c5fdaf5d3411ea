"""Everything that can happen to a snapshot. A host yields these; `store.fold` applies them."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey
from nebtui.facts.event import ContainerEvent
from nebtui.facts.gpu import GpuAccess, GpuStack
from nebtui.facts.observed import Container, Engine, HostPath, Image, Network
from nebtui.facts.process import Process
from nebtui.facts.project import Project
from nebtui.facts.samples import ContainerSample, GpuSample, ThroughputSample
from nebtui.facts.startup import Start
from nebtui.facts.swarm import Swarm
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EngineSeen:
    """The engine answered (first, or again after it was lost)."""

    engine: Engine


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine does not answer; `reason` is one sentence with a remedy. The last known facts
    stay, marked stale since `at` (Unix seconds, 0 = unknown)."""

    reason: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class ContainersListed:
    """The whole list of containers: replaces what was known; inspections of containers unchanged in
    state are kept."""

    containers: tuple[Container, ...]


@dataclass(frozen=True, slots=True)
class ContainerSeen:
    """One container as it is now."""

    container: Container


@dataclass(frozen=True, slots=True)
class ContainerGone:
    """One container was removed."""

    id: str


@dataclass(frozen=True, slots=True)
class NetworksListed:
    """The whole list of networks."""

    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class SwarmSeen:
    """The whole swarm that the engine manages; None = it manages none (any more)."""

    swarm: Swarm | None


@dataclass(frozen=True, slots=True)
class ImageSeen:
    """One image was inspected."""

    image: Image


@dataclass(frozen=True, slots=True)
class ProjectSeen:
    """A project was found or its files were read again."""

    project: Project


@dataclass(frozen=True, slots=True)
class ProjectGone:
    """A project is in no source any more."""

    key: ProjectKey


@dataclass(frozen=True, slots=True)
class PathsSeen:
    """Owners and modes of host paths that mounts name."""

    paths: tuple[HostPath, ...]


@dataclass(frozen=True, slots=True)
class HostPortsSeen:
    """The TCP ports on which programs of the host itself listen (/proc/net/tcp{,6})."""

    reachable: tuple[int, ...]
    """On an address that containers can reach."""
    loopback: tuple[int, ...]
    """On loopback only."""


@dataclass(frozen=True, slots=True)
class ProcessesSeen:
    """Main processes of containers, as /proc shows them."""

    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """One round of readings."""

    at: float
    containers: tuple[ContainerSample, ...] = ()
    gpus: tuple[GpuSample, ...] | None = None
    """All devices there are; None = they were not read in this round."""
    throughput: tuple[ThroughputSample, ...] = ()


@dataclass(frozen=True, slots=True)
class GpuStackSeen:
    """The software below the GPUs was looked at."""

    stack: GpuStack


@dataclass(frozen=True, slots=True)
class GpuAccessSeen:
    """What containers have of a GPU; those that were not looked at are not named."""

    reaches: tuple[GpuAccess, ...]


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event of a container, for histories and timelines."""

    event: ContainerEvent


@dataclass(frozen=True, slots=True)
class StartsRecalled:
    """The starts of a project that are kept, oldest first: replaces what was known of them."""

    project: ProjectKey
    starts: tuple[Start, ...]


@dataclass(frozen=True, slots=True)
class CollectorFailed:
    """A part of nebtui that looks at the box met an error of its own and is started again; `reason`
    is one sentence, "" once it works again."""

    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """Everything asked at the start has been answered: findings may be judged, `check` may
    print."""


@dataclass(frozen=True, slots=True)
class HistorySeen:
    """All events of a container that are kept, in the picture of a recording: bursts in it are
    joined already."""

    container: str
    events: tuple[ContainerEvent, ...]


@dataclass(frozen=True, slots=True)
class Rewound:
    """A recording is shown from another time on: what was known does not hold any more, and a
    whole picture follows, which ends with `Settled`."""


Change = (
    EngineSeen
    | EngineLost
    | ContainersListed
    | ContainerSeen
    | ContainerGone
    | NetworksListed
    | SwarmSeen
    | ImageSeen
    | ProjectSeen
    | ProjectGone
    | PathsSeen
    | HostPortsSeen
    | ProcessesSeen
    | Sampled
    | GpuStackSeen
    | GpuAccessSeen
    | EventSeen
    | StartsRecalled
    | CollectorFailed
    | Settled
    | HistorySeen
    | Rewound
)
