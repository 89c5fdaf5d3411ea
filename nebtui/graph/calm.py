"""Groups that need not be seen row by row, on a box that is far from fitting into the window."""

from __future__ import annotations

from nebtui.graph.cursor import is_bad
from nebtui.graph.scene import GraphModel, Group

WINDOWS, LINES = 3, 60
"""A graph of more lines than both so many windows and so many is folded where it is calm."""
LOUD = ("bad", "warn")


def calm_groups(scene: GraphModel, height: int) -> frozenset[str]:
    """The ids of the groups in which nothing is wrong, of a scene that is far from fitting into so
    many rows; of any other scene none."""
    lines = sum(len(group.rows) + 2 for group in scene.groups)
    if lines <= max(LINES, WINDOWS * height):
        return frozenset()
    loud = loud_rows(scene)
    return frozenset(group.id for group in scene.groups if is_calm(group, loud))


def loud_rows(scene: GraphModel) -> frozenset[str]:
    """The rows at an end of an edge that is drawn because something is wrong."""
    ends = ((e.source, e.target) for e in scene.edges if e.calm and e.tone in LOUD)
    return frozenset(row for pair in ends for row in pair)


def is_calm(group: Group, loud: frozenset[str]) -> bool:
    """Whether nothing is wrong with a group, its rows, or the edges that are drawn at them."""
    return group.tone not in LOUD and not any(
        is_bad(row) or row.note_tone in LOUD or row.tone in LOUD or row.id in loud
        for row in group.rows
    )
