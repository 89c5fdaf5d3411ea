"""The nodes of a Docker Swarm as one group of the rails graph, each a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nebtui.analysis.generic_resources import supply
from nebtui.analysis.swarm_nodes import NodeLoad, loads, node_word
from nebtui.analysis.verdict import WORDS, Word
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm
from nebtui.graph.scene import Group, Row
from nebtui.text.units import size

NODES = "\0nodes"
"""The ids of this group and its rows begin with it."""


def node_row(row: str) -> str | None:
    """The id of the node behind a row, "" for the group itself, None for other rows."""
    return row.removeprefix(NODES).lstrip("\1") if row.startswith(NODES) else None


def node_groups(snapshot: Snapshot) -> Iterator[Group]:
    """One group where the swarm has more than this node."""
    swarm = snapshot.swarm
    if swarm is None or len(swarm.nodes) < 2:
        return
    words = Counter(node_word(node) for node in swarm.nodes)
    ready = words.pop("ready", 0)
    rest = [f"{count} {word}" for word, count in sorted(words.items())]
    lost = any(node.state != "ready" for node in swarm.nodes)
    yield Group(
        NODES,
        "nodes (Swarm)",
        " · ".join((f"{ready}/{len(swarm.nodes)} ready", *rest)),
        "bad" if lost else "ok",
        tuple(_row(swarm, one) for one in loads(swarm)),
    )


def node_words(swarm: Swarm, load: NodeLoad) -> str:
    """`manager · 3 tasks · free: 3 of 4 CPUs, 2.0 of 8.0 GiB, 0 of 1 gpu`: free is what no task
    reserves."""
    node = load.node
    tasks = f"{load.tasks} task{'' if load.tasks == 1 else 's'}"
    free = []
    if node.cpus:
        free.append(f"{max(round(load.cpus, 3), 0):g} of {node.cpus:g} CPUs")
    if node.memory:
        free.append(f"{size(max(load.memory, 0))} of {size(node.memory)}")
    free += [
        f"{max(one.free, 0)} of {one.total} {one.kind}"
        for one in supply(swarm)
        if one.node.id == node.id
    ]
    takes = node_word(node) == "ready"
    return " · ".join(
        (node.role, tasks, *((f"free: {', '.join(free)}",) if free and takes else ()))
    )


def _row(swarm: Swarm, load: NodeLoad) -> Row:
    node, word = load.node, node_word(load.node)
    meaning: Word = "ready" if word == "ready" else "failed" if node.state != "ready" else "absent"
    look = WORDS[meaning]
    return Row(
        id=f"{NODES}\1{node.id}",
        name=node.name or node.id[:12],
        glyph=look.glyph,
        state=word,
        tone=look.tone,
        note=node_words(swarm, load),
    )
