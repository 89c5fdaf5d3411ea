"""The graph as lines of text. Apart from findings and status: `check` starts without the
drawing."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui import rules
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.layout import draw, plain_text
from nebtui.rules.rule import Finding


def graph(
    snapshot: Snapshot, found: Iterable[Finding], width: int, *, ascii_only: bool
) -> list[str]:
    """The rails graph as text lines, with the races and errors among the findings."""
    text = tuple(found)
    drawn = graph_model(snapshot, rules.races(text), alerts=rules.alerts(text))
    drawing = draw(drawn, width=width, selected=None, all_edges=True, ascii=ascii_only)
    return [line.rstrip() for line in plain_text(drawing).splitlines()]
