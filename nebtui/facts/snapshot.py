"""Everything known at one instant, immutable; a new one shares all untouched branches with its predecessor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nebtui.facts.declared import EMPTY, Project, ProjectKey, Service, ServiceKey
from nebtui.facts.observed import Container, Engine, Happening, Image, Network, PathFact, Process
from nebtui.facts.samples import ContainerSample, GpuSample, ThroughputSample


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The box. `generation` counts state changes (not samples): equal generation = equal state facts."""

    engine: Engine | None = None
    engine_problem: str = ""
    """Why no engine answers, "" while one does or none was asked."""
    projects: Mapping[ProjectKey, Project] = EMPTY
    containers: Mapping[str, Container] = EMPTY
    networks: Mapping[str, Network] = EMPTY
    """By name."""
    images: Mapping[str, Image] = EMPTY
    """By id and by each name."""
    paths: Mapping[str, PathFact] = EMPTY
    processes: Mapping[str, Process] = EMPTY
    samples: Mapping[str, ContainerSample] = EMPTY
    gpus: Mapping[int, GpuSample] = EMPTY
    throughput: Mapping[str, ThroughputSample] = EMPTY
    histories: Mapping[str, tuple[Happening, ...]] = EMPTY
    """By container id, oldest first, bounded."""
    settled: bool = False
    generation: int = 0

    def service(self, key: ServiceKey) -> Service | None:
        """The declared service, None where the project's files do not (any more) declare it."""
        project = self.projects.get(key.project)
        return project.services.get(key.service) if project else None

    def containers_of(self, key: ServiceKey) -> tuple[Container, ...]:
        """The replicas of a service, one-off runs left out, by number."""
        found = [c for c in self.containers.values() if c.service == key.service and belongs(c, key.project)]
        return tuple(sorted((c for c in found if not c.one_off), key=lambda c: (c.number, c.id)))

    def services(self) -> Iterator[tuple[ServiceKey, Service]]:
        """All declared services of all projects."""
        for key, project in self.projects.items():
            for service in project.services.values():
                yield ServiceKey(key, service.name), service


def belongs(container: Container, project: ProjectKey) -> bool:
    """True if the container's labels name this project: name and, where recorded, working directory."""
    if container.project != project.name:
        return False
    return not container.working_dir or not project.working_dir or container.working_dir == project.working_dir
