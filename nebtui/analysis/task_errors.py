"""Why a task of a Swarm service does not run, in plain words. The engine's sentences are those of
swarmkit and moby, as Engine 20.10 to 28 write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nebtui.analysis.generic_resources import free_on, lacking, reserved
from nebtui.analysis.swarm_nodes import loads, node_name, node_trouble, node_word, unavailable
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern
from nebtui.text.units import size

_EXIT = pattern(r"task: non-zero exit \((\d+)\)(?:: (.+))?", re.DOTALL)
_NO_IMAGE = pattern(r"no such image|pull access denied|manifest unknown|not found: manifest", re.I)
_NO_FOLDER = pattern(r"bind source path does not exist: (\S+)")
_PORT = pattern(r"(?:host-mode )?port (?:is )?already (?:in use|allocated)|address already in use")
_TAKEN = pattern(r"(?:0\.0\.0\.0|\[::\]|::):(\d+)")
_ID = pattern(r"(?:starting container failed: )?container [0-9a-f]{64}: ")
_CLOSED = "not available for new tasks"
MOST_REASONS, MOST_NODES = 2, 4
"""Different reasons, and nodes by name, in one sentence."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a task does not run."""

    text: str
    node: str = ""
    """The name of the node that refused it, or on which it failed; "" for none."""
    detail: str = ""

    def told(self, nodes: Sequence[str]) -> str:
        """`image not found on nodes n2, n3`: with all the nodes on which it is so."""
        return f"{self.text}{_on(nodes)}" + (f": {self.detail}" if self.detail else "")


def reason(swarm: Swarm, service: SwarmService, task: SwarmTask) -> Reason | None:
    """Why a task does not run; None where the engine gives no reason."""
    error, node = task.error, node_name(swarm, task.node) if task.node else ""
    if not error:
        return None
    if found := _EXIT.fullmatch(error):
        return Reason(f"exit {found[1]}", node, found[2] or "")
    if error.startswith("no suitable node"):
        return Reason(f"no suitable node ({_unsuitable(swarm, service, error)})")
    if _NO_IMAGE.search(error):
        return Reason("image not found", node)
    if found := _NO_FOLDER.search(error):
        return Reason(f"no folder {found[1]}", node)
    if _PORT.search(error):
        port = _TAKEN.search(error)
        return Reason(f"port {port[1]} in use" if port else "port in use", node)
    if _CLOSED in error and (trouble := node_trouble(swarm, task.node)):
        return Reason(trouble)
    return Reason(_ID.sub("", error), node)


def plain_error(swarm: Swarm, service: SwarmService, task: SwarmTask) -> str:
    """`image not found on node n2`; "" where the engine gives no reason."""
    found = reason(swarm, service, task)
    return found.told((found.node,) if found.node else ()) if found else ""


def in_one(found: Iterable[Reason]) -> str:
    """`image not found on nodes n2, n3; exit 1 on node n1`: each once, with all of its nodes."""
    nodes: dict[Reason, dict[str, None]] = {}
    for one in found:
        of = nodes.setdefault(replace(one, node=""), {})
        if one.node:
            of[one.node] = None
    told = [one.told(sorted(on)) for one, on in nodes.items()]
    more = f"; and {len(told) - MOST_REASONS} more" if len(told) > MOST_REASONS else ""
    return "; ".join(told[:MOST_REASONS]) + more


def _on(nodes: Sequence[str]) -> str:
    if len(nodes) > MOST_NODES:
        return f" on {len(nodes)} nodes"
    return f" on node{'s' * (len(nodes) > 1)} {', '.join(nodes)}" if nodes else ""


def _unsuitable(swarm: Swarm, service: SwarmService, error: str) -> str:
    """What no node has, in the order in which the scheduler says it; what is not known of its
    sentences stands as it is."""
    listed = error.partition("(")[2].removesuffix(")")
    told = [_filtered(swarm, service, part) for part in listed.split("; ") if part]
    return "; ".join(told) or "none is there"


def _filtered(swarm: Swarm, service: SwarmService, part: str) -> str:
    """One of the scheduler's filters, which left no node."""
    if "insufficient resources" in part:
        return _insufficient(swarm, service)
    if "constraints not satisfied" in part:
        return "no node meets " + (" and ".join(service.constraints) or "its constraints")
    if "port already in use" in part:
        ports = ", ".join(map(str, service.own_ports))
        return f"port {ports} in use on each" if ports else "port in use"
    if "max replicas per node" in part:
        many = f" {service.max_per_node}" if service.max_per_node else ""
        return f"the others have as many as max_replicas_per_node{many} allows"
    if _CLOSED in part:
        return ", ".join(unavailable(swarm)) or "no node is available"
    return part


def _insufficient(swarm: Swarm, service: SwarmService) -> str:
    """Which resource: what no node has at all, else what the others leave too little of."""
    memory = max((node.memory for node in swarm.nodes), default=0)
    cpus = max((node.cpus for node in swarm.nodes), default=0.0)
    if service.memory > memory > 0:
        return (
            f"insufficient memory: it reserves {size(service.memory)}, no node has more than "
            + (size(memory))
        )
    if service.cpus > cpus > 0:
        return f"insufficient CPUs: it reserves {service.cpus:g}, no node has more than {cpus:g}"
    if missing := tuple(lacking(swarm, service)):
        return "; ".join(missing)
    parts = (size(service.memory) if service.memory else "", _cpus(service.cpus), reserved(service))
    named = " and ".join(part for part in parts if part)
    if not named:
        return "insufficient resources"
    return f"insufficient resources: it reserves {named}, free are {_left(swarm, service)}"


def _left(swarm: Swarm, service: SwarmService) -> str:
    """`4.0 GiB on n1, 2.0 GiB on n2`: what no task reserves, on the nodes that take tasks."""
    parts = []
    for one in loads(swarm):
        if node_word(one.node) == "ready":
            memory = size(max(one.memory, 0)) if service.memory else ""
            cpus = f"{max(round(one.cpus, 3), 0):g} CPUs" if service.cpus else ""
            free = " and ".join(filter(None, (memory, cpus, *free_on(swarm, one.node, service))))
            parts.append(f"{free} on {node_name(swarm, one.node.id)}")
    if len(parts) > MOST_NODES:
        parts = [*parts[:MOST_NODES], f"{len(parts) - MOST_NODES} more nodes with too little"]
    return ", ".join(parts) or "none"


def _cpus(count: float) -> str:
    return f"{count:g} CPU{'' if count == 1 else 's'}" if count else ""
