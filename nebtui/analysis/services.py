"""The services of the box in the order they are shown, each with its verdict; and the containers
that no Compose project made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.reachability import declared_networks
from nebtui.analysis.readiness import readiness
from nebtui.analysis.swarm_verdict import deployed_as
from nebtui.analysis.verdict import WORDS, Readiness, Tone, Word
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot, belongs
from nebtui.light_dataclass import dataclass


def service_keys(snapshot: Snapshot, project: ProjectKey) -> tuple[ServiceKey, ...]:
    """The services of a project: those declared, then those that only containers know (a broken or
    older file)."""
    declared = list(snapshot.projects[project].services) if project in snapshot.projects else []
    containers = snapshot.by_project.get(project.name, ())
    observed = sorted({c.service for c in containers if c.service and belongs(c, project)})
    return tuple(ServiceKey(project, name) for name in dict.fromkeys([*declared, *observed]))


def keys_of(snapshot: Snapshot, project: ProjectKey | None) -> tuple[ServiceKey, ...]:
    """The services of a project, of all projects for None, in the order they are shown."""
    wanted = projects(snapshot) if project is None else (project,)
    return tuple(key for one in wanted for key in service_keys(snapshot, one))


def files_elsewhere(snapshot: Snapshot, project: ProjectKey) -> bool:
    """Its files are on the machine of the engine, which is another one: not read, and not wrong."""
    engine = snapshot.engine
    return engine is not None and engine.elsewhere and not snapshot.projects[project].confirmed


def narrowed(snapshot: Snapshot, keys: Iterable[ProjectKey]) -> Snapshot:
    """The snapshot with only these projects."""
    chosen = {key: snapshot.projects[key] for key in keys}
    return replace(snapshot, projects=MappingProxyType(chosen))


def out_of_memory(snapshot: Snapshot) -> tuple[ServiceKey, ...]:
    """The services that do not run because the kernel killed them for memory, as shown."""
    keys = (key for project in projects(snapshot) for key in service_keys(snapshot, project))
    return tuple(
        key
        for key in keys
        if any(
            container.state in ("exited", "restarting", "dead")
            and container.inspection is not None
            and container.inspection.oom_killed
            for container in snapshot.containers_of(key)
        )
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many services are up, of those that are meant to run, and what the others are."""

    up: int
    meant: int
    parts: tuple[tuple[str, Tone], ...]
    """`1 unhealthy`, `2 not created`, the worst first."""

    @property
    def text(self) -> str:
        """`16/18 up`; "" where nothing is meant to run."""
        return f"{self.up}/{self.meant} up" if self.meant else ""

    @property
    def tone(self) -> Tone:
        """The worst of them."""
        tones = [tone for _, tone in self.parts]
        order: tuple[Tone, ...] = ("bad", "warn")
        calm: Tone = "ok" if self.up == self.meant else "warn"
        return next((tone for tone in order if tone in tones), calm if self.meant else "dim")


_UP = ("ready", "listening", "unknown", "completed", "starting", "degraded")
"""Verdicts of services whose container runs, or has done its work."""


def meant_to_run(snapshot: Snapshot, key: ServiceKey, verdict: Readiness) -> bool:
    """False for services of a profile that is off, of projects of which nothing was ever started,
    and for those that nobody can look at."""
    started = key.project.name in snapshot.by_project or deployed_as(snapshot, key.project)
    return bool(started) and verdict.label not in ("profile off", "unknown")


def tally(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> Tally:
    """The count over some services; those that are not meant to run are counted apart."""
    verdicts = [(key, readiness(snapshot, key)) for key in keys]
    meant = up = 0
    words: list[tuple[int, str, Tone]] = []
    for key, verdict in verdicts:
        label = verdict.state
        idle = not meant_to_run(snapshot, key, verdict)
        if not idle:
            meant += 1
            up += verdict.word in _UP
        if idle or verdict.word in ("failed", "degraded", "waiting", "starting", "absent"):
            rank = list(WORDS).index(verdict.word)
            never = label == "not created" and idle
            words.append((rank, "not started" if never else label, WORDS[verdict.word].tone))
    counts = Counter(words)
    parts = tuple((f"{n} {label}", tone) for (_, label, tone), n in sorted(counts.items()))
    return Tally(up, meant, parts)


def whole_tally(snapshot: Snapshot) -> Tally:
    """The count over all services of the box; made once for each set of what verdicts are made
    of."""
    parts = (snapshot.engine, snapshot.projects, snapshot.containers, snapshot.images)
    more = (snapshot.processes, snapshot.histories, snapshot.swarm)
    return snapshot.derived(_whole_tally, *parts, *more)


def _whole_tally(snapshot: Snapshot) -> Tally:
    return tally(snapshot, keys_of(snapshot, None))


def projects(snapshot: Snapshot) -> tuple[ProjectKey, ...]:
    """The projects in the order they are shown: by name, variants last."""
    return tuple(sorted(snapshot.projects, key=lambda k: (snapshot.projects[k].variant, k)))


def network_members(snapshot: Snapshot) -> dict[str, tuple[bool, tuple[ServiceKey, ...]]]:
    """Engine name of each declared network → (external, members)."""
    result: dict[str, tuple[bool, list[ServiceKey]]] = {}
    for key, service in snapshot.services():
        project = snapshot.projects[key.project]
        external = {d.name for d in project.networks.values() if d.external}
        for name in sorted(declared_networks(project, service)):
            known = result.setdefault(name, (name in external, []))
            known[1].append(key)
    return {
        name: (external, tuple(members)) for name, (external, members) in sorted(result.items())
    }


def outside_word(container: Container) -> Word:
    """The nearest verdict for a container of which the engine's words are all that is known."""
    if container.state == "running":
        health: dict[str, Word] = {
            "healthy": "ready",
            "unhealthy": "degraded",
            "starting": "starting",
        }
        return health.get(container.health, "unknown")
    return "failed" if container.state in ("restarting", "dead") else "absent"


def outside_words(container: Container) -> str:
    """What the engine tells of it: state, image, ports as `8081→8080/tcp`."""
    ports = (
        f"{f'{p.host_port}→' if p.host_port is not None else ''}{p.port}/{p.protocol}"
        for p in container.ports
    )
    parts = (container.status or container.state, container.image, *dict.fromkeys(ports))
    return "  ".join(text for text in parts if text)
