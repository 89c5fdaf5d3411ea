"""Where arcs leave the window: the names of their targets at its edge."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.graph.canvas import Line, Segment
from nebtui.graph.sheet import Sheet
from nebtui.graph.tracks import Arc
from nebtui.text.terminal import cell_width, shorten

OWN_END = 4
"""Cells of the arcs that a line keeps for the end of an arc of its own."""
LEAST = 5
"""Fewer cells than this name nothing."""


def leaving(sheet: Sheet, window: range) -> Mapping[int, tuple[int, Segment]]:
    """For the first and the last line of the window: the cell to write at, and `↑ NAME` or
    `↓ NAME +2` of the targets out of it, the most important one named."""
    found = {}
    if not window or sheet.page.arcs is None:
        return {}
    for y, sign, arcs in (
        (window[-1], "↓", [a for a in sheet.arcs if a.target > window[-1]]),
        (window[0], "↑", [a for a in sheet.arcs if a.target < window[0]]),
    ):
        mine = [arc for arc in arcs if arc.strong and arc.source in window]
        written = _written(sheet, y, sign, mine) if mine else None
        if written:
            found[y] = written
    return found


def over(line: Line, at: int, segment: Segment) -> Line:
    """The line with a segment from cell `at` on, blanks before it where the line is shorter."""
    kept: list[Segment] = []
    left = at
    for text, style in line:
        if left <= 0:
            break
        width = cell_width(text)
        part = text if width <= left else shorten(text, left, " ")
        kept.append(Segment(part, style))
        left -= cell_width(part)
    if left > 0:
        kept.append(Segment(" " * left, ""))
    return (*kept, segment)


def _written(sheet: Sheet, y: int, sign: str, arcs: list[Arc]) -> tuple[int, Segment] | None:
    """Arcs come in order of weight: the last one is named."""
    page = sheet.page
    own = any(y in (arc.source, arc.target) for arc in sheet.arcs)
    start = OWN_END if own else 0
    room = page.columns.arcs - start
    targets = {arc.target for arc in arcs}
    more = f" +{len(targets) - 1}" if len(targets) > 1 else ""
    if room < LEAST + len(more):
        return None
    name = page.clean(arcs[-1].label.rpartition("/")[2])
    text = page.clean(f"{sign} ") + shorten(name, room - 2 - len(more), page.glyphs.ellipsis) + more
    return page.columns.text + start, Segment(text, arcs[-1].style)
