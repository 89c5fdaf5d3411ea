"""What nodes of a swarm have besides CPUs and memory (GPUs), and what of it the tasks leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nebtui.facts.swarm import ENDED, Swarm, SwarmNode, SwarmService
from nebtui.light_dataclass import dataclass

LONGEST_KIND = 40


@dataclass(frozen=True, slots=True)
class NodeSupply:
    """One kind on one node."""

    node: SwarmNode
    kind: str
    total: int
    free: int

    def __str__(self) -> str:
        return f"{max(self.free, 0)} of {self.total} on {self.node.name or self.node.id[:12]}"


def supply(swarm: Swarm) -> tuple[NodeSupply, ...]:
    """Each kind on each node that has it, in the order of the nodes."""
    taken: Counter[tuple[str, str]] = Counter()
    for service in swarm.services:
        for task in service.tasks:
            if task.node and task.state not in ENDED:
                for one in service.generic:
                    taken[task.node, one.kind] += one.count
    return tuple(
        NodeSupply(node, has.kind, has.count, has.count - taken[node.id, has.kind])
        for node in swarm.nodes
        for has in node.generic
    )


def reserved(service: SwarmService) -> str:
    """`2 gpu and 1 fpga`: what each task of it reserves, "" for nothing."""
    parts = [f"{one.count} {one.kind[:LONGEST_KIND]}" for one in service.generic if one.count]
    return " and ".join(parts)


def free_on(swarm: Swarm, node: SwarmNode, service: SwarmService) -> tuple[str, ...]:
    """`1 gpu`: what a node has left of each kind that a task of it reserves."""
    left = {one.kind: max(one.free, 0) for one in supply(swarm) if one.node.id == node.id}
    kinds = (one.kind for one in service.generic if one.count)
    return tuple(f"{left.get(kind, 0)} {kind[:LONGEST_KIND]}" for kind in kinds)


def lacking(swarm: Swarm, service: SwarmService) -> Iterator[str]:
    """Why no node has what a task of it reserves, a sentence for each kind that is missing."""
    every = supply(swarm)
    for kind, count in ((one.kind, one.count) for one in service.generic):
        found = [one for one in every if one.kind == kind]
        name = kind[:LONGEST_KIND]
        if not found:
            yield (
                f"no node has {name}, it reserves {count}: `node-generic-resources` in the "
                "daemon.json of a node says what it has"
            )
        elif max(one.total for one in found) < count:
            most = max(one.total for one in found)
            yield f"insufficient {name}: it reserves {count}, no node has more than {most}"
        elif max(one.free for one in found) < count:
            left = ", ".join(map(str, found))
            yield f"insufficient {name}: it reserves {count}, free are {left}"


def wanted(swarm: Swarm, service: SwarmService) -> str:
    """`2 gpu; free are 0 of 2 on n1, 1 of 1 on n2`: what it reserves beside what there is, "" where
    it reserves nothing."""
    told = reserved(service)
    kinds = {one.kind for one in service.generic if one.count}
    found = [one for one in supply(swarm) if one.kind in kinds]
    named = len(kinds) > 1
    there = ", ".join(f"{one.kind} {one}" if named else str(one) for one in found)
    return f"{told}; free are {there}" if there else told
