"""What of a screen is to be explained: the thing under the pointer, or all that is selected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget

from nebtui.explain.pages import line_entry, told, word_entry
from nebtui.explain.table import Explanation, TableRow, explained
from nebtui.explain.timeline import mark_key
from nebtui.facts.declared import ServiceKey
from nebtui.graph.pieces import Piece
from nebtui.light_dataclass import dataclass
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.legend import Legend
from nebtui.tui.widgets.rails import Rails
from nebtui.tui.widgets.summary import Summary

PAGES = {"timeline": "timeline", "review": "review", "gpu": "gpus"}
"""Screen → page of the table for its text."""
PARTS = {"findings": "finding", "watched": "watched", "tasks": "why"}
"""Part of the detail pane → the same."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing as it stands on the screen, with what it means; `text` is outside text."""

    text: str
    tone: str
    explanation: Explanation


def pointed(screen: Screen[Any], x: int, y: int) -> Shown | None:
    """The thing in a cell of a screen; None where nothing is to be said of it."""
    try:
        widget, region = screen.get_widget_at(x, y)
    except NoWidget:
        return None
    column, line = x - region.x, y - region.y
    if isinstance(widget, Rails):
        piece = widget.piece_at(column, line)
        return _piece(piece) if piece else None
    lines = text_of(widget)
    if not 0 <= line < len(lines):
        return None
    if page := _by_word(widget, line):
        found = word_entry(page, lines[line], column)
        return _entry(*found) if found else None
    page = page_of(screen, widget)
    if page in ("timeline", "startup") and (key := mark_key(lines[line], column)):
        return Shown(lines[line][column], "", explained(key))
    entry = line_entry(page, lines, line) if page else None
    return _entry(entry, "") if entry else None


def everything(screen: Screen[object]) -> tuple[str, tuple[Shown, ...]]:
    """A title and all that is to be explained of a screen now: of home the selected line, the part
    of the detail that has the focus, or what there is without a selection."""
    focused = screen.focused
    home = next(iter(screen.query(Rails)), None)
    if home is None:
        return "What stands here", _text(screen, screen.query("#page, #title, #diff, #proof"))
    if focused is not None and focused is not home and focused in screen.query("Detail *"):
        return "The pane below", _text(screen, screen.query("#watched, #findings, #facts, #tasks"))
    if home.selected:
        return "This row, from left to right", shown_pieces(home.pieces_of(home.selected))
    found = told("header", _lines(screen, Summary), by_word=True)
    found += told("legend", _lines(screen, Legend), by_word=True)
    top = tuple(_entry(*one) for one in found)
    return "The whole box; j selects a row", (*top, *shown_pieces(home.pieces_of(None)))


def shown_pieces(pieces: tuple[Piece, ...]) -> tuple[Shown, ...]:
    """What a line shows, each kind once, with all of its texts; blanks say nothing."""
    texts: dict[str, list[str]] = {}
    tones: dict[str, str] = {}
    for piece in pieces:
        if piece.text and piece.text not in texts.setdefault(piece.kind, []):
            texts[piece.kind].append(piece.text)
            tones.setdefault(piece.kind, piece.tone)
    return tuple(
        Shown("   ".join(found), tones[kind], explained(kind))
        for kind, found in texts.items()
        if found
    )


def page_of(screen: Screen[Any], widget: Widget) -> str:
    """The page of the table for the text of a widget, "" where there is none."""
    pane = next((above for above in widget.ancestors if isinstance(above, Detail)), None)
    if pane is not None:
        service = isinstance(getattr(screen, "selected", None), ServiceKey)
        tab = pane.tab if service else "why"
        return tab if widget.id == "facts" else PARTS.get(widget.id or "", "")
    return PAGES.get(type(screen).__name__.removesuffix("Screen").lower(), "")


def text_of(widget: Widget) -> list[str]:
    """The lines that a widget shows, as they are wrapped."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


def _by_word(widget: Widget, line: int) -> str:
    """The page of a line that is made of words: the top of home, its legend, a heading."""
    if isinstance(widget, Summary | Legend):
        return "header" if isinstance(widget, Summary) else "legend"
    return "heading" if widget.id == "heading" else ""


def _text(screen: Screen[object], widgets: Iterable[Widget]) -> tuple[Shown, ...]:
    """What the lines of some widgets are, each kind once, with the first line of it."""
    found: dict[str, Shown] = {}
    for widget in widgets:
        if widget.display and (page := page_of(screen, widget)):
            for entry, text in told(page, text_of(widget)):
                found.setdefault(entry.key, _entry(entry, text))
    return tuple(found.values())


def _entry(entry: TableRow, text: str) -> Shown:
    return Shown(text, "", entry.explanation)


def _piece(piece: Piece) -> Shown:
    return Shown(piece.text, piece.tone, explained(piece.kind))


def _lines(screen: Screen[object], kind: type[Widget]) -> list[str]:
    return [line for widget in screen.query(kind) if widget.display for line in text_of(widget)]
