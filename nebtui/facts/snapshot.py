"""Everything known at one instant, immutable; a new one shares all untouched branches with its
predecessor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nebtui.facts.declared import Project, ProjectKey, Service, ServiceKey, empty
from nebtui.facts.gpu import GpuAccess, GpuStack
from nebtui.facts.observed import (
    Container,
    ContainerEvent,
    Engine,
    HostPath,
    Image,
    Network,
    Process,
)
from nebtui.facts.samples import ContainerSample, GpuSample, ThroughputSample


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The box. `generation` counts state changes (not samples): equal generation = equal state
    facts."""

    engine: Engine | None = None
    engine_problem: str = ""
    """Why no engine answers, "" while one does or none was asked."""
    projects: Mapping[ProjectKey, Project] = field(default_factory=empty)
    containers: Mapping[str, Container] = field(default_factory=empty)
    networks: Mapping[str, Network] = field(default_factory=empty)
    """By name."""
    images: Mapping[str, Image] = field(default_factory=empty)
    """By id and by each name."""
    paths: Mapping[str, HostPath] = field(default_factory=empty)
    processes: Mapping[str, Process] = field(default_factory=empty)
    samples: Mapping[str, ContainerSample] = field(default_factory=empty)
    gpus: Mapping[int, GpuSample] = field(default_factory=empty)
    gpu_loads: Mapping[int, tuple[int | None, ...]] = field(default_factory=empty)
    """Utilisation of each device in percent, oldest first, one a second, bounded."""
    gpu_stack: GpuStack | None = None
    """None = nobody has looked."""
    gpu_access: Mapping[str, GpuAccess] = field(default_factory=empty)
    """By container id."""
    throughput: Mapping[str, ThroughputSample] = field(default_factory=empty)
    histories: Mapping[str, tuple[ContainerEvent, ...]] = field(default_factory=empty)
    """By container id, oldest first, bounded."""
    settled: bool = False
    generation: int = 0
    by_service: Mapping[tuple[str, str], tuple[Container, ...]] = field(
        init=False, compare=False, repr=False
    )
    """By (project name, service name); derived, so that asking for a service's containers walks
    only its own."""

    def __post_init__(self) -> None:
        found: dict[tuple[str, str], list[Container]] = {}
        for container in self.containers.values():
            if container.project and container.service and not container.one_off:
                found.setdefault((container.project, container.service), []).append(container)
        ordered = {
            key: tuple(sorted(many, key=lambda c: (c.number, c.id))) for key, many in found.items()
        }
        object.__setattr__(self, "by_service", ordered)

    def service(self, key: ServiceKey) -> Service | None:
        """The declared service, None where the project's files do not (any more) declare it."""
        project = self.projects.get(key.project)
        return project.services.get(key.service) if project else None

    def containers_of(self, key: ServiceKey) -> tuple[Container, ...]:
        """The replicas of a service, one-off runs left out, by number."""
        found = self.by_service.get((key.project.name, key.service), ())
        return tuple(c for c in found if belongs(c, key.project))

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
