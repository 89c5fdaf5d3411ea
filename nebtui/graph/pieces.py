"""What the parts of a line of the graph are: each with the name of its explanation, what it shows
of this row, and the cells it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.verdict import WORDS
from nebtui.graph.columns import note_of, spans
from nebtui.graph.figures import Figures
from nebtui.graph.scene import Row
from nebtui.graph.sheet import Sheet
from nebtui.graph.tracks import Arc
from nebtui.light_dataclass import dataclass

_WORD_OF = {look.glyph: word for word, look in WORDS.items()}
COLUMNS = {"bar": "gpu", "percent": "gpu"}
"""Parts of a line that are one thing to a reader."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a line shows. `kind` is the name of its explanation; `text` "" where it is
    blank on this line; `cells` none where the terminal is too narrow for it."""

    kind: str
    text: str
    tone: str = ""
    cells: range = range(0)


def row_pieces(sheet: Sheet, id: str, figures: Figures) -> tuple[Piece, ...]:
    """All that there is to a service's line from left to right, edges last; what is not drawn at
    this width stands where it would be."""
    row, y = sheet.rows[id], sheet.drawing.row_of[id]
    return (
        *_networks(sheet, row, y),
        *_words(sheet, row),
        *_columns(sheet, row, figures),
        *edge_pieces(sheet, y),
    )


def edge_pieces(sheet: Sheet, y: int) -> Iterator[Piece]:
    """Whom the row on a line needs, then who needs it, in the order of the lines; all of them
    where the row is selected."""
    page = sheet.page
    for arc in sorted(sheet.arcs, key=lambda arc: (arc.source != y, arc.target, arc.source)):
        end = f" {page.glyphs.cross}" if arc.broken else ""
        kind, tone = _kind(arc), "bad" if arc.broken else arc.tone
        if arc.source == y:
            yield Piece(kind, f"{page.glyphs.towards} {page.clean(arc.label)}{end}", tone)
        elif arc.target == y:
            yield Piece(kind, f"{page.glyphs.arrow} {page.clean(arc.origin)}{end}", tone)


def arc_at(sheet: Sheet, cell: int, y: int) -> Piece | None:
    """The arc that is drawn in a cell of the arcs, the one on top where several are; None where
    there is none."""
    drawn = [(sheet.tracks[a.target], a) for a in reversed(sheet.arcs) if a.target in sheet.tracks]
    upright = (a for x, a in drawn if x == cell and min(_ends(a)) <= y <= max(_ends(a)))
    level = (a for x, a in drawn if cell <= x and y in _ends(a))
    arc = next(upright, None) or next(level, None)
    if arc is None:
        return None
    page = sheet.page
    end = f" {page.glyphs.cross}" if arc.broken else ""
    names = f"{page.clean(arc.origin)} {page.glyphs.towards} {page.clean(arc.label)}{end}"
    return Piece(_kind(arc), names, "bad" if arc.broken else arc.tone)


def _kind(arc: Arc) -> str:
    return f"edge.{arc.kind}.{arc.tone}"


def _ends(arc: Arc) -> tuple[int, int]:
    return arc.source, arc.target


def rail_pieces(sheet: Sheet, y: int) -> Iterator[Piece]:
    """The networks that run through a line, from left to right."""
    page = sheet.page
    for x, rail in sorted(sheet.rails, key=lambda placed: placed[0]):
        if rail.top <= y <= rail.bottom:
            text = f"{page.glyphs.joints[3]} {page.clean(rail.network.label)}"
            yield Piece("network.line", text, rail.style, range(x, x + 1))


def _networks(sheet: Sheet, row: Row, y: int) -> Iterator[Piece]:
    """A dot for each network that it is on, and the lines of those that only pass."""
    glyphs, wired = sheet.page.glyphs, False
    for piece in rail_pieces(sheet, y):
        x = piece.cells.start
        network = next(r.network for at, r in sheet.rails if at == x and r.top <= y <= r.bottom)
        if network.name not in row.networks:
            yield piece
            continue
        kind, glyph = "network.on", glyphs.dot
        if network.missing or network.name in row.hollow:
            kind, glyph = "network.absent" if network.missing else "network.declared", glyphs.hollow
        wired = True
        tone = "bad" if network.missing else piece.tone
        yield Piece(kind, f"{glyph} {sheet.page.clean(network.label)}", tone, piece.cells)
    if wired:
        yield Piece("network.wire", "", "wire", range(sheet.page.columns.rails))


def _words(sheet: Sheet, row: Row) -> Iterator[Piece]:
    """Glyph, name and state; glyph and state are two sights of one verdict."""
    page, cells = sheet.page, spans(sheet.page.columns)
    state, name = cells.get("state", range(0)), cells.get("name", range(0))
    kind = f"state.{_WORD_OF.get(row.glyph, 'unknown')}"
    said = f"{page.clean(row.glyph)} {page.clean(row.state)}"
    yield Piece(kind, said, row.tone, range(name.start - 2, name.start - 1) if name else name)
    yield Piece("column.name", page.clean(row.name), "title", name)
    yield Piece(kind, said, row.tone, state)


def _columns(sheet: Sheet, row: Row, figures: Figures) -> Iterator[Piece]:
    """What stands in the columns after the state."""
    page = sheet.page
    cells = spans(page.columns)
    limit = f"/{figures.limit}" if figures.limit else ""
    share = "" if row.gpu is None else f"{row.gpu:.0f}%"
    texts = {
        "cpu": figures.cpu if row.runs else "",
        "memory": f"{figures.memory}{limit}" if row.runs else "",
        "bar": share,
        "percent": share,
        "rate": row.rate,
        "uptime": figures.uptime if row.runs else "",
        "restarts": f"×{row.restarts}" if row.restarts else "",
        "ports": row.ports,
        "image": row.image,
    }
    for part, text in texts.items():
        kind = f"column.{COLUMNS.get(part, part)}"
        yield Piece(kind, page.clean(text), "", cells.get(part, range(0)))
    yield from _note(sheet, row, cells.get("note", range(0)))


def _note(sheet: Sheet, row: Row, cells: range) -> Iterator[Piece]:
    """The note, and behind it the last line of its log."""
    page = sheet.page
    note, tone = note_of(row, counted=bool(page.columns.restarts))
    said = Piece("column.log", f"log: {page.clean(row.said)}", "dim", cells)
    if note or not row.said:
        yield Piece("column.note", page.clean(note), tone, cells)
    if row.said:
        yield said
