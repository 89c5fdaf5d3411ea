"""The verbs of `docker compose` beside `up` on the simulated machine."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.action import BuildImages, Down, Progress, ProjectAction, Pull, Restart, Stop
from nebtui.hosts.simulation.container import SimContainer
from nebtui.hosts.simulation.lifecycle import Lifecycle
from nebtui.hosts.simulation.machine import Machine
from nebtui.hosts.simulation.projects import Declared, same


class ComposeVerbs:
    """One verb on one project."""

    def __init__(self, machine: Machine, life: Lifecycle, declared: Declared) -> None:
        self._machine = machine
        self._life = life
        self._project = declared.project

    def run(self, action: ProjectAction) -> Iterator[Progress]:
        """Do it, line by line."""
        unknown = [name for name in action.services if name not in self._project.services]
        if unknown:
            yield Progress(f"no such service: {unknown[0]}", done=True, exit_code=1)
            return
        units = [u for u in self._units() if not action.services or _named(u, action)]
        match action:
            case Stop():
                yield from self._stop(units)
            case Restart():
                yield from self._restart(units)
            case Down():
                yield from self._down(units, whole=not action.services)
            case Pull() | BuildImages():
                yield from self._images(action)
        yield Progress("done", done=True)

    def _units(self) -> list[SimContainer]:
        return [u for u in self._machine.units.values() if same(u.project, self._project.key)]

    def _stop(self, units: list[SimContainer]) -> Iterator[Progress]:
        for unit in units:
            self._life.stop(unit)
            yield Progress(f" Container {unit.name}  Stopped")

    def _restart(self, units: list[SimContainer]) -> Iterator[Progress]:
        for unit in units:
            self._life.stop(unit)
            self._life.start(unit)
            yield Progress(f" Container {unit.name}  Started")

    def _down(self, units: list[SimContainer], *, whole: bool) -> Iterator[Progress]:
        for unit in units:
            self._life.stop(unit)
            self._machine.remove(unit)
            yield Progress(f" Container {unit.name}  Removed")
        if not whole:
            return
        for network in self._project.networks.values():
            if network.external or network.name not in self._machine.networks:
                continue
            if self._used(network.name):
                yield Progress(f" Network {network.name}  Resource is still in use")
                continue
            self._machine.remove_network(network.name)
            yield Progress(f" Network {network.name}  Removed")

    def _used(self, network: str) -> bool:
        attached = (a for unit in self._machine.units.values() for a in unit.attachments)
        return any(a.network == network for a in attached)

    def _images(self, action: ProjectAction) -> Iterator[Progress]:
        built = isinstance(action, BuildImages)
        for name, service in self._project.services.items():
            if action.services and name not in action.services:
                continue
            if built and service.build is not None:
                yield Progress(f" {name}  Built")
            if not built and service.image:
                yield Progress(f" {name} Pulled")


def _named(unit: SimContainer, action: ProjectAction) -> bool:
    return unit.service.name in action.services
