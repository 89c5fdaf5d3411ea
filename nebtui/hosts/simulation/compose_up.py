"""`docker compose up -d` on the simulated machine: networks, recreation of what changed, start
behind the gates."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.action import Progress, Up
from nebtui.demo import ServiceScript
from nebtui.facts.declared import Service
from nebtui.facts.observed import Attachment, Image
from nebtui.hosts.simulation.container import SimContainer, user_of
from nebtui.hosts.simulation.lifecycle import Lifecycle
from nebtui.hosts.simulation.machine import Machine
from nebtui.hosts.simulation.projects import Declared, same

JOB = ServiceScript(starts=1.0, connects=0.4)


class RefusalError(ValueError):
    """Compose stops; one sentence, as it says it."""


class ComposeUp:
    """One `up` of one project."""

    def __init__(self, machine: Machine, life: Lifecycle, declared: Declared) -> None:
        self._machine = machine
        self._life = life
        self._declared = declared
        self._project = declared.project

    def run(self, action: Up) -> Iterator[Progress]:
        """Do it, line by line; nothing is done where Compose would refuse."""
        try:
            wanted = self._wanted(action.services)
            self._check_networks(wanted)
        except RefusalError as refusal:
            yield Progress(str(refusal), done=True, exit_code=1)
            return
        yield from self._create_networks(wanted)
        created: list[SimContainer] = []
        for service in wanted:
            forced = action.force_recreate and (
                not action.services or service.name in action.services
            )
            yield from self._container(service, forced, created)
        for unit in created:
            unit.waiting = True
        for unit in created:
            if unit.waiting and not self._life.start_if_open(unit):
                yield Progress(f" Container {unit.name}  {unit.error or 'Waiting'}")
                continue
            yield Progress(f" Container {unit.name}  Started")
        yield Progress("done", done=True)

    def _wanted(self, names: tuple[str, ...]) -> list[Service]:
        """The services to bring up, those they depend on first."""
        project = self._project
        if project.problem is not None:
            raise RefusalError(f"{project.problem.file}: {project.problem.message}")
        services = project.services
        for name in names:
            if name not in services:
                raise RefusalError(f"no such service: {name}")
        result: dict[str, Service] = {}

        def take(name: str, above: tuple[str, ...]) -> None:
            if name in result or name in above or name not in services:
                return
            for dependency in services[name].depends_on:
                take(dependency, (*above, name))
            result[name] = services[name]

        for name in names or [s.name for s in services.values() if project.brings_up(s)]:
            take(name, ())
        return list(result.values())

    def _check_networks(self, wanted: list[Service]) -> None:
        for service in wanted:
            for join in service.networks.values():
                network = self._project.networks.get(join.network)
                if network and network.external and network.name not in self._machine.networks:
                    raise RefusalError(
                        f"network {network.name} declared as external, but could not be found"
                    )

    def _create_networks(self, wanted: list[Service]) -> Iterator[Progress]:
        used = dict.fromkeys(key for service in wanted for key in service.networks)
        for key in used:
            network = self._project.networks.get(key)
            if network and not network.external and network.name not in self._machine.networks:
                labels = {
                    "com.docker.compose.project": self._project.name,
                    "com.docker.compose.network": key,
                }
                self._machine.create_network(network.name, labels)
                yield Progress(f" Network {network.name}  Created")

    def _container(
        self, service: Service, forced: bool, created: list[SimContainer]
    ) -> Iterator[Progress]:
        name = service.container_name or f"{self._project.name}-{service.name}-1"
        old = self._old(service)
        if old is None:
            created.append(self._create(service, name))
            yield Progress(f" Container {name}  Created")
        elif forced or old.fingerprint != self._declared.fingerprints[service.name]:
            self._machine.remove(old)
            created.append(self._create(service, name))
            yield Progress(f" Container {name}  Recreated")
        elif old.state in ("running", "restarting"):
            yield Progress(f" Container {name}  Running")
        else:
            created.append(old)

    def _old(self, service: Service) -> SimContainer | None:
        units = self._machine.units.values()
        mine = (
            u
            for u in units
            if u.service.name == service.name and same(u.project, self._project.key)
        )
        return next(mine, None)

    def _create(self, service: Service, name: str) -> SimContainer:
        machine = self._machine
        place = f"{self._project.name}/{service.name}"
        image_name = service.image or f"{self._project.name}-{service.name}"
        image = machine.image(image_name)
        machine.look_at_paths(service)
        job = self._is_job(service)
        uid, gid = user_of(service, image, machine.image_script(image_name).runs_as)
        unit = SimContainer(
            id=machine.identity(name),
            name=name,
            project=self._project.key,
            service=service,
            fingerprint=self._declared.fingerprints[service.name],
            image=image,
            script=machine.box.services.get(place, JOB),
            created=machine.now,
            attachments=self._attachments(service, name),
            job=job,
            uid=uid,
            gid=gid,
            caps_dropped=service.name in self._declared.caps_dropped,
            cuda=not (service.gpu and self._cuda_fails(image)),
        )
        machine.add(unit)
        return unit

    def _is_job(self, service: Service) -> bool:
        gates = (d for s in self._project.services.values() for d in s.depends_on.values())
        return any(
            d.service == service.name and d.condition == "service_completed_successfully"
            for d in gates
        )

    def _cuda_fails(self, image: Image) -> bool:
        """What does not fit the driver is the image, whichever service runs it."""
        for place in self._machine.scenario.without_cuda:
            project, _, name = place.partition("/")
            if project == self._project.name and (scripted := self._project.services.get(name)):
                return scripted.image in image.names
        return False

    def _attachments(self, service: Service, name: str) -> tuple[Attachment, ...]:
        machine = self._machine
        if service.network_mode:
            mode = service.network_mode
            return (
                (Attachment(mode, machine.networks[mode].id),) if mode in machine.networks else ()
            )
        result = []
        for key, join in service.networks.items():
            network = machine.networks[self._project.networks[key].name]
            taken = sum(
                any(a.network == network.name for a in unit.attachments)
                for unit in machine.units.values()
            )
            ip = f"172.{18 + list(machine.networks).index(network.name)}.0.{taken + 2}"
            result.append(Attachment(network.name, ip, (name, service.name, *join.aliases)))
        return tuple(result)
