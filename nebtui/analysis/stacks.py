"""The stacks of Docker Swarm, each service with its verdict: from what a manager tells, else from
the labels of the containers that run here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from nebtui.analysis.services import outside_word
from nebtui.analysis.swarm_nodes import node_trouble, unavailable
from nebtui.analysis.swarm_verdict import services_of, short_name, update, verdict
from nebtui.analysis.verdict import WORDS, Readiness, Tone, Word
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService
from nebtui.light_dataclass import dataclass

ENGINES_OWN = frozenset({"ingress", "docker_gwbridge", "bridge", "host", "none"})


@dataclass(frozen=True, slots=True)
class StackService:
    """A service of a stack."""

    stack: str
    """"" for services that were made without a stack."""
    name: str
    """As its file calls it: without the stack's name before it."""
    verdict: Readiness
    """Its `why`: the reason where replicas are missing, else where they run."""
    troubles: tuple[str, ...] = ()
    """`node n2 is drained`: the nodes of its tasks that take none now."""
    update: str = ""
    """`update paused: exit 1 on node n2`; "" where its newest one is through."""
    networks: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    """Those on this node, by name."""
    known: SwarmService | None = None
    """None where no manager tells of it: this engine is a worker."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to tell: its update, and the nodes that its verdict does not name."""
        troubles = (one for one in self.troubles if one not in self.verdict.why)
        return (*filter(None, (self.update,)), *troubles)

    @property
    def log_key(self) -> ServiceKey:
        """Whose lines those of its log are told to be."""
        return ServiceKey(ProjectKey(self.stack, ""), self.name)


@dataclass(frozen=True, slots=True)
class Stack:
    """What was deployed together."""

    name: str
    services: tuple[StackService, ...]

    @property
    def title(self) -> str:
        """`stack web (Swarm)`."""
        return stack_title(self.name)

    @property
    def up(self) -> int:
        """How many services are up; one of which some replicas run is."""
        return sum(one.verdict.word not in _DOWN for one in self.services)

    @property
    def summary(self) -> str:
        """`2/3 up · 1 failed`."""
        words = Counter(one.verdict.word for one in self.services)
        rest = [f"{words[word]} {word}" for word in (*_TOLD, *_DOWN) if words[word]]
        return " · ".join((f"{self.up}/{len(self.services)} up", *rest))

    @property
    def tone(self) -> Tone:
        """That of the worst service."""
        order = list(WORDS)
        worst = min((one.verdict.word for one in self.services), key=order.index)
        return WORDS[worst].tone


def stack_title(name: str) -> str:
    """What a stack of that name is called; "" for services without one."""
    return f"stack {name} (Swarm)" if name else "services without a stack (Swarm)"


_TOLD: tuple[Word, ...] = ("degraded",)
_DOWN: tuple[Word, ...] = ("failed", "starting", "absent")


def stacks(snapshot: Snapshot) -> tuple[Stack, ...]:
    """All of them by name, services without a stack last."""
    return snapshot.derived(_stacks, snapshot.swarm, snapshot.containers, snapshot.networks)


def _stacks(snapshot: Snapshot) -> tuple[Stack, ...]:
    by_stack: dict[str, list[StackService]] = {}
    for one in _services(snapshot):
        by_stack.setdefault(one.stack, []).append(one)
    return tuple(
        Stack(name, tuple(sorted(by_stack[name], key=lambda one: one.name)))
        for name in sorted(by_stack, key=lambda name: (not name, name))
    )


def deployed_from(snapshot: Snapshot, stack: Stack) -> Iterator[ProjectKey]:
    """The projects whose files a stack was deployed from, as far as a manager tells: of its name,
    and with all of its services."""
    known = any(one.known is not None for one in stack.services)
    for key in snapshot.projects if known else ():
        if key.name == stack.name and services_of(snapshot, key):
            yield key


def _services(snapshot: Snapshot) -> Iterator[StackService]:
    here: dict[str, list[Container]] = {}
    for container in snapshot.containers.values():
        if container.swarm_service and not container.project:
            here.setdefault(container.swarm_service, []).append(container)
    swarm = snapshot.swarm or Swarm()
    names = {network.id: network.name for network in snapshot.networks.values()}
    for service in swarm.services:
        own = _by_name(here.pop(service.name, ()))
        yield StackService(
            service.stack,
            short_name(service.stack, service.name),
            verdict(swarm, service),
            _troubles(swarm, service),
            update(swarm, service),
            tuple(sorted(names.get(one, one) for one in service.networks)),
            own,
            service,
        )
    for name, found in here.items():
        yield _observed(name, _by_name(found))


def _observed(name: str, containers: tuple[Container, ...]) -> StackService:
    """A service that only its containers here tell of; those that ended were replaced, or will
    be."""
    stack = containers[0].stack
    running = tuple(one for one in containers if one.state == "running")
    words = [outside_word(one) for one in running or containers]
    worst = min(words, key=list(WORDS).index)
    many = f"{len(running)} container{'' if len(running) == 1 else 's'}"
    why = f"{many} of it here; how many there should be is known to a manager of the swarm"
    networks = {network for one in containers for network in one.networks} - ENGINES_OWN
    return StackService(
        stack,
        short_name(stack, name),
        Readiness(worst, why),
        networks=tuple(sorted(networks)),
        containers=containers,
    )


def _troubles(swarm: Swarm, service: SwarmService) -> tuple[str, ...]:
    """The nodes of its tasks that take none now; of one that waits for a node all such nodes."""
    nodes = {task.node for task in service.tasks if task.node}
    waits = any(not task.node for task in service.current)
    of_tasks = (node_trouble(swarm, node) for node in sorted(nodes))
    return tuple(sorted({*filter(None, of_tasks), *(unavailable(swarm) if waits else ())}))


def log_key(service: SwarmService) -> ServiceKey:
    """Whose lines those of its log are told to be."""
    return ServiceKey(ProjectKey(service.stack, ""), short_name(service.stack, service.name))


def _by_name(containers: Iterable[Container]) -> tuple[Container, ...]:
    return tuple(sorted(containers, key=lambda one: (one.name, one.id)))
