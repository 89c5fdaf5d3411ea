"""Where the cursor of the rails graph goes: ids of rows and groups, from one to the next."""

from collections.abc import Sequence
from dataclasses import replace

from nebtui.graph.scene import Edge, GraphModel, Group, Row


def folded(scene: GraphModel, folds: dict[str, bool]) -> GraphModel:
    """The scene with the groups closed or opened as `folds` (by group id) says; others stay as they
    are."""
    groups = tuple(
        replace(group, collapsed=folds.get(group.id, group.collapsed)) for group in scene.groups
    )
    return replace(scene, groups=groups)


def visible(scene: GraphModel) -> tuple[str, ...]:
    """Group ids and the row ids of open groups, top to bottom."""
    ids: list[str] = []
    for group in scene.groups:
        ids.append(group.id)
        ids.extend(() if group.collapsed else (row.id for row in group.rows))
    return tuple(ids)


def group_of(scene: GraphModel, which: str | None) -> Group | None:
    """The group with this id, or the one that holds the row with this id."""
    for group in scene.groups:
        if group.id == which or any(row.id == which for row in group.rows):
            return group
    return None


def shown_as(scene: GraphModel, which: str) -> str:
    """The id of the line that stands for a row: its own, or its group's where that is closed."""
    group = group_of(scene, which)
    return group.id if group is not None and group.collapsed else which


def nearest(scene: GraphModel, wanted: str | None, before: Sequence[str]) -> str | None:
    """The wanted id if it is still visible, else what stands for it, else its closest old
    neighbour, else None."""
    now = visible(scene)
    if wanted is None or wanted in now:
        return wanted
    if group_of(scene, wanted) is not None:
        return shown_as(scene, wanted)
    if wanted in before:
        at = before.index(wanted)
        closest = sorted(range(len(before)), key=lambda other: (abs(other - at), other < at))
        return next(
            (before[other] for other in closest if before[other] in now), now[0] if now else None
        )
    return None


def next_broken(
    scene: GraphModel, after: str | None, warned: frozenset[str] = frozenset()
) -> str | None:
    """The next line below `after` (round to the top) with a broken edge or a bad tone, or that is
    degraded; a group's own where it is bad and no row of it is. Where nothing is broken the next
    one of `warned` (row and group ids), or with a warning edge. None where all is well."""
    sources = {edge.source for edge in scene.edges if edge.broken}
    bad: set[str] = set()
    for group in scene.groups:
        rows = {shown_as(scene, row.id) for row in group.rows if row.id in sources or is_bad(row)}
        bad |= rows or ({group.id} if group.tone == "bad" else set())
    if not bad:
        edges = {edge.source for edge in scene.edges if edge.tone == "warn" and edge.calm}
        known = {row.id for group in scene.groups for row in group.rows}
        groups = {group.id for group in scene.groups} & warned
        bad = groups | {shown_as(scene, which) for which in (edges | warned) & known}
    order = visible(scene)
    start = order.index(after) + 1 if after in order else 0
    return next((which for which in (*order[start:], *order[:start]) if which in bad), None)


def is_bad(row: Row) -> bool:
    """Whether a row shows that something is wrong."""
    broken = "bad" in (row.tone, row.note_tone)
    return broken or (row.degraded and row.tone != "dim")


def partners(scene: GraphModel, which: str | None, towards_target: bool) -> tuple[str, ...]:
    """Lines that the selection depends on (or that depend on it), broken ones first, each once."""
    group = group_of(scene, which)
    mine = {row.id for row in group.rows} if group is not None and group.id == which else {which}
    known = {row.id for group in scene.groups for row in group.rows}

    def ends(edge: Edge) -> tuple[str, str]:
        return (edge.source, edge.target) if towards_target else (edge.target, edge.source)

    found = [ends(edge) for edge in sorted(scene.edges, key=lambda edge: not edge.broken)]
    lines = [
        shown_as(scene, there)
        for here, there in found
        if here in mine and there in known and there not in mine
    ]
    return tuple(dict.fromkeys(line for line in lines if line != which))
