"""The stacks of Docker Swarm in `status`, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nebtui.analysis.generic_resources import supply, wanted
from nebtui.analysis.stacks import Stack, StackService, stacks
from nebtui.analysis.swarm_nodes import NodeLoad, loads, node_name
from nebtui.analysis.task_errors import plain_error
from nebtui.analysis.verdict import WORDS
from nebtui.facts.observed import PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.graph.swarm_nodes import node_groups
from nebtui.report.contract.containers import PortJson
from nebtui.report.contract.stacks import NodeJson, StackJson, StackServiceJson, SwarmJson, TaskJson
from nebtui.text.terminal import cell_width, plain, shorten

LONGEST_NAME = 40


def swarm_lines(snapshot: Snapshot) -> Iterator[str]:
    """A block for each stack: its services with verdict, reason and what is amiss with nodes;
    last the nodes, where there are several."""
    swarm = snapshot.swarm
    if swarm is not None and swarm.problem:
        yield plain(f"swarm: {swarm.problem}")
    for stack in stacks(snapshot):
        yield plain(f"{stack.title}  {stack.summary}")
        yield from _rows(
            (WORDS[one.verdict.word].glyph, one.name, one.verdict.state, _words(swarm, one))
            for one in stack.services
        )
    for group in node_groups(snapshot):
        yield plain(f"{group.title}  {group.subtitle}")
        yield from _rows((row.glyph, row.name, row.state, row.note) for row in group.rows)


def _words(swarm: Swarm | None, service: StackService) -> str:
    reserves = wanted(swarm, service.known) if swarm and service.known else ""
    reserves = f"reserves {reserves}" if reserves else ""
    return "  ".join(filter(None, (service.verdict.why, *service.notes, reserves)))


def _rows(found: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    """Sign, name, state, and the rest, the first ones below each other."""
    rows = [(sign, shorten(plain(name), LONGEST_NAME), *more) for sign, name, *more in found]
    width = max((cell_width(name) for _, name, *_ in rows), default=0)
    for sign, name, state, rest in rows:
        space = " " * (width - cell_width(name))
        yield plain(f"  {sign} {name}{space}  {state:<11}  {rest}").rstrip()


def swarm_json(snapshot: Snapshot) -> SwarmJson | None:
    """The same, and every task; None where nothing here belongs to a swarm."""
    swarm, found = snapshot.swarm, stacks(snapshot)
    if swarm is None and not found:
        return None
    known = swarm or Swarm()
    return {
        "manager": swarm is not None,
        "problem": known.problem or None,
        "stacks": [_stack(known, stack) for stack in found],
        "nodes": [_node(known, load) for load in loads(known)],
    }


def _node(swarm: Swarm, load: NodeLoad) -> NodeJson:
    node = load.node
    return {
        "name": node_name(swarm, node.id),
        "role": node.role,
        "availability": node.availability,
        "state": node.state,
        "tasks": load.tasks,
        "cpus": node.cpus or None,
        "cpus_free": max(round(load.cpus, 3), 0.0) if node.cpus else None,
        "memory": node.memory or None,
        "memory_free": max(load.memory, 0) if node.memory else None,
        "generic_resources": [
            {"kind": one.kind, "total": one.total, "free": max(one.free, 0)}
            for one in supply(swarm)
            if one.node is node
        ],
    }


def _stack(swarm: Swarm, stack: Stack) -> StackJson:
    return {
        "name": stack.name or None,
        "services": [_service(swarm, one) for one in stack.services],
    }


def _service(swarm: Swarm, service: StackService) -> StackServiceJson:
    known = service.known
    containers = service.containers
    ports = known.ports if known else [port for one in containers for port in one.ports]
    return {
        "name": service.name,
        "readiness": service.verdict.word,
        "state_words": service.verdict.state,
        "why": service.verdict.why,
        "mode": known.mode if known else None,
        "running": known.running if known else None,
        "wanted": known.wanted if known else None,
        "image": known.image if known else containers[0].image,
        "networks": list(service.networks),
        "ports": [port_json(port) for port in ports],
        "nodes": list(service.troubles),
        "update": service.update or None,
        "reserves": [{"kind": g.kind, "count": g.count} for g in known.generic] if known else [],
        "containers": [one.name for one in containers],
        "tasks": [_task(swarm, known, task) for task in known.tasks] if known else [],
    }


def _task(swarm: Swarm, service: SwarmService, task: SwarmTask) -> TaskJson:
    return {
        "slot": task.slot or None,
        "node": node_name(swarm, task.node) if task.node else None,
        "state": task.state,
        "desired": task.desired,
        "error": plain_error(swarm, service, task) or None,
        "since": task.at,
    }


def port_json(port: PortBinding) -> PortJson:
    """A port of a container or a service."""
    return {
        "port": port.port,
        "published": port.host_port,
        "protocol": port.protocol,
        "host_ip": port.host_ip,
    }
