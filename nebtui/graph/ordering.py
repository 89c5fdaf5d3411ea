"""Rows and groups in the order of a figure, the greatest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nebtui.graph.scene import GraphModel, Group


def ordered(scene: GraphModel, weights: Mapping[str, float]) -> GraphModel:
    """The scene with the rows of each group by their weight (by row id), the groups by that of
    their rows together. What has none stays behind, in the order it had."""

    def of_group(group: Group) -> float:
        return sum(weights.get(row.id, 0.0) for row in group.rows)

    groups = (
        replace(group, rows=tuple(sorted(group.rows, key=lambda row: -weights.get(row.id, 0.0))))
        for group in scene.groups
    )
    return replace(scene, groups=tuple(sorted(groups, key=lambda group: -of_group(group))))
