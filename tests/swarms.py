"""A swarm of two nodes for pure tests: short builders of its services and tasks."""

from __future__ import annotations

from typing import Any

from nebtui.facts.swarm import Swarm, SwarmNode, SwarmService, SwarmTask

GIB = 2**30
ONE = SwarmNode("id-1", "n1", "manager", "active", "ready", 4.0, 8 * GIB)
TWO = SwarmNode("id-2", "n2", "worker", "active", "ready", 4.0, 8 * GIB)


def task(slot: int, state: str = "running", node: str = "id-1", **more: Any) -> SwarmTask:
    """An attempt at replica `slot`; `at`: the later, the newer."""
    ended = state in ("shutdown", "failed", "rejected", "orphaned")
    basics: dict[str, Any] = {"desired": "shutdown" if ended else "running", "at": 100.0 + slot}
    found = basics | more
    return SwarmTask(f"{slot}-{state}-{node}-{found['at']}", slot, node, state, **found)


def service(name: str, *tasks: SwarmTask, **more: Any) -> SwarmService:
    """A service `STACK_NAME` of three replicas."""
    stack = name.partition("_")[0] if "_" in name else ""
    basics: dict[str, Any] = {"stack": stack, "image": f"{name}:1", "replicas": 3}
    return SwarmService(f"id-{name}", name, tasks=tasks, **(basics | more))


def swarm(*services: SwarmService, nodes: tuple[SwarmNode, ...] = (ONE, TWO)) -> Swarm:
    """A swarm with these services."""
    return Swarm(services, nodes)
