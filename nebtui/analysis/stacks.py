"""The stacks of Docker Swarm, each service with its verdict: from what a manager tells, else from
the labels of the containers that run here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nebtui.analysis.services import outside_word
from nebtui.analysis.swarm_nodes import node_name, node_trouble, unavailable
from nebtui.analysis.task_errors import Reason, in_one, plain_error, reason
from nebtui.analysis.verdict import WORDS, Readiness, Tone, Word
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask

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
    def summary(self) -> str:
        """`2/3 up · 1 failed`; one of which some replicas run is up."""
        up = sum(one.verdict.word not in _DOWN for one in self.services)
        words = Counter(one.verdict.word for one in self.services)
        rest = [f"{words[word]} {word}" for word in (*_TOLD, *_DOWN) if words[word]]
        return " · ".join((f"{up}/{len(self.services)} up", *rest))

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
    names = {one.name for one in stack.services if one.known is not None}
    for key, project in snapshot.projects.items():
        if key.name == stack.name and names and names <= set(project.services):
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
            _short(service.stack, service.name),
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
        _short(stack, name),
        Readiness(worst, why),
        networks=tuple(sorted(networks)),
        containers=containers,
    )


def verdict(swarm: Swarm, service: SwarmService) -> Readiness:
    """From its replicas; where some are missing, with the newest reasons."""
    wanted, running = service.wanted, service.running
    count = f"{running}/{wanted}"
    if running + service.finished >= wanted:
        if service.job:
            return Readiness("completed", label=f"done {count}")
        if wanted == 0:
            nobody = "scaled to 0" if service.replicas == 0 else "no node takes it"
            return Readiness("absent", nobody, label=count)
        if not running:
            ended = "ended well, and is not started again (restart_policy)"
            return Readiness("completed", ended, label=f"done {service.finished}/{wanted}")
        return Readiness("ready", _places(swarm, service), label=f"ready {count}")
    why = newest_errors(swarm, service)
    if not why:
        states = Counter(task.state for task in service.current if task.state != "running")
        told = ", ".join(f"{n} {_ON_ITS_WAY.get(s, s)}" for s, n in sorted(states.items()))
        return Readiness("starting", told, label=f"starting {count}")
    word: Word = "degraded" if running else "failed"
    return Readiness(word, why, label=f"{word} {count}")


_ON_ITS_WAY = {"ready": "about to start", "new": "waiting", "pending": "waiting for a node"}
"""Swarm's words for the states of a task that mean something else to people."""


def newest_errors(swarm: Swarm, service: SwarmService) -> str:
    """Why the replicas that are missing do not run, the newest reason of each; "" for none."""
    there = {_replica(task) for task in service.current if task.state == "running"}
    wanted = {_replica(task) for task in service.current}
    newest: dict[tuple[int, str], Reason] = {}
    # What keeps the one that is wanted now says more than why its forerunners ended; one that was
    # told to end did not fail, whatever was wrong while it was tidied up.
    past = [one for one in service.tasks if one.past and one.state != "shutdown"]
    for task in (*_newest_first(service.current), *_newest_first(past)):
        replica = _replica(task)
        # Where each node has one, a node that takes none now explains nothing.
        is_missing = replica not in there and (replica in wanted or task.slot > 0)
        if is_missing and replica not in newest and (found := reason(swarm, service, task)):
            newest[replica] = found
    return in_one(newest.values())


def _newest_first(tasks: Iterable[SwarmTask]) -> list[SwarmTask]:
    return sorted(tasks, key=lambda one: -one.at)


def _replica(task: SwarmTask) -> tuple[int, str]:
    """Which replica a task is an attempt of: its slot, or the node of a service that runs once on
    each."""
    return (task.slot, "" if task.slot else task.node)


def update(swarm: Swarm, service: SwarmService) -> str:
    """What its newest update has come to, with what stopped it; "" where it is through."""
    word = _UPDATES.get(service.update, "")
    named = frozenset(_WORD.findall(service.update_told)) if word else frozenset()
    stopped = next((task for task in service.tasks if task.id in named), None)
    why = plain_error(swarm, service, stopped) if stopped else ""
    return f"{word}: {why}" if why else word


_WORD = re.compile(r"\w+")
_UPDATES = {
    "updating": "update in progress",
    "paused": "update paused, the other tasks are as before",
    "rollback_started": "update failed, rolling back",
    "rollback_paused": "rollback paused",
    "rollback_completed": "update failed and was rolled back",
}


def _places(swarm: Swarm, service: SwarmService) -> str:
    """`on n1 ×2, n2`: the nodes that its tasks run on."""
    on = Counter(node_name(swarm, t.node) for t in service.current if t.state == "running")
    return "on " + ", ".join(
        f"{node} ×{many}" if many > 1 else node for node, many in sorted(on.items())
    )


def _troubles(swarm: Swarm, service: SwarmService) -> tuple[str, ...]:
    """The nodes of its tasks that take none now; of one that waits for a node all such nodes."""
    nodes = {task.node for task in service.tasks if task.node}
    waits = any(not task.node for task in service.current)
    of_tasks = (node_trouble(swarm, node) for node in sorted(nodes))
    return tuple(sorted({*filter(None, of_tasks), *(unavailable(swarm) if waits else ())}))


def log_key(service: SwarmService) -> ServiceKey:
    """Whose lines those of its log are told to be."""
    return ServiceKey(ProjectKey(service.stack, ""), _short(service.stack, service.name))


def _by_name(containers: Iterable[Container]) -> tuple[Container, ...]:
    return tuple(sorted(containers, key=lambda one: (one.name, one.id)))


def _short(stack: str, name: str) -> str:
    """`web` of `shop_web` in the stack `shop`."""
    return name.removeprefix(f"{stack}_") if stack else name
