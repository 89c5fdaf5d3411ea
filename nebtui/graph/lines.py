"""The lines of the rails graph: what stands between the rails at the left and the arcs at the
right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nebtui.graph.canvas import ASCII, Canvas, Glyphs, Line, Pen
from nebtui.graph.columns import Columns
from nebtui.graph.scene import Group, NetworkLine, Row
from nebtui.graph.tracks import Arc, Rail
from nebtui.text.mask import mask
from nebtui.text.terminal import cell_width, plain, shorten

LEAST_SAID = 24
"""Cells below which the last line of a log says nothing."""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What every line of one drawing needs to know."""

    width: int
    glyphs: Glyphs
    columns: Columns
    rails: Canvas
    arcs: Canvas | None
    hints: Mapping[int, Arc]
    selected: str | None
    related: frozenset[str] | None

    def clean(self, text: str) -> str:
        """The text as it may be drawn."""
        return plain(mask(text), self.glyphs is ASCII)

    def pen(self) -> Pen:
        """A pen at the start of a line."""
        return Pen(self.width, self.glyphs.ellipsis)

    def hint(self, y: int, width: int) -> str:
        """`→ core/chroma ✗` in at most `width` cells for an arc that could not be drawn; the name
        is what gets cut."""
        arc = self.hints.get(y)
        if arc is None:
            return ""
        end = f" {self.glyphs.cross}" if arc.broken else ""
        return (
            f"{self.glyphs.towards} "
            f"{shorten(self.clean(arc.label), width - 2 - len(end), self.glyphs.ellipsis)}{end}"
        )

    def crossed(self, y: int) -> bool:
        """An arc begins, ends or passes on this line."""
        return self.arcs is not None and any(segment.style for segment in self.arcs.row(y))

    def finish(self, pen: Pen, y: int) -> Line:
        """The line with its arcs."""
        if self.arcs is not None and self.crossed(y):
            pen.write(" " * (self.columns.text - (self.width - pen.left)))
            pen.strokes(self.arcs.row(y), self.columns.arcs)
        return pen.line()


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


def row_line(page: RowContext, y: int, row: Row) -> Line:
    """Rails, then glyph, name, readiness, GPU, tokens per second and note in their columns, then
    arcs."""
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
    _write_numbers(page, pen, row, mark)
    if columns.note:
        pen.write("  ", gap)
        note, hint = _note_and_hint(page, y, row)
        pen.write(note, mark + row.note_tone)
        rest = columns.note - cell_width(note)
        said = "" if hint else _said(page, row, rest if page.crossed(y) else pen.left)
        if said:
            pen.column(said, max(rest, cell_width(said)), f"{mark}dim")
        else:
            pen.column(hint, rest, mark + page.hints[y].style if hint else gap)
    return page.finish(pen, y)


def _said(page: RowContext, row: Row, room: int) -> str:
    """What the service wrote last, named as its log, in at most `room` cells: more than the note
    leaves where no arc passes; "" where too little of it would be seen."""
    text = f"{'  ' if row.note else ''}log: {page.clean(row.said)}"
    if not row.said or room < min(LEAST_SAID, cell_width(text)):
        return ""
    return shorten(text, room, page.glyphs.ellipsis)


def _note_and_hint(page: RowContext, y: int, row: Row) -> tuple[str, str]:
    """What the note column says; where both do not fit a broken edge goes before the note, the note
    before others."""
    room, note = page.columns.note, page.clean(row.note)
    hint = page.hint(y, room)
    rest = room - cell_width(hint) - 1
    if not hint or (note and cell_width(note) > rest and rest < 8 and not page.hints[y].broken):
        return shorten(note, room, page.glyphs.ellipsis), ""
    if not note or rest < min(8, cell_width(note)):
        return "", hint
    return shorten(note, rest, page.glyphs.ellipsis) + " ", hint


def _write_numbers(page: RowContext, pen: Pen, row: Row, mark: str) -> None:
    """GPU bar, percent and tokens per second; blanks where nothing was measured."""
    columns, glyphs, gap = page.columns, page.glyphs, mark.strip()
    share = None if row.gpu is None else max(0.0, min(100.0, row.gpu))
    if columns.bar:
        pen.write("  ", gap)
        full = (
            0
            if share is None
            else min(columns.bar, round(share / 100 * columns.bar) or (1 if share >= 1 else 0))
        )
        pen.write(glyphs.bar * full, f"{mark}bar")
        pen.write(
            (" " if share is None else glyphs.bar_empty) * (columns.bar - full),
            gap if share is None else f"{mark}bar-empty",
        )
    percent = "" if share is None else f"{share:.0f}%"
    if columns.percent:
        pen.write(" ", gap)
        _write_right(pen, percent, columns.percent, f"{mark}bar", gap)
    if columns.rate:
        pen.write("  ", gap)
        rate = shorten(page.clean(row.rate), columns.rate, glyphs.ellipsis)
        tone = row.rate_tone or ("bad" if row.note_tone == "bad" else "info")
        _write_right(pen, rate, columns.rate, mark + tone, gap)


def _write_right(pen: Pen, text: str, width: int, style: str, gap: str) -> None:
    """The text at the right end of `width` cells, its blanks apart: SVG viewers eat leading
    ones."""
    pen.write(" " * (width - cell_width(text)), gap)
    pen.write(text, style)
