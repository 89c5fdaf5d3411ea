"""Everything known at one instant, immutable; a new one shares all untouched branches with its
predecessor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from operator import is_
from typing import TYPE_CHECKING, TypeVar, cast

from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.empty import empty
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Engine, HostPath, Image, Network
from nebtui.facts.process import Process
from nebtui.facts.project import Project
from nebtui.light_dataclass import dataclass

if TYPE_CHECKING:  # only named here: the first frame does not wait for them
    from nebtui.facts.crossing import Crossing
    from nebtui.facts.gpu import GpuAccess, GpuStack
    from nebtui.facts.samples import ContainerSample, CpuTrend, GpuSample, ThroughputSample
    from nebtui.facts.startup import Start
    from nebtui.facts.swarm import Swarm

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The box. `generation` counts state changes (not samples): equal generation = equal state
    facts."""

    engine: Engine | None = None
    engine_problem: str = ""
    """Why no engine answers, "" while one does or none was asked."""
    stale_since: float | None = None
    """When the engine was lost whose facts these are (Unix seconds); None while one answers."""
    failures: Mapping[str, str] = field(default_factory=empty)
    """Part of nebtui that does not work now → why, one sentence each."""
    projects: Mapping[ProjectKey, Project] = field(default_factory=empty)
    containers: Mapping[str, Container] = field(default_factory=empty)
    networks: Mapping[str, Network] = field(default_factory=empty)
    """By name."""
    swarm: Swarm | None = None
    """None = the engine manages none."""
    images: Mapping[str, Image] = field(default_factory=empty)
    """By id and by each name."""
    paths: Mapping[str, HostPath] = field(default_factory=empty)
    host_ports: Mapping[int, bool] | None = None
    """TCP port on which a program of the host listens → whether containers can reach it (not on
    loopback only); None = not looked at (no service names the host, or it is another machine)."""
    processes: Mapping[str, Process] = field(default_factory=empty)
    samples: Mapping[str, ContainerSample] = field(default_factory=empty)
    gpus: Mapping[int, GpuSample] = field(default_factory=empty)
    cpu_trends: Mapping[str, CpuTrend] = field(default_factory=empty)
    """By container; not part of a recording's key frame."""
    gpu_loads: Mapping[int, tuple[int | None, ...]] = field(default_factory=empty)
    """Utilisation of each device in percent, oldest first, one a second, bounded."""
    gpu_stack: GpuStack | None = None
    """None = not looked at yet."""
    gpu_access: Mapping[str, GpuAccess] = field(default_factory=empty)
    """By container id."""
    throughput: Mapping[str, ThroughputSample] = field(default_factory=empty)
    histories: Mapping[str, tuple[ContainerEvent, ...]] = field(default_factory=empty)
    """By container id, oldest first, bounded."""
    starts: Mapping[ProjectKey, tuple[Start, ...]] = field(default_factory=empty)
    """Starts of each project that are kept from before, oldest first."""
    outgoing: tuple[Crossing, ...] = ()
    """What services of this box need of other boxes of the run; no box tells that itself."""
    incoming: tuple[Crossing, ...] = ()
    """What services of other boxes need of this one."""
    settled: bool = False
    generation: int = 0
    _memo: dict[Callable[..., object], tuple[tuple[object, ...], object]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What was derived last, with the branches it was derived from; shared with predecessors."""

    def derived(self, make: Callable[[Snapshot], T], *branches: object) -> T:
        """`make(self)`, computed once as long as these branches are the same objects. `make` must
        depend on nothing else."""
        known = self._memo.get(make)
        if known and len(known[0]) == len(branches) and all(map(is_, known[0], branches)):
            return cast("T", known[1])
        value = make(self)
        self._memo[make] = (branches, value)
        return value

    @property
    def by_service(self) -> Mapping[tuple[str, str], tuple[Container, ...]]:
        """The containers by (project name, service name), one-off runs left out, by number."""
        return self.derived(_by_service, self.containers)

    @property
    def by_project(self) -> Mapping[str, tuple[Container, ...]]:
        """The containers by project name, one-off runs among them."""
        return self.derived(_by_project, self.containers)

    @property
    def outside(self) -> tuple[Container, ...]:
        """The containers of neither a Compose project nor a Swarm service (`docker run`, other
        tools), by name."""
        found = (c for c in self.containers.values() if not c.project and not c.swarm_service)
        return tuple(sorted(found, key=lambda container: (container.name, container.id)))

    def image(self, name: str) -> Image | None:
        """The local image of a name or id; a name without a tag means `latest`."""
        return self.images.get(name) or self.images.get(
            name if ":" in name.rpartition("/")[2] else f"{name}:latest"
        )

    def service(self, key: ServiceKey) -> Service | None:
        """The declared service, None where the project's files do not (any more) declare it."""
        project = self.projects.get(key.project)
        return project.services.get(key.service) if project else None

    def containers_of(self, key: ServiceKey) -> tuple[Container, ...]:
        """The replicas of a service, one-off runs left out, by number."""
        found = self.by_service.get((key.project.name, key.service), ())
        return tuple(c for c in found if belongs(c, key.project))

    def has_containers(self, key: ProjectKey) -> bool:
        """Whether Compose made any container of a project, running or not, one-off runs too."""
        return any(belongs(one, key) for one in self.by_project.get(key.name, ()))

    def project_of(self, container: Container) -> ProjectKey | None:
        """The project that made a container, None where it is not one of the box's."""
        keys = self.derived(_by_name, self.projects).get(container.project or "", ())
        return next((key for key in keys if belongs(container, key)), None)

    def services(self) -> Iterator[tuple[ServiceKey, Service]]:
        """All declared services of all projects."""
        for key, project in self.projects.items():
            for service in project.services.values():
                yield ServiceKey(key, service.name), service


def belongs(container: Container, project: ProjectKey) -> bool:
    """True if the container's labels name this project: name and, where recorded, working
    directory."""
    if container.project != project.name:
        return False
    return (
        not container.working_dir
        or not project.working_dir
        or container.working_dir == project.working_dir
    )


def _by_name(snapshot: Snapshot) -> Mapping[str, tuple[ProjectKey, ...]]:
    result: dict[str, tuple[ProjectKey, ...]] = {}
    for key in snapshot.projects:
        result[key.name] = (*result.get(key.name, ()), key)
    return result


def _by_project(snapshot: Snapshot) -> Mapping[str, tuple[Container, ...]]:
    result: dict[str, list[Container]] = {}
    for container in snapshot.containers.values():
        if container.project:
            result.setdefault(container.project, []).append(container)
    return {name: tuple(many) for name, many in result.items()}


def _by_service(snapshot: Snapshot) -> Mapping[tuple[str, str], tuple[Container, ...]]:
    result: dict[tuple[str, str], list[Container]] = {}
    for container in snapshot.containers.values():
        if container.project and container.service and not container.one_off:
            result.setdefault((container.project, container.service), []).append(container)
    return {
        key: tuple(sorted(many, key=lambda c: (c.number, c.id)) if len(many) > 1 else many)
        for key, many in result.items()
    }
