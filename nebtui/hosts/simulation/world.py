"""The simulated box as a whole: its projects come up, grow old, are looked at, and obey what their
files say."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.action import (
    LABEL,
    Action,
    AskRegistry,
    CreateNetwork,
    Probe,
    Progress,
    ProjectAction,
    RemoveNetwork,
    RunProgram,
    Up,
)
from nebtui.analysis.reach_probe import connected_to
from nebtui.demo import Scenario, box
from nebtui.facts.changes import (
    Change,
    ContainersListed,
    EngineSeen,
    EventSeen,
    GpuAccessSeen,
    GpuStackSeen,
    ImageSeen,
    NetworksListed,
    PathsSeen,
    ProcessesSeen,
    ProjectGone,
    ProjectSeen,
    Settled,
)
from nebtui.facts.observed import Engine
from nebtui.hosts.simulation.calls import call
from nebtui.hosts.simulation.compose_up import ComposeUp
from nebtui.hosts.simulation.compose_verbs import ComposeVerbs
from nebtui.hosts.simulation.execution import run
from nebtui.hosts.simulation.lifecycle import Lifecycle
from nebtui.hosts.simulation.logbook import LogBook
from nebtui.hosts.simulation.machine import Machine
from nebtui.hosts.simulation.projects import ProjectStore
from nebtui.hosts.simulation.readings import reaches, sampled, stack
from nebtui.hosts.simulation.strangers import strangers

DAY = 86_400.0
ENGINE = Engine(
    "demo",
    "demo",
    "1.47",
    "demo",
    operating_system="Linux (simulated)",
    runtimes=("nvidia", "runc"),
)


class World:
    """One box, `age` seconds after its projects were brought up. One caller at a time; time passes
    in `advance`."""

    def __init__(self, scenario: Scenario, folder: str, seed: int, start: float) -> None:
        self._shelf = ProjectStore(folder)
        self._machine = machine = Machine(box(), scenario, seed, start - DAY)
        self._life = Lifecycle(machine)
        for name in scenario.networks:
            machine.create_network(name, {})
        machine.advance(start - scenario.age)
        self._starts_in = scenario.starts_in
        if scenario.starts_in is None:
            self._bring_up()
        else:
            self._pull()
        machine.advance(start)
        self._strangers = strangers(machine, scenario, start)
        self._measuring = False
        self._past = [change for change in machine.news() if isinstance(change, EventSeen)]

    def _bring_up(self) -> None:
        for declared in self._shelf.projects.values():
            for _ in ComposeUp(self._machine, self._life, declared).run(Up(declared.project.key)):
                pass  # the lines of a start that nobody asked for here

    def _pull(self) -> None:
        """What is on the machine before anything was brought up: images and folders."""
        for declared in self._shelf.projects.values():
            for service in declared.project.services.values():
                self._machine.image(service.image or f"{declared.project.name}-{service.name}")
                self._machine.look_at_paths(service)

    @property
    def book(self) -> LogBook:
        """What its containers write."""
        return self._machine.book

    def opening(self) -> list[Change]:
        """Everything there is to see at first, ending with `Settled`; from now on a reading is
        taken every second."""
        machine = self._machine
        machine.news()
        if not self._measuring:
            self._measuring = True
            machine.later(1.0, self._take_readings)
            if self._starts_in is not None:
                machine.later(self._starts_in, self._bring_up)
        return [
            EngineSeen(ENGINE),
            ContainersListed((*machine.containers(), *self._strangers)),
            NetworksListed(tuple(machine.networks.values())),
            *(ImageSeen(image) for image in machine.images.values()),
            *(ProjectSeen(declared.project) for declared in self._shelf.projects.values()),
            PathsSeen(tuple(machine.paths.values())),
            ProcessesSeen(machine.processes()),
            *self._past,
            GpuStackSeen(stack(machine)),
            GpuAccessSeen(reaches(machine)),
            sampled(machine),
            Settled(),
        ]

    def _take_readings(self) -> None:
        if edited := self._shelf.edited():
            self.reread(edited)
        self._machine.show_processes()
        self._machine.tell(GpuAccessSeen(reaches(self._machine)))
        self._machine.tell(sampled(self._machine))
        self._machine.later(1.0, self._take_readings)

    def advance(self, to: float) -> None:
        """Let the box live until then."""
        self._machine.advance(to)

    def follow(self, containers: tuple[str, ...]) -> None:
        """Tell every probe of these containers (their ids) from now on, the last ones at once."""
        self._machine.followed = frozenset(containers)
        for unit in self._machine.units.values():
            if unit.id in self._machine.followed:
                self._machine.show(unit)

    def news(self) -> list[Change]:
        """What happened since the last call."""
        return self._machine.news()

    @property
    def next_due(self) -> float:
        """When something will happen next."""
        return self._machine.next_due

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again."""
        gone, read = self._shelf.read_again(paths)
        for key in gone:
            self._machine.tell(ProjectGone(key))
        for declared in read:
            for service in declared.project.services.values():
                self._machine.look_at_paths(service)
            self._machine.tell(ProjectSeen(declared.project))

    def do(self, action: Action) -> Iterator[Progress]:
        """Do one thing, now."""
        match action:
            case ProjectAction():
                return self._compose(action)
            case CreateNetwork(name):
                return iter((self._create_network(name),))
            case RemoveNetwork(name):
                return iter((self._remove_network(name),))
            case AskRegistry(image):
                digest = self._machine.image(image).digests[0].partition("@")[2]
                return iter((Progress(digest, done=True),))
            case Probe():
                return self._probe(action)
            case RunProgram():
                text = "this is a simulated box: nothing is run for it"
                return iter((Progress(text, done=True, exit_code=1),))

    def _compose(self, action: ProjectAction) -> Iterator[Progress]:
        declared = self._shelf.of(action.project)
        if declared is None:
            yield Progress(f"{action.project.name}: no such project", done=True, exit_code=1)
            return
        self.reread(declared.project.key.files)
        fresh = self._shelf.of(action.project) or declared
        if isinstance(action, Up):
            yield from ComposeUp(self._machine, self._life, fresh).run(action)
        else:
            yield from ComposeVerbs(self._machine, self._life, fresh).run(action)

    def _create_network(self, name: str) -> Progress:
        if name in self._machine.networks:
            return Progress(f"network with name {name} already exists", done=True, exit_code=1)
        self._machine.create_network(name, {LABEL: "1"})
        return Progress(f"network {name} created", done=True)

    def _remove_network(self, name: str) -> Progress:
        network = self._machine.networks.get(name)
        if network is None:
            return Progress(f"network {name} is gone already", done=True)
        if LABEL not in network.labels:
            return Progress(f"network {name} was not created by nebtui", done=True, exit_code=1)
        if any(
            a.network == name for unit in self._machine.units.values() for a in unit.attachments
        ):
            return Progress(f"network {name} has active endpoints", done=True, exit_code=1)
        self._machine.remove_network(name)
        return Progress(f"network {name} removed", done=True)

    def _probe(self, probe: Probe) -> Iterator[Progress]:
        found = (
            u for u in self._machine.units.values() if probe.container in (u.id, u.id[:12], u.name)
        )
        unit = next(found, None)
        if unit is None:
            yield Progress(f"No such container: {probe.container}", done=True, exit_code=1)
            return
        if called := connected_to(probe.argv):
            code, output = call(self._machine, unit, *called)
        else:
            code, output = run(unit, probe.argv, probe.user, self._machine.paths)
        if output:
            yield Progress(output)
        yield Progress(f"exit status {code}", done=True, exit_code=code)
