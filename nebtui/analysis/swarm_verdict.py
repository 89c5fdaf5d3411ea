"""What the services of a Docker Swarm are: their verdicts from replicas, their updates, and which
projects they are the services of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from nebtui.analysis.swarm_nodes import node_name
from nebtui.analysis.task_errors import Reason, in_one, plain_error, reason
from nebtui.analysis.verdict import Readiness, Word
from nebtui.facts.declared import ProjectKey
from nebtui.facts.empty import empty
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.light_pattern import pattern

Services = Mapping[str, SwarmService]


def services_of(snapshot: Snapshot, project: ProjectKey) -> Services:
    """The services of the stack that was deployed from a project's files, by the names in them: the
    stack has its name, and no other services than its. {} where no manager tells of one."""
    found = snapshot.derived(_by_stack, snapshot.swarm).get(project.name, empty())
    known = snapshot.projects.get(project)
    return found if known is not None and set(found) <= set(known.services) else empty()


def deployed_as(snapshot: Snapshot, project: ProjectKey) -> Services:
    """The same of a project that Swarm alone runs; {} where Compose runs any of it."""
    if snapshot.has_containers(project):
        return empty()
    return services_of(snapshot, project)


def _by_stack(snapshot: Snapshot) -> Mapping[str, Services]:
    result: dict[str, dict[str, SwarmService]] = {}
    for one in snapshot.swarm.services if snapshot.swarm else ():
        if one.stack:
            result.setdefault(one.stack, {})[short_name(one.stack, one.name)] = one
    return MappingProxyType(result)


def short_name(stack: str, name: str) -> str:
    """`web` of `shop_web` in the stack `shop`."""
    return name.removeprefix(f"{stack}_") if stack else name


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
    past = [
        one
        for one in service.tasks
        if one.past and one.state != "shutdown" and not one.error.startswith(_TIDYING)
    ]
    for task in (*_newest_first(service.current), *_newest_first(past)):
        replica = _replica(task)
        # Where each node has one, a node that takes none now explains nothing.
        is_missing = replica not in there and (replica in wanted or task.slot > 0)
        if is_missing and replica not in newest and (found := reason(swarm, service, task)):
            newest[replica] = found
    return in_one(newest.values())


_TIDYING = "error while removing network"


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


_WORD = pattern(r"\w+")
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
