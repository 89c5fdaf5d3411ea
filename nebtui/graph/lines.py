"""The lines of the rails graph: what stands between the rails at the left and the arcs at the
right."""

from collections.abc import Sequence

from nebtui.graph.canvas import Line, Pen
from nebtui.graph.columns import note_of
from nebtui.graph.figures import Figures
from nebtui.graph.numbers import write_figures, write_gpu, write_rest
from nebtui.graph.row_context import RowContext
from nebtui.graph.scene import Group, NetworkLine, Row
from nebtui.graph.tracks import Rail
from nebtui.text.terminal import cell_width, shorten

LEAST_SAID = 24
"""Cells below which the last line of a log says nothing."""


def title_line(page: RowContext, rail: Rail, x: int, members: frozenset[str]) -> Line:
    """`╭─ nebulus (external)`: the text starts right of its own rail, where no later rail has
    begun."""
    network, pen = rail.network, page.pen()
    pen.strokes(page.rails.row(rail.top, x), x)
    style = "bad" if network.missing else rail.style
    corner = 10 if rail.bottom > rail.top else 8
    pen.write(page.glyphs.joints[corner] + page.glyphs.joints[12] + " ", style)
    words = [
        word for word, said in (("external", network.external), ("absent", network.missing)) if said
    ]
    label = page.clean(network.label) + (f" ({', '.join(words)})" if words else "")
    pen.write(label, f"{style} title" if network.name in members else style)
    return pen.line()


def more_line(page: RowContext, y: int, networks: Sequence[NetworkLine]) -> Line:
    """The names of the networks for which there is no column."""
    pen = page.pen()
    strokes = page.rails.row(y)
    pen.strokes(strokes, page.columns.rails)
    pen.write(
        f"+{len(networks)} not drawn: "
        + ", ".join(page.clean(network.label) for network in networks),
        "dim",
    )
    return pen.line()


def gap_line(page: RowContext, y: int) -> Line:
    """Rails and arcs only."""
    pen = page.pen()
    pen.strokes(page.rails.row(y), page.columns.rails)
    return page.finish(pen, y)


def heading_line(page: RowContext, y: int, group: Group, rails: Sequence[Rail]) -> Line:
    """`▾ core  5 services   core_default`; closed: `▸ core  5 services  ●2 ◐1`."""
    columns, chosen = page.columns, "selected " if group.id == page.selected else ""
    # A heading may run to the edge where no arc passes it.
    width = columns.text - 1 if page.crossed(y) else page.width
    pen = Pen(width, page.glyphs.ellipsis)
    pen.strokes(page.rails.row(y), columns.rails)
    pen.write(page.glyphs.closed if group.collapsed else page.glyphs.opened, f"{chosen}dim")
    pen.write(" ", chosen.strip())
    pen.write(page.clean(group.title), f"{chosen}title")
    tone = group.tone if group.tone in {"warn", "bad"} else "dim"
    pen.write("  ", chosen.strip())
    pen.write(page.clean(group.subtitle), f"{chosen}{tone}")
    if group.collapsed:
        pen.write(" ")
        for glyph, row in {(row.glyph, row.tone): row for row in group.rows}.items():
            count = sum((other.glyph, other.tone) == glyph for other in group.rows)
            pen.write(" ")
            pen.write(f"{page.clean(row.glyph)}{count}", row.tone)
    for at, rail in enumerate(rails):
        pen.write(" " if at else "   ")
        pen.write(page.clean(rail.network.label), rail.style)
    if y in page.hints:
        pen.write("  ")
        pen.write(page.hint(y, 32), page.hints[y].style)
    pen.left += page.width - width
    return page.finish(pen, y)


def row_line(page: RowContext, y: int, row: Row, figures: Figures) -> Line:
    """Rails, then glyph, name, readiness, figures, GPU, tokens per second and note in their
    columns, then arcs."""
    columns, pen = page.columns, page.pen()
    pen.strokes(page.rails.row(y), columns.rails)
    chosen = row.id == page.selected
    mark = "selected " if chosen else ""
    gap = mark.strip()
    if columns.name:
        pen.column(page.clean(row.glyph), 1, mark + row.tone)
        pen.write(" ", gap)
        unrelated = page.related is not None and row.id not in page.related
        pen.column(
            page.clean(row.name),
            columns.name,
            "selected title" if chosen else "dim" if unrelated else "name",
        )
    if columns.state:
        pen.write("  ", gap)
        pen.column(page.clean(row.state), columns.state, mark + row.tone)
    write_figures(page, pen, row, figures, mark)
    write_gpu(page, pen, row, mark)
    write_rest(page, pen, row, figures, mark)
    if columns.note:
        pen.write("  ", gap)
        note, tone = note_of(row, counted=bool(columns.restarts))
        note, hint = _note_and_hint(page, y, page.clean(note))
        pen.write(note, mark + tone)
        rest = columns.note - cell_width(note)
        said = "" if hint else _said(page, row, rest if page.crossed(y) else pen.left)
        arc = page.hints.get(y) or page.broken.get(y)
        if said:
            pen.column(said, max(rest, cell_width(said)), f"{mark}dim")
        else:
            pen.column(hint, rest, mark + arc.style if arc and hint else gap)
    return page.finish(pen, y)


def _said(page: RowContext, row: Row, room: int) -> str:
    """What the service wrote last, named as its log, in at most `room` cells: more than the note
    leaves where no arc passes; "" where too little of it would be seen."""
    text = f"{'  ' if row.note else ''}log: {page.clean(row.said)}"
    if not row.said or room < min(LEAST_SAID, cell_width(text)):
        return ""
    return shorten(text, room, page.glyphs.ellipsis)


def _note_and_hint(page: RowContext, y: int, note: str) -> tuple[str, str]:
    """What the note column says; where both do not fit a broken edge goes before the note, the note
    before others, and before a target whose arc is drawn."""
    room = page.columns.note
    target = page.target(y)
    if y not in page.hints and target and page.broken[y].label not in note:
        fits = cell_width(note) + bool(note) + cell_width(target) <= room
        return (f"{note} " if note else "", target) if fits else _cut(page, note)
    hint = page.hint(y, room)
    rest = room - cell_width(hint) - 1
    if not hint or (note and cell_width(note) > rest and rest < 8 and not page.hints[y].broken):
        return _cut(page, note)
    if not note or rest < min(8, cell_width(note)):
        return "", hint
    return shorten(note, rest, page.glyphs.ellipsis) + " ", hint


def _cut(page: RowContext, note: str) -> tuple[str, str]:
    """The note alone."""
    return shorten(note, page.columns.note, page.glyphs.ellipsis), ""
