"""Why a task of a Swarm service does not run, in plain words. The engine's sentences are those of
swarmkit and moby, as Engine 20.10 to 28 write them."""

from __future__ import annotations

import re

from nebtui.analysis.generic_resources import lacking, reserved
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.text.units import size

_EXIT = re.compile(r"task: non-zero exit \((\d+)\)(?:: (.+))?", re.DOTALL)
_NO_IMAGE = re.compile(
    r"no such image|pull access denied|manifest unknown|not found: manifest", re.I
)
_NO_FOLDER = re.compile(r"bind source path does not exist: (\S+)")
_PORT = re.compile(
    r"(?:host-mode )?port (?:is )?already (?:in use|allocated)|address already in use"
)
_TAKEN = re.compile(r"(?:0\.0\.0\.0|\[::\]):(\d+)")


def plain_error(swarm: Swarm, service: SwarmService, task: SwarmTask) -> str:
    """`image not found on node n2`; "" where the engine gives no reason."""
    error, on = task.error, _on(swarm, task)
    if found := _EXIT.fullmatch(error):
        return f"exit {found[1]}{on}" + (f": {found[2]}" if found[2] else "")
    if error.startswith("no suitable node"):
        return f"no suitable node ({_unsuitable(swarm, service, error)})"
    if _NO_IMAGE.search(error):
        return f"image not found{on}"
    if found := _NO_FOLDER.search(error):
        return f"no folder {found[1]}{on}"
    if _PORT.search(error):
        port = _TAKEN.search(error)
        return f"port {port[1]} in use{on}" if port else f"port in use{on}"
    return f"{error}{on}" if error else ""


def node_name(swarm: Swarm, identity: str) -> str:
    """How people call a node: its machine's name; of one that has left, the start of its id."""
    node = swarm.node(identity)
    return node.name if node is not None and node.name else identity[:12]


def _on(swarm: Swarm, task: SwarmTask) -> str:
    return f" on node {node_name(swarm, task.node)}" if task.node else ""


def _unsuitable(swarm: Swarm, service: SwarmService, error: str) -> str:
    """What no node has, in the order in which the scheduler says it."""
    told = []
    if "insufficient resources" in error:
        told.append(_insufficient(swarm, service))
    if "constraints not satisfied" in error:
        told.append("no node meets " + (" and ".join(service.constraints) or "its constraints"))
    if "port already in use" in error:
        told.append("port in use")
    if "not available for new tasks" in error:
        told.append(", ".join(unavailable(swarm)) or "no node is available")
    return "; ".join(told) or error.partition("(")[2].removesuffix(")") or "none is there"


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
    return "insufficient resources" + (f": {named} are not left on any node" if named else "")


def _cpus(count: float) -> str:
    return f"{count:g} CPU{'' if count == 1 else 's'}" if count else ""


def unavailable(swarm: Swarm) -> tuple[str, ...]:
    """`node n2 is drained`: every node that takes no tasks now."""
    return tuple(text for node in swarm.nodes if (text := node_trouble(swarm, node.id)))


def node_trouble(swarm: Swarm, identity: str) -> str:
    """Why a node takes no tasks now, "" where it does, or has left the swarm."""
    node = swarm.node(identity)
    if node is None:
        return ""
    if node.state != "ready":
        return f"node {node_name(swarm, identity)} is {node.state}"
    words = {"drain": "drained", "pause": "paused"}
    state = words.get(node.availability)
    return f"node {node_name(swarm, identity)} is {state}" if state else ""
