"""Reads the pages of tests/cases; their language is described in tests/cases/README.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from nebtui.compose import model
from nebtui.compose.discovery import search
from nebtui.facts import changes
from nebtui.facts.crossing import Across, Crossing
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import (
    Attachment,
    Container,
    Engine,
    HealthProbe,
    HostPath,
    Image,
    Inspection,
    Network,
    PortBinding,
)
from nebtui.facts.process import Process
from nebtui.facts.samples import ContainerSample
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Bar, OpenedPort, Race, Run, Start
from nebtui.facts.swarm import GenericResource, Swarm, SwarmNode, SwarmService, SwarmTask
from nebtui.store import fold, fold_all
from tests.rules import gpu_facts

CASES = Path(__file__).parent.parent / "cases"


@dataclass
class Case:
    """One case of a page."""

    rule: str
    title: str
    files: dict[str, str] = field(default_factory=dict)
    box: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule}: {self.title}"


_FENCE = re.compile(r"^```(\w+)[ \t]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def load(folder: Path = CASES) -> Iterator[Case]:
    """Every case of every page of a folder."""
    for page in sorted(folder.glob("[a-z]*.md")):
        for section in page.read_text().split("\n## ")[1:]:
            case = Case(page.stem, section.splitlines()[0])
            for kind, info, body in _FENCE.findall(section):
                if kind == "box":
                    case.box = body.split("\n")[:-1]
                elif kind == "findings":
                    case.findings = body.split("\n")[:-1]
                elif kind == "after":
                    case.after[info.strip()] = body
                elif info.strip():
                    case.files[info.strip()] = body
                else:
                    raise ValueError(f"{page.name}, {case.title}: unknown fence ```{kind}")
            yield case


def snapshot(case: Case, folder: Path) -> Snapshot:
    """The box of a case: its files written below `folder`, its host facts folded in."""
    for name, body in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    result = Snapshot()
    for candidate in search.search((str(folder),), environ={}):
        result = fold(result, changes.ProjectSeen(model.read_only(candidate, {})))
    for line in case.box:
        kind, *words = line.split()
        if kind in ("asks", "asked"):
            result = _crossing(result, kind, *words)
        else:
            result = fold_all(result, _facts([kind, *words], result, folder))
    return fold(result, changes.Settled())


def _crossing(now: Snapshot, kind: str, name: str, box: str, place: str, answer: str) -> Snapshot:
    """The box with one more service that asks another box, or is asked by a service of one."""
    host, _, port = place.partition(":")
    here = _key(name, now)
    there = ServiceKey(ProjectKey("far", "/far", ("/far/compose.yaml",)), "other")
    word = cast("Across", answer)
    if kind == "asks":
        service = now.service(here)
        text = f"http://{place}"
        origin = service.origin("environment", "URL") if service else None
        one = Crossing(
            "here", here, host, int(port), box, there, word, text=f"URL={text}", origin=origin
        )
        return replace(now, outgoing=(*now.outgoing, one))
    one = Crossing(box, there, host, int(port), "here", here, word, text=f"URL=http://{place}")
    return replace(now, incoming=(*now.incoming, one))


def _facts(words: list[str], now: Snapshot, folder: Path) -> list[changes.Change]:
    kind, *rest = words
    of_gpus = gpu_facts.facts(kind, rest, now, lambda name: _container(name, now))
    if of_gpus is not None:
        return of_gpus
    if kind == "engine":
        return [
            changes.EngineSeen(
                Engine("box", "26.1", "1.45", "unix:///x", operating_system=" ".join(rest))
            )
        ]
    if kind == "machine":
        assert now.engine is not None
        told = replace(now.engine, cpus=int(rest[0]), log_driver=rest[1])
        return [changes.EngineSeen(told)]
    if kind == "host-port":
        known = now.host_ports or {}
        local = {port for port, open_ in known.items() if not open_}
        others = set(known) - local
        (local if rest[1:] else others).add(int(rest[0]))
        return [changes.HostPortsSeen(tuple(others), tuple(local))]
    if kind == "network":
        return [changes.NetworksListed((*now.networks.values(), Network(rest[0], rest[0])))]
    if kind == "owner":
        uid, gid = map(int, rest[1].split(":"))
        path = rest[0].replace("@", str(folder))
        fact = HostPath(path, True, uid, gid, int(rest[2], 8), is_dir=True)
        return [changes.PathsSeen((fact,))]
    if kind == "holds":
        uid, gid = map(int, rest[2].split(":"))
        inside = HostPath(f"{rest[0]}/{rest[1]}", True, uid, gid, int(rest[3], 8))
        return [changes.PathsSeen((replace(now.paths[rest[0]], within=(inside,)),))]
    if kind == "image":
        options = dict(word.partition("=")[::2] for word in rest[1:])
        test = Healthcheck(("CMD", "true")) if "health" in options else None
        return [
            changes.ImageSeen(
                Image(rest[0], (rest[0],), healthcheck=test, user=options.get("user", ""))
            )
        ]
    if kind == "stack":
        return [changes.SwarmSeen(_swarm(*rest))]
    if kind in ("node", "task"):
        assert now.swarm is not None
        changed = _node(now.swarm, *rest) if kind == "node" else _task(now.swarm, *rest)
        return [changes.SwarmSeen(changed)]
    if kind == "raced":
        return _raced(rest, now)
    if kind == "outside":
        return [_outside(*rest)]
    container = _container(rest[0], now)
    if kind == "uses":
        sample = ContainerSample(container.id, 1.0, memory=int(rest[1]) << 20)
        return [changes.Sampled(1.0, containers=(sample,))]
    if kind == "healthy":
        return [changes.ContainerSeen(_with(container, health="healthy"))]
    if kind == "unhealthy":
        failed = Inspection(
            probes=(HealthProbe(1.0, 2.0, 1, " ".join(rest[1:])),), failing_streak=1
        )
        return [changes.ContainerSeen(_with(container, health="unhealthy", inspection=failed))]
    if kind == "inspected":
        return [changes.ContainerSeen(_with(container, inspection=Inspection()))]
    if kind == "binds":
        ip, _, port = rest[1].rpartition(":")
        binding = PortBinding(int(port), int(port), ip)
        return [changes.ContainerSeen(_with(container, ports=(*container.ports, binding)))]
    if kind == "on":
        return [changes.ContainerSeen(_with(container, attachments=(Attachment(rest[1]),)))]
    if kind == "exited":
        return [
            changes.ContainerSeen(
                _with(container, state="exited", inspection=Inspection(exit_code=int(rest[1])))
            )
        ]
    seen: changes.Change = changes.ContainerSeen(container)
    if kind == "runs":
        uid, gid = map(int, rest[1].split(":"))
        process = Process(container.id, 7, uid, gid, overrides_permissions=uid == 0)
        return [seen, changes.ProcessesSeen((process,))]
    if kind == "listens":
        return [
            seen,
            changes.ProcessesSeen((Process(container.id, 7, 0, 0, listening=(int(rest[1]),)),)),
        ]
    raise ValueError(f"unknown fact: {words}")


def _swarm(stack: str, services: str, nodes: str = "1", constraint: str = "") -> Swarm:
    """A swarm of so many nodes with one stack, of these services."""
    limits = (constraint.replace("==", " == "),) if constraint else ()
    return Swarm(
        tuple(
            SwarmService(name, f"{stack}_{name}", stack, replicas=1, constraints=limits)
            for name in services.split(",")
        ),
        tuple(
            SwarmNode(f"n{n}", f"n{n}", state="ready", memory=8 << 30) for n in range(int(nodes))
        ),
    )


def _node(swarm: Swarm, name: str, word: str, count: str = "") -> Swarm:
    """The swarm with a node that is `here`, `drained`, or has so many of a kind."""
    if word == "here":
        return replace(swarm, here=name)
    has = (GenericResource(word, int(count)),) if count else ()
    wish = "drain" if word == "drained" else "active"
    nodes = (
        replace(one, generic=has, availability=wish) if one.name == name else one
        for one in swarm.nodes
    )
    return replace(swarm, nodes=tuple(nodes))


def _task(swarm: Swarm, service: str, node: str) -> Swarm:
    """The swarm with a task of a service that runs on a node."""
    services = (
        replace(one, tasks=(*one.tasks, SwarmTask(node, 1, node, "running")))
        if one.id == service
        else one
        for one in swarm.services
    )
    return replace(swarm, services=tuple(services))


def _outside(name: str, mode: str, variable: str, *hosts: str) -> changes.Change:
    """A container that no project made, with a variable and entries of its own."""
    key, _, value = variable.partition("=")
    inspection = Inspection(
        network_mode=mode,
        environment={key: value},
        extra_hosts=tuple((host, "host-gateway") for host in hosts),
    )
    return changes.ContainerSeen(Container(name, name, state="running", inspection=inspection))


def _raced(words: list[str], now: Snapshot) -> list[changes.Change]:
    """A kept start of the dependent's project in which it raced, and in the target's one how long
    that took."""
    dependent, target = (_key(name, now) for name in words[:2])
    gap = float(words[2])
    race = Race(dependent, target, gap, refused=int(words[3]))
    run = Run(1.0, opened=(OpenedPort(80, gap + 0.9, gap + 1.0),))
    bar = Bar(target.service, 1, "c", 0.5, (run,))
    starts = {dependent.project: Start(dependent.project, 0.0, 20.0, races=(race,))}
    known = starts.get(target.project, Start(target.project, 0.0, 20.0))
    starts[target.project] = replace(known, bars=(bar,))
    return [changes.StartsRecalled(key, (start,)) for key, start in starts.items()]


def _key(name: str, now: Snapshot) -> ServiceKey:
    project, service = name.split("/")
    return ServiceKey(next(key for key in now.projects if key.name == project), service)


def _container(name: str, now: Snapshot) -> Container:
    project, service = name.split("/")
    for container in now.containers.values():
        if (container.project, container.service) == (project, service):
            return container
    return Container(
        f"{project}-{service}",
        f"{project}-{service}-1",
        state="running",
        project=project,
        service=service,
    )


def _with(container: Container, **changed: object) -> Container:
    return replace(container, **changed)  # type: ignore[arg-type]
