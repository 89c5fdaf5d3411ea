"""Which groups of a box that is far from fitting are shown closed."""

from __future__ import annotations

from dataclasses import replace

from nebtui.graph.calm import calm_groups
from nebtui.graph.scene import Edge, GraphModel, Group, Row


def group(name: str, tone: str = "ok") -> Group:
    """Ten rows in which all is well."""
    rows = tuple(Row(f"{name}/{n}", f"s{n}", "●", "ready", "ok") for n in range(10))
    return Group(name, name, "10/10 up", tone, rows)


BIG = GraphModel(groups=tuple(group(f"g{n}") for n in range(20)))


def changed(**changes: object) -> GraphModel:
    """The big box with another first row in its first group."""
    first = BIG.groups[0]
    rows = (replace(first.rows[0], **changes), *first.rows[1:])  # type: ignore[arg-type]
    return replace(BIG, groups=(replace(first, rows=rows), *BIG.groups[1:]))


def test_a_box_that_nearly_fits_stays_open() -> None:
    """Three windows can be scrolled; a small box is never folded, however low the window is."""
    assert calm_groups(BIG, 80) == frozenset()
    assert calm_groups(GraphModel(groups=BIG.groups[:5]), 4) == frozenset()


def test_what_is_calm_is_folded() -> None:
    """All of it where nothing is wrong anywhere."""
    assert calm_groups(BIG, 40) == {g.id for g in BIG.groups}


def test_what_is_loud_stays_open() -> None:
    """A group whose roll-up, row, note or edge shows that something is wrong."""
    others = {g.id for g in BIG.groups[1:]}
    loud = replace(BIG, groups=(group("g0", "warn"), *BIG.groups[1:]))
    edge = replace(BIG, edges=(Edge("g0/1", "g0/2", "depends", "warn", calm=True),))
    for scene in (loud, edge, changed(tone="bad"), changed(note_tone="warn", note="slow")):
        assert calm_groups(scene, 40) == others
    quiet = replace(BIG, edges=(Edge("g0/1", "g0/2", "depends", "dim"),))
    assert "g0" in calm_groups(quiet, 40)
