"""Which tasks of a Swarm service a log is asked of, and why there is nothing in it."""

from __future__ import annotations

from nebtui.analysis.swarm_nodes import node_trouble
from nebtui.analysis.task_errors import plain_error
from nebtui.facts.swarm import ENDED, Swarm, SwarmService, SwarmTask

SHORTEST_ID = 4


def why_no_log(swarm: Swarm, service: SwarmService, task: SwarmTask) -> str:
    """One sentence; "" for a task that runs on a node that can be asked: it may have written
    nothing."""
    error = plain_error(swarm, service, task)
    told = f"{_which(task)} is {task.state}{f': {error}' if error else ''}"
    if task.state == "rejected":
        return f"{told}; no container was made for it, so it has no log"
    node = swarm.node(task.node)
    if node is not None and node.state != "ready":
        return f"what {_which(task)} wrote is on its node: {node_trouble(swarm, node.id)}"
    if task.state in ENDED:
        return f"{told}; it wrote nothing, or its container is removed"
    return "" if task.state == "running" else f"{told}; it has no container yet, so it has no log"


def _which(task: SwarmTask) -> str:
    return f"task {task.slot}" if task.slot else "its task"


def tasks_called(swarm: Swarm, service: SwarmService, word: str) -> tuple[SwarmTask, ...]:
    """The tasks that people mean by a word: all attempts at a replica (its number), all on a node
    (its name), or the one whose id begins so; () for none."""
    number = int(word) if word.isdecimal() and word.isascii() and len(word) < 10 else 0
    nodes = {node.id for node in swarm.nodes if word and node.name == word}
    found = (task for task in service.tasks if task.node in nodes or 0 < number == task.slot)
    return tuple(found) or tuple(
        task for task in service.tasks if len(word) >= SHORTEST_ID and task.id.startswith(word)
    )
