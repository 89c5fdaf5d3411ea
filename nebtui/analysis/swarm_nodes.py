"""The nodes of a swarm: what is amiss with them, and what the tasks on them leave."""

from __future__ import annotations

from nebtui.facts.swarm import ENDED, Swarm, SwarmNode
from nebtui.light_dataclass import dataclass

_CLOSED = {"drain": "drained", "pause": "paused"}


def node_name(swarm: Swarm, identity: str) -> str:
    """How people call a node: its machine's name; of one that has left, the start of its id."""
    node = swarm.node(identity)
    return node.name if node is not None and node.name else identity[:12]


def unavailable(swarm: Swarm) -> tuple[str, ...]:
    """`node n2 is drained`: every node that takes no tasks now."""
    return tuple(text for node in swarm.nodes if (text := node_trouble(swarm, node.id)))


def node_trouble(swarm: Swarm, identity: str) -> str:
    """Why a node takes no tasks now, "" where it does, or has left the swarm."""
    node = swarm.node(identity)
    if node is None or (word := node_word(node)) == "ready":
        return ""
    return f"node {node_name(swarm, identity)} is {word}"


def node_word(node: SwarmNode) -> str:
    """`ready`, or why it takes no tasks now: that it is lost (Swarm's word), else what its operator
    wants."""
    return node.state if node.state != "ready" else _CLOSED.get(node.availability, "ready")


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """A node with what is on it."""

    node: SwarmNode
    tasks: int
    """How many run there."""
    cpus: float
    """That no task reserves."""
    memory: int
    """Bytes that no task reserves."""


def loads(swarm: Swarm) -> tuple[NodeLoad, ...]:
    """Each node, in their order."""
    return tuple(_load(swarm, node) for node in swarm.nodes)


def _load(swarm: Swarm, node: SwarmNode) -> NodeLoad:
    held = [
        (one, task)
        for one in swarm.services
        for task in one.tasks
        if task.node == node.id and task.state not in ENDED
    ]
    return NodeLoad(
        node,
        # A task that was on a node when it was lost is told to run there for ever.
        sum(task.state == "running" and task.desired == "running" for _, task in held),
        node.cpus - sum(one.cpus for one, _ in held),
        node.memory - sum(one.memory for one, _ in held),
    )
