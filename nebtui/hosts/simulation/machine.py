"""The machine under a simulated box: containers, networks, images, host paths, a queue of what is
due, and its news."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import replace

from nebtui.demo import Box, ImageScript, Scenario
from nebtui.facts.changes import (
    Change,
    ContainerGone,
    ContainerSeen,
    EventSeen,
    ImageSeen,
    NetworksListed,
    PathsSeen,
    ProcessesSeen,
)
from nebtui.facts.declared import Service
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, HostPath, Image, Network
from nebtui.facts.process import Process
from nebtui.hosts.simulation.container import SimContainer
from nebtui.hosts.simulation.logbook import LogBook
from nebtui.text.digest import sha256


class Machine:
    """Everything that can be observed of the box. Nothing moves but by `advance`; one caller at a
    time."""

    def __init__(self, box: Box, scenario: Scenario, seed: int, now: float) -> None:
        self.box = box
        self.scenario = scenario
        self.seed = seed
        self.now = now
        self.units: dict[str, SimContainer] = {}
        """By container name."""
        self.networks: dict[str, Network] = {}
        self.images: dict[str, Image] = {}
        self.paths: dict[str, HostPath] = {}
        self.book = LogBook()
        self.followed: frozenset[str] = frozenset()
        """Ids of the containers of which every probe is told."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._ids = 0
        self._news: list[Change] = []
        self._processes: dict[str, Process] = {}
        for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
            self.networks[name] = Network(self.identity(name), name, driver)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something when that much time has passed."""
        self._count += 1
        heapq.heappush(self._due, (self.now + seconds, self._count, work))

    def soon(
        self, unit: SimContainer, seconds: float, work: Callable[[SimContainer], None]
    ) -> None:
        """Do something with a container, unless it was stopped or started anew until then."""
        run = unit.run

        def still() -> None:
            if unit.run == run and unit.state == "running" and self.units.get(unit.name) is unit:
                work(unit)

        self.later(seconds, still)

    def advance(self, to: float) -> None:
        """Let everything happen that is due until then, in order."""
        while self._due and self._due[0][0] <= to:
            at, _, work = heapq.heappop(self._due)
            self.now = max(self.now, at)
            work()
        self.now = max(self.now, to)

    @property
    def next_due(self) -> float:
        """When something will happen next."""
        return self._due[0][0] if self._due else self.now + 1.0

    def news(self) -> list[Change]:
        """What happened since the last call."""
        news, self._news = self._news, []
        return news

    def tell(self, change: Change) -> None:
        """Something a reader of the box shall know."""
        self._news.append(change)

    def show(self, unit: SimContainer) -> None:
        """A container is not as it was."""
        self.tell(ContainerSeen(unit.container()))

    def happen(self, unit: SimContainer, action: str, exit_code: int | None = None) -> None:
        """An event of a container."""
        self.tell(EventSeen(ContainerEvent(self.now, unit.id, action, exit_code)))

    def write(self, unit: SimContainer, text: str, *, error: bool = False) -> None:
        """A line of a container's log."""
        self.book.write(unit, self.now, text, error=error)

    def count(self, unit: SimContainer, action: str) -> None:
        """A connection that was refused or failed."""
        event = ContainerEvent(self.now, unit.id, action, count=1, since=self.now)
        self.tell(EventSeen(event))

    def listen(self, unit: SimContainer, ports: tuple[int, ...]) -> None:
        """Ports that listen from now on."""
        event = ContainerEvent(self.now, unit.id, "listening", ports=ports, since=self.now)
        self.tell(EventSeen(event))

    def show_processes(self) -> None:
        """The processes that are not as they were told last."""
        fresh = {}
        for unit in self.units.values():
            process = unit.process()
            if process is not None and self._processes.get(unit.id) != process:
                fresh[unit.id] = process
        if fresh:
            self._processes |= fresh
            self.tell(ProcessesSeen(tuple(fresh.values())))

    def processes(self) -> tuple[Process, ...]:
        """All processes as they are now."""
        self._processes = {
            p.container: p for u in self.units.values() if (p := u.process()) is not None
        }
        return tuple(self._processes.values())

    def containers(self) -> tuple[Container, ...]:
        """All containers as they are now."""
        return tuple(unit.container() for unit in self.units.values())

    def identity(self, what: str) -> str:
        """A fresh 64-digit id, the same in every run with this seed."""
        self._ids += 1
        return sha256(f"{self.seed} {self._ids} {what}".encode())

    def running(self) -> Iterator[SimContainer]:
        """The containers whose process is there."""
        return (unit for unit in self.units.values() if unit.state == "running")

    def add(self, unit: SimContainer) -> None:
        """A container was created."""
        self.units[unit.name] = unit
        self.happen(unit, "create")
        self.show(unit)

    def remove(self, unit: SimContainer) -> None:
        """A container is gone."""
        if unit.state == "running":
            self.happen(unit, "die", 143)
        unit.run += 1
        unit.state = "removing"
        self.units.pop(unit.name, None)
        self.happen(unit, "destroy")
        self.book.remove(unit.id)
        self.tell(ContainerGone(unit.id))

    def create_network(self, name: str, labels: dict[str, str]) -> None:
        """A bridge network that was not there."""
        self.networks[name] = Network(self.identity(name), name, created=self.now, labels=labels)
        self.tell(NetworksListed(tuple(self.networks.values())))

    def remove_network(self, name: str) -> None:
        """A network nobody is on."""
        del self.networks[name]
        self.tell(NetworksListed(tuple(self.networks.values())))

    def image_script(self, name: str) -> ImageScript:
        """What is scripted for an image; a stranger brings nothing along."""
        return self.box.images.get(name, ImageScript())

    def image(self, name: str) -> Image:
        """A local image, pulled if it was not there."""
        if name not in self.images:
            script = self.image_script(name)
            digest = "sha256:" + sha256(name.encode())
            named = name if ":" in name.rpartition("/")[2] else f"{name}:latest"
            self.images[name] = Image(
                digest,
                (named,),
                user=script.user,
                exposed_ports=script.ports,
                programs=script.programs,
                digests=(f"{name}@{digest}",),
                environment={"CUDA_VERSION": script.cuda} if script.cuda else {},
            )
            self.tell(ImageSeen(self.images[name]))
        return self.images[name]

    def look_at_paths(self, service: Service) -> None:
        """Owners and modes of the folders that a service mounts, as scripted; else those of an
        ordinary user."""
        fresh = []
        for mount in service.mounts:
            if mount.type == "bind" and mount.source not in self.paths:
                self.paths[mount.source] = fact = self._path(mount.source)
                fresh.append(fact)
        if fresh:
            self.tell(PathsSeen(tuple(fresh)))

    def _path(self, path: str) -> HostPath:
        parents: list[HostPath] = []
        above = path.rpartition("/")[0]
        while above:
            parents.insert(0, HostPath(above, True, mode=0o755, is_dir=True))
            above = above.rpartition("/")[0]
        fact = HostPath(path, True, 1000, 1000, 0o755, True, tuple(parents))
        for script in self.box.paths:
            if path == script.path or path.startswith(script.path + "/"):
                owner = (self.scenario.owners or {}).get(script.path, script.uid)
                fact = replace(fact, uid=owner, gid=owner, mode=script.mode)
        return fact
