"""Can one service reach another: the path in steps, and which of them is missing."""

from __future__ import annotations

from typing import Literal

from nebtui.analysis.ports import listening_ports
from nebtui.analysis.reachability import Names, names, names_of, resolve
from nebtui.analysis.readiness import image_of, readiness
from nebtui.analysis.references import HOST_GATEWAY, Reference, references
from nebtui.analysis.talks import talks
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

Answer = Literal["yes", "no", "unknown"]
StepName = Literal["network", "name", "runs", "port", "gate"]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One thing that must hold. `rules`: whose fix mends it where it does not; `remedy`: what to do
    by hand, "" where nothing is to be done."""

    name: StepName
    answer: Answer
    message: str
    rules: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """The path from one service to another. `host` and `port`: what it would connect to, "" and
    None where there is no such name or no port is known; `named`: a text of it says so."""

    source: ServiceKey
    target: ServiceKey
    host: str
    port: int | None
    named: bool
    steps: tuple[PathStep, ...]

    @property
    def answer(self) -> Answer:
        """Whether a connection made now would succeed; the gate is about a start only."""
        answers = {step.answer for step in self.steps if step.name != "gate"}
        return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"

    @property
    def doubtful(self) -> tuple[PathStep, ...]:
        """The steps that do not hold, or of which that is not known."""
        return tuple(step for step in self.steps if step.answer != "yes")


def reach(snapshot: Snapshot, source: ServiceKey, target: ServiceKey) -> Reach:
    """The path between two services of the box; pure, nothing is tried."""
    index, service = names(snapshot), snapshot.service(target)
    reference = _reference(snapshot, index, source, target)
    network = _network(snapshot, index, source, target)
    host, name = _name(snapshot, index, reference, source, target)
    port, on_port = _port(snapshot, source, target, service, reference)
    if _mode(snapshot, source) == "host":
        host, name, port = _from_the_host(service, target)
    elif _mode(snapshot, target) == "host":
        host, name = _to_the_host(snapshot, source)
    steps = (network, name, _runs(snapshot, target), on_port, _gate(snapshot, source, target))
    return Reach(source, target, host, port, reference is not None, steps)


def _mode(snapshot: Snapshot, key: ServiceKey) -> str:
    service = snapshot.service(key)
    return (service.network_mode or "") if service else ""


def _reference(
    snapshot: Snapshot, index: Names, source: ServiceKey, target: ServiceKey
) -> Reference | None:
    """Where a text of the one names the other; None where none does."""
    service = snapshot.service(source)
    for reference in references(source, service) if service else ():
        found = resolve(index, reference)
        if target in (*found.reached, *found.others):
            return reference
    return None


def _network(snapshot: Snapshot, index: Names, source: ServiceKey, target: ServiceKey) -> PathStep:
    modes = {key: _mode(snapshot, key) for key in (source, target)}
    for key, mode in modes.items():
        if mode == "none":
            return PathStep("network", "no", f"{key} has network_mode none", (), "that is meant")
    if "host" in modes.values():
        return PathStep("network", "yes", "through the host's network")
    mine, theirs = (index.networks.get(key, frozenset()) for key in (source, target))
    shared = sorted(mine & theirs)
    absent = [n for n in shared if snapshot.engine and n not in snapshot.networks]
    if shared and absent == shared and _external(snapshot, absent[0]):
        why = f"{absent[0]} is external and does not exist on this host"
        return PathStep("network", "no", why, ("missing-network",), f"create {absent[0]}")
    if shared:
        return PathStep("network", "yes", f"both are on {', '.join(shared)}")
    why = f"{source} is on {_list(mine)}, {target} on {_list(theirs)}: none in common"
    remedy = f"let {source} join {sorted(theirs)[0]}" if theirs else f"give {target} a network"
    return PathStep("network", "no", why, ("isolated-networks",), remedy)


def _external(snapshot: Snapshot, name: str) -> bool:
    every = (d for p in snapshot.projects.values() for d in p.networks.values())
    return any(d.external and d.name == name for d in every)


def _list(networks: frozenset[str]) -> str:
    return ", ".join(sorted(networks)) or "no network"


def _name(
    snapshot: Snapshot,
    index: Names,
    reference: Reference | None,
    source: ServiceKey,
    target: ServiceKey,
) -> tuple[str, PathStep]:
    """The name to call it by, and whether that means nobody else."""
    service = snapshot.service(target)
    own = names_of(snapshot, target, service) if service else (target.service,)
    hosts = (reference.host, *own) if reference else own
    mine = index.networks.get(source, frozenset())
    for host in hosts:
        asked = Reference(source, host, None, (), host, None, True)
        reached = resolve(index, asked).reached
        if target in reached and _owns(index, host, source):
            why = f"{host} is a name of {source} itself"
            return host, PathStep("name", "no", why, ("ambiguous-name",), "give it an alias")
        if mine & index.networks.get(target, frozenset()) and reached == (target,):
            at = f" ({reference.origin})" if reference and reference.origin else ""
            told = f"as {host}, which {source} uses{at}" if reference else f"as {host}"
            return host, PathStep("name", "yes", told)
        if reference and len(reached) > 1 and target in reached:
            others = " and ".join(str(k) for k in reached if k != target)
            why = f"{host} is answered by {others} as well"
            return host, PathStep("name", "no", why, ("ambiguous-name",), "give it an alias")
    host = hosts[0] if hosts else ""
    return host, PathStep("name", "unknown", f"{host} is answered once both share a network")


def _owns(index: Names, host: str, key: ServiceKey) -> bool:
    return key in index.owners.get(host.lower(), ())


def _runs(snapshot: Snapshot, target: ServiceKey) -> PathStep:
    verdict = readiness(snapshot, target)
    why = f": {verdict.why}" if verdict.why and verdict.why != verdict.state else ""
    told = f"{target} is {verdict.state}{why}"
    if verdict.label == "unknown":
        return PathStep("runs", "unknown", f"nobody can tell whether {target} runs{why}")
    if verdict.word == "absent":
        return PathStep("runs", "no", told, (), f"bring {target} up")
    if verdict.word in ("failed", "completed"):
        return PathStep("runs", "no", told, (), f"read the log of {target}")
    return PathStep("runs", "yes", told)


def _port(
    snapshot: Snapshot,
    source: ServiceKey,
    target: ServiceKey,
    service: Service | None,
    reference: Reference | None,
) -> tuple[int | None, PathStep]:
    """The port to connect to, and whether it listens."""
    containers = snapshot.containers_of(target)
    image = image_of(snapshot, service, containers) if service else None
    known, place = listening_ports(snapshot, target, service, image) if service else ((), "")
    wanted = reference.port if reference and reference.port else (known[0] if known else None)
    talk = [t for t in talks(snapshot) if (t.source, t.target) == (source, target)]
    if talk:
        port = wanted if wanted in {t.port for t in talk} else talk[0].port
        return port, PathStep("port", "yes", f"{source} has a connection to port {port}")
    processes = [p for c in containers if (p := snapshot.processes.get(c.id))]
    seen = [p.listening for p in processes if p.listening is not None]
    heard = sorted({port for ports in seen for port in ports})
    if seen and wanted in heard:
        return wanted, PathStep("port", "yes", f"{target} listens on {wanted}")
    if seen and not heard:
        why = "it listens on nothing that other containers reach"
        return wanted, PathStep("port", "no", why, (), "let it listen on 0.0.0.0, not on 127.0.0.1")
    if heard:
        told = ", ".join(map(str, heard))
        why = f"{target} listens on {told}, not on {wanted}"
        return wanted, PathStep("port", "no", why, ("unknown-reference",), f"use port {heard[0]}")
    told = f"{wanted} by {place or 'the text that names it'}" if wanted else "no port is known"
    return wanted, PathStep("port", "unknown", f"{told}; nobody looked whether it listens")


def _gate(snapshot: Snapshot, source: ServiceKey, target: ServiceKey) -> PathStep:
    """Whether the one starts only when the other is there."""
    service = snapshot.service(source)
    dependency = service.depends_on.get(target.service) if service else None
    if source.project != target.project:
        why = "nothing makes it wait at a start: Compose has no gate between projects"
        return PathStep("gate", "unknown", why, ("unguarded-start",))
    if dependency is None:
        why = f"{source.service} does not depend on it, and may start before it"
        return PathStep("gate", "no", why, ("undeclared-dependency",))
    if dependency.condition == "service_started":
        why = f"{source.service} waits until it is started, not until it is ready"
        return PathStep("gate", "no", why, ("ungated-dependency", "missing-healthcheck"))
    return PathStep("gate", "yes", f"waits for {dependency.condition}")


def _from_the_host(service: Service | None, target: ServiceKey) -> tuple[str, PathStep, int | None]:
    """A service in the host's network calls the published port."""
    ports = [p for p in service.ports if p.published.isdecimal()] if service else []
    if not ports:
        why = f"{target} publishes no port, and the host's network does not know its name"
        return "", PathStep("name", "no", why, (), f"publish a port of {target}"), None
    port = int(ports[0].published)
    return "127.0.0.1", PathStep("name", "yes", f"as 127.0.0.1:{port}, its published port"), port


def _to_the_host(snapshot: Snapshot, source: ServiceKey) -> tuple[str, PathStep]:
    """A service in the host's network is called by the host's name."""
    service = snapshot.service(source)
    known = bool(service and dict(service.extra_hosts).get(HOST_GATEWAY))
    if known or (snapshot.engine and not snapshot.engine.linux):
        return HOST_GATEWAY, PathStep("name", "yes", f"as {HOST_GATEWAY}")
    why = f"{source} does not know {HOST_GATEWAY}"
    remedy = f'add "{HOST_GATEWAY}:host-gateway" to its extra_hosts'
    return HOST_GATEWAY, PathStep("name", "no", why, ("missing-host-gateway",), remedy)
