"""Who has a port of a box, as far as is seen: a container, a service of Swarm, a program of the
machine itself, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

from nebtui.analysis.published import ANY
from nebtui.analysis.stacks import StackService, deployed_from, stacks
from nebtui.analysis.swarm_nodes import node_name
from nebtui.facts.crossing import Across
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

LOOPBACK = ("127.", "::1")


@dataclass(frozen=True, slots=True)
class PortOwner:
    """Who has a port. `by`: in words, where no service of a project does; `only`: the addresses of
    the box that have it, where those are not all."""

    answer: Across
    target: ServiceKey | None = None
    by: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalledAs:
    """By which name or address a box is called, and the words that mean it."""

    host: str = ""
    known_as: frozenset[str] = frozenset()


NO_NAME = CalledAs()
Bound = tuple[str, ServiceKey | None]
"""An address of the box that has a port, and the service of a project that it is for."""


def swarm_around(snapshot: Snapshot, every: Iterable[Snapshot]) -> Snapshot:
    """The box of the run that manages the swarm this one is a node of: itself, or a manager that
    has a node of its machine's name; itself where there is none, or more than one."""
    engine = snapshot.engine
    if snapshot.swarm is not None or engine is None:
        return snapshot
    found = [
        one
        for one in every
        if one.swarm is not None and engine.name in {node.name for node in one.swarm.nodes}
    ]
    return found[0] if len({one.engine.name for one in found if one.engine}) == 1 else snapshot


def answered(
    snapshot: Snapshot, port: int, manager: Snapshot | None = None, called: CalledAs = NO_NAME
) -> PortOwner:
    """Who has a TCP port of a box. `manager`: the box that manages its swarm."""
    if snapshot.engine is None or snapshot.engine_problem:
        return PortOwner("unknown")
    bound = snapshot.derived(_bound, snapshot.containers, snapshot.projects).get(port)
    local = _reached(bound, called) if bound else None
    if local is not None and local.answer == "published":
        return local
    of_swarm = _of_swarm(snapshot, port, manager or snapshot)
    if of_swarm is not None and of_swarm.answer == "published":
        return of_swarm
    return local or of_swarm or _declared(snapshot, port) or _program(snapshot, port)


def _bound(snapshot: Snapshot) -> Mapping[int, tuple[Bound, ...]]:
    """TCP port → who has it, on which addresses."""
    found: dict[int, tuple[Bound, ...]] = {}
    for container in snapshot.containers.values():
        for binding in container.ports:
            if binding.host_port is not None and binding.protocol == "tcp":
                one = binding.host_ip, _owner(snapshot, container)
                found[binding.host_port] = (*found.get(binding.host_port, ()), one)
    return found


def _reached(bound: tuple[Bound, ...], called: CalledAs) -> PortOwner:
    """What answers to a call by this name or address. A name means what it is resolved to where it
    is called, which is not seen: it counts where all known addresses of the box have the port."""
    outer = [(ip, owner) for ip, owner in bound if not ip.startswith(LOOPBACK)]
    if not outer:
        return PortOwner("loopback", bound[0][1])
    whole = [owner for ip, owner in outer if ip in ANY]
    if whole:
        return PortOwner("published", whole[0])
    owners = {parsed: owner for ip, owner in outer if (parsed := _address(ip))}
    only, target = tuple(dict.fromkeys(ip for ip, _ in outer)), outer[0][1]
    asked = _address(called.host)
    if asked is not None:
        if asked in owners:
            return PortOwner("published", owners[asked])
        return PortOwner("elsewhere", target, only=only)
    known = {address for word in called.known_as if (address := _address(word))}
    if known and known <= owners.keys():
        return PortOwner("published", target)
    return PortOwner("unknown", target, only=only)


def _address(word: str) -> IPv4Address | IPv6Address | None:
    """The address that a word is, None for a name."""
    try:
        return ip_address(word.strip("[]"))
    except ValueError:
        return None


def _owner(snapshot: Snapshot, container: Container) -> ServiceKey | None:
    """The service of a project that a container is one of; None for one-off runs and others."""
    project = snapshot.project_of(container)
    if project is None or not container.service or container.one_off:
        return None
    return ServiceKey(project, container.service)


def _of_swarm(snapshot: Snapshot, port: int, manager: Snapshot) -> PortOwner | None:
    """The service of Swarm that publishes a port: with `ingress` on every node, with `mode: host`
    on those that run a task of it. None where none does."""
    for stack in stacks(manager):
        for one in stack.services:
            known = one.known
            if known is None or port not in {
                p.host_port for p in known.ports if p.protocol == "tcp"
            }:
                continue
            key = next(deployed_from(manager, stack), None)
            here = key if key in snapshot.projects else None
            target = ServiceKey(here, one.name) if here else None
            by = f"{one.stack}/{one.name} (Swarm)" if one.stack else f"{one.name} (Swarm)"
            if not known.running:
                return PortOwner("stopped", target, by)
            on = _nodes(manager, one)
            if port in known.own_ports and snapshot.engine and snapshot.engine.name not in on:
                return PortOwner("nobody", None, f"{by} runs on {', '.join(sorted(on))}")
            return PortOwner("published", target, by)
    return None


def _nodes(manager: Snapshot, service: StackService) -> frozenset[str]:
    """The names of the nodes on which tasks of a service run."""
    if manager.swarm is None or service.known is None:
        return frozenset()
    running = (task for task in service.known.current if task.state == "running")
    return frozenset(node_name(manager.swarm, task.node) for task in running)


def _declared(snapshot: Snapshot, port: int) -> PortOwner | None:
    """Whose file publishes it though no container has it now."""
    for key, service in snapshot.services():
        for one in service.ports:
            if one.published == str(port) and one.protocol == "tcp":
                return PortOwner("stopped", key)
    return None


def _program(snapshot: Snapshot, port: int) -> PortOwner:
    """What of the machine itself listens, where that was looked at."""
    if snapshot.host_ports is None:
        return PortOwner("unseen")
    by = f"a program of {snapshot.engine.name}" if snapshot.engine else ""
    if port not in snapshot.host_ports:
        return PortOwner("nobody")
    return PortOwner("published" if snapshot.host_ports[port] else "loopback", None, by)
