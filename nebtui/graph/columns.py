"""How many cells each part of a service line gets at a given width."""

from collections.abc import Mapping
from dataclasses import dataclass

from nebtui.graph.scene import GraphModel
from nebtui.text.terminal import cell_width, plain

LEAST_ARCS = 12
"""Fewer columns than this (where more are wanted) are no use for arcs: words take their place."""

_GAPS = {"name": 2, "state": 2, "bar": 2, "percent": 1, "rate": 2, "note": 2, "arcs": 1}
_SHRINK = (
    ("note", 24),
    ("name", 24),
    ("bar", 4),
    ("note", 18),
    ("name", 14),
    ("bar", 0),
    ("arcs", LEAST_ARCS),
    ("note", 12),
    ("name", 10),
    ("arcs", 0),
    ("rate", 0),
    ("percent", 0),
    ("note", 0),
    ("name", 6),
    ("state", 4),
    ("state", 0),
    ("name", 0),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each part, gaps before it not counted; 0 means that the part is left out with its
    gap."""

    rails: int
    name: int
    state: int
    bar: int
    percent: int
    rate: int
    note: int
    arcs: int
    text: int
    """Cells left of the arcs, the gap before them included."""


def _cells(sizes: Mapping[str, int]) -> int:
    """The cells of all columns that have a size, each with the gap before it."""
    return sum(size + _GAPS[name] for name, size in sizes.items() if size)


def columns_for(scene: GraphModel, width: int, rails: int, arcs: int, hint: int) -> Columns:
    """Columns at `width` cells, of which rails take `rails`, arcs want `arcs`, the longest hint
    `hint`.

    Notes and rates get round sizes, so that a number that grows by a digit does not move the arcs
    of every line.
    """
    rows = [row for group in scene.groups if not group.collapsed for row in group.rows]
    note = max((cell_width(plain(row.note)) for row in rows), default=0)
    measured = any(row.gpu is not None for row in rows)
    sizes = {
        "name": min(max((cell_width(plain(row.name)) for row in rows), default=0), 40),
        "state": max(10, min(max((cell_width(plain(row.state)) for row in rows), default=0), 14)),
        "bar": 8 if measured else 0,
        "percent": 4 if measured else 0,
        "rate": max(9, min(max(cell_width(plain(row.rate)) for row in rows), 12))
        if any(r.rate for r in rows)
        else 0,
        "note": min(-(-max(note, hint, 18) // 6) * 6, 48)
        if width < 160
        else min(max(30, note), 60),
        "arcs": arcs,
    }
    for part, least in _SHRINK:
        excess = rails + _cells(sizes) - width
        if excess <= 0:
            break
        sizes[part] = max(min(sizes[part], least), sizes[part] - excess)
        if (part == "bar" and least == 0) or (
            part == "arcs" and sizes["arcs"] < min(arcs, LEAST_ARCS)
        ):
            sizes[part] = 0  # a stump of a bar or of arcs says nothing
    used = rails + _cells(sizes)
    if not sizes["arcs"] and used < width:
        sizes["note"] += width - used if sizes["note"] else max(0, width - used - _GAPS["note"])
    text = rails + _cells({**sizes, "arcs": 0}) + _GAPS["arcs"]
    return Columns(rails=rails, text=text, **sizes)
