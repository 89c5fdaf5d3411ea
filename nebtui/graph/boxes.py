"""The graphs of several boxes below each other, as one: each box a heading, its rails its own, and
nothing across but the references from one box to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.reach_probe import TriedConnection
from nebtui.facts.crossing import Crossing
from nebtui.graph.row_ids import identity
from nebtui.graph.scene import Edge, GraphModel, Group, NetworkLine, Row
from nebtui.light_dataclass import dataclass

BOX = "\2"
"""Ends the name of a box in the ids of what is on it."""


@dataclass(frozen=True, slots=True)
class BoxGraph:
    """One of them: `told` is what its heading says behind its name."""

    name: str
    told: str
    tone: str
    scene: GraphModel


def of_box(name: str, id: str) -> str:
    """The id of a row or group of a box, among those of all boxes; "" is the box itself."""
    return f"{name}{BOX}{id}"


def box_of(id: str) -> tuple[str, str]:
    """The name of the box, and the id that the row or group has on it."""
    name, _, rest = id.partition(BOX)
    return name, rest


def all_boxes(
    boxes: Sequence[BoxGraph],
    across: Iterable[Crossing] = (),
    tried: Mapping[Crossing, TriedConnection] = MappingProxyType({}),
) -> GraphModel:
    """One scene of all; `across`: what services of one need of another, drawn where there is a row
    at both ends, and said in the row of the one that needs it where it cannot work, or where it was
    `tried`."""
    found = tuple(across)
    notes = _notes(found, tried)
    networks: list[NetworkLine] = []
    groups: list[Group] = []
    edges: list[Edge] = []
    for box in boxes:
        name = box.name
        # Closed, so that its first project follows without a gap.
        heading = Group(of_box(name, ""), name, box.told, box.tone, (), collapsed=True)
        groups += [heading, *(_group(name, group, notes) for group in box.scene.groups)]
        # A network of two projects has a title above all; it says whose it is.
        networks += [
            replace(n, name=of_box(name, n.name), label=f"{name} {n.label}", shared=False)
            for n in box.scene.networks
        ]
        edges += [
            replace(e, source=of_box(name, e.source), target=of_box(name, e.target))
            for e in box.scene.edges
        ]
    return GraphModel(tuple(networks), tuple(groups), (*edges, *_edges(found)))


def _notes(
    found: Iterable[Crossing], tried: Mapping[Crossing, TriedConnection]
) -> dict[str, tuple[str, str]]:
    """Row → what it says, and its tone; of several crossings the first one that is bad."""
    notes: dict[str, tuple[str, str]] = {}
    for one in found:
        if (trial := tried.get(one)) is not None:
            text = f"→ {one.other} {one.host}:{one.port}: {trial}"
            note = text, {True: "ok", False: "bad", None: "warn"}[trial.made]
        elif one.broken:
            note = f"→ {one.other} {one.told}", "bad"
        else:
            continue
        if notes.get(_source(one), ("", "ok"))[1] != "bad":
            notes[_source(one)] = note
    return notes


def _source(crossing: Crossing) -> str:
    return of_box(crossing.box, identity(crossing.source))


def _edges(across: Iterable[Crossing]) -> Iterator[Edge]:
    for one in across:
        if one.target is not None:
            target = of_box(one.other, identity(one.target))
            tone = "bad" if one.broken else "info"
            yield Edge(_source(one), target, "references", tone, broken=one.broken, calm=True)


def _group(box: str, group: Group, notes: Mapping[str, tuple[str, str]]) -> Group:
    rows = tuple(_row(box, row, notes) for row in group.rows)
    return replace(group, id=of_box(box, group.id), rows=rows)


def _row(box: str, row: Row, notes: Mapping[str, tuple[str, str]]) -> Row:
    id = of_box(box, row.id)
    if id in notes:
        text, tone = notes[id]
        row = replace(row, note=text, note_tone=tone)
    return replace(
        row,
        id=id,
        networks=tuple(of_box(box, name) for name in row.networks),
        hollow=frozenset(of_box(box, name) for name in row.hollow),
    )
