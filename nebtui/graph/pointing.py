"""Which thing stands in a cell of the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nebtui.analysis.verdict import WORDS
from nebtui.graph.columns import spans
from nebtui.graph.figures import Figures
from nebtui.graph.pieces import COLUMNS, Piece, arc_at, rail_pieces, row_pieces
from nebtui.graph.sheet import Sheet
from nebtui.text.terminal import cell_width


def piece_at(sheet: Sheet, x: int, y: int, figures: Mapping[str, Figures]) -> Piece | None:
    """The thing in cell `x` of line `y`; None where there is none. `figures`: those of the rows, by
    id."""
    if not 0 <= y < len(sheet.drawing.lines):
        return None
    arc = arc_at(sheet, x - sheet.page.columns.text, y) if x >= sheet.page.columns.text else None
    if arc is not None:
        return arc
    return next((piece for piece in _line(sheet, y, figures) if x in piece.cells), None)


def line_pieces(sheet: Sheet, id: str | None) -> tuple[Piece, ...]:
    """What the line of a group shows, from left to right; without one, what stands over all rows:
    networks with a line of their own, and the names of the columns."""
    if id is None:
        titles = (piece for y in range(sheet.titles) for piece in _title(sheet, y))
        return (*titles, *_names(sheet))
    y = sheet.drawing.row_of[id]
    return (*rail_pieces(sheet, y), *_heading(sheet, y))


def _line(sheet: Sheet, y: int, figures: Mapping[str, Figures]) -> Iterator[Piece]:
    """What stands on a line."""
    id = next((id for id, at in sheet.drawing.row_of.items() if at == y), None)
    if id is not None and id in sheet.rows:
        yield from row_pieces(sheet, id, figures.get(id, Figures()))
        return
    if y < sheet.titles:
        yield from _title(sheet, y)
    yield from rail_pieces(sheet, y)
    if id is not None:
        yield from _begins(sheet, y)
        yield from _heading(sheet, y)
    elif y == sheet.titles:
        yield from _names(sheet)


def _names(sheet: Sheet) -> Iterator[Piece]:
    """The words over the columns."""
    for part, cells in spans(sheet.page.columns).items():
        if part != "arcs":
            named = COLUMNS.get(part, part)
            kind = "state.column" if part == "state" else f"column.{named}"
            # A word may be wider than its figures, and begin in the gap before them.
            yield Piece(kind, named, "dim", range(cells.start - 2, cells.stop))


def _title(sheet: Sheet, y: int) -> Iterator[Piece]:
    """A network that has a line of its own, or all those for which there is no column."""
    for x, rail in sheet.rails:
        if rail.top == y:
            label = sheet.page.clean(rail.network.label)
            kind = "network.lost" if rail.network.missing else "network.shared"
            yield Piece(kind, label, rail.style, range(x, sheet.page.width))
            return
    text = "".join(segment.text for segment in sheet.drawing.lines[y]).strip()
    yield Piece("network.more", text, "dim", range(sheet.page.columns.rails, sheet.page.width))


def _begins(sheet: Sheet, y: int) -> Iterator[Piece]:
    """The strokes from the corner of a network that begins on this line."""
    for piece in rail_pieces(sheet, y):
        if any(rail.top == y for x, rail in sheet.rails if x in piece.cells):
            cells = range(piece.cells.start, sheet.page.columns.rails)
            yield replace(piece, cells=cells)


def _heading(sheet: Sheet, y: int) -> Iterator[Piece]:
    """Project, how it does, the services of a closed one by state, and its networks."""
    at = 0
    for text, style in sheet.drawing.lines[y]:
        cells = range(at, at + cell_width(text))
        at = cells.stop
        if cells.start < sheet.page.columns.rails or not text.strip() or at > sheet.page.width:
            continue
        if cells.start >= sheet.page.columns.text and sheet.page.crossed(y):
            return
        yield Piece(_told(sheet, text, style), text, style.removeprefix("selected "), cells)


def _told(sheet: Sheet, text: str, style: str) -> str:
    """What a word of a heading is: each kind has a style of its own, and counts begin with the
    glyph of a state."""
    if text in (sheet.page.glyphs.opened, sheet.page.glyphs.closed):
        return "project.fold"
    if "title" in style:
        return "project.name"
    if style.startswith("rail-"):
        return "network.own"
    counted = (w for w, look in WORDS.items() if sheet.page.clean(look.glyph) == text[:1])
    word = next(counted, None) if text[1:].isdecimal() else None
    return f"state.{word}" if word else "project.sum"
