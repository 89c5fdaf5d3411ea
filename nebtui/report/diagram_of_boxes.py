"""The graphs of several boxes as one: each cluster and network bears its box's name, and the lines
from box to box are what services of one need of another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from nebtui.facts.crossing import Across, Crossing
from nebtui.facts.snapshot import Snapshot
from nebtui.report.diagram import (
    Diagram,
    DiagramCluster,
    DiagramLine,
    DiagramNode,
    diagram,
    label,
    service_ids,
)

ANSWERS: Mapping[Across, str] = {
    "published": "",
    "loopback": "on 127.0.0.1 only",
    "elsewhere": "on another address only",
    "stopped": "does not run",
    "nobody": "nobody listens",
    "unseen": "not seen",
    "unknown": "no answer",
}


def diagram_of_boxes(
    boxes: Mapping[str, Snapshot], across: Collection[Crossing], *, whole: bool = True
) -> Diagram:
    """All of them, by the name of the box. A port that no service drawn has is a node of its own
    below its box."""
    drawn = {
        name: _named(name, diagram(snapshot, f"b{at}", whole=whole))
        for at, (name, snapshot) in enumerate(boxes.items())
    }
    ids = {
        (name, key): id
        for at, (name, snapshot) in enumerate(boxes.items())
        for key, id in service_ids(snapshot, f"b{at}").items()
    }
    loose: dict[tuple[str, int], str] = {}
    lines = []
    for one in across:
        target = ids.get((one.other, one.target)) if one.target else None
        if target is None:
            target = loose.setdefault((one.other, one.port), f"x{len(loose)}")
        text = " ".join(filter(None, (f"port {one.port}", ANSWERS[one.answer])))
        source = ids[one.box, one.source]
        lines.append(DiagramLine(source, target, "references", label(text), one.broken))
    return Diagram(
        (*(c for one in drawn.values() for c in one.clusters), *_loose(loose)),
        tuple(node for one in drawn.values() for node in one.networks),
        (*(line for one in drawn.values() for line in one.lines), *lines),
    )


def _named(box: str, drawn: Diagram) -> Diagram:
    """With the box's name before what it holds."""
    return replace(
        drawn,
        clusters=tuple(replace(c, label=label(f"{box}: {c.label}")) for c in drawn.clusters),
        networks=tuple(replace(n, label=label(f"{box}: {n.label}")) for n in drawn.networks),
    )


def _loose(ports: Mapping[tuple[str, int], str]) -> list[DiagramCluster]:
    """The ports that no service drawn has, below their boxes."""
    boxes: dict[str, list[DiagramNode]] = {}
    for (box, port), id in ports.items():
        boxes.setdefault(box, []).append(DiagramNode(id, f"port {port}"))
    return [
        DiagramCluster(f"y{at}", label(box), tuple(nodes))
        for at, (box, nodes) in enumerate(boxes.items())
    ]
