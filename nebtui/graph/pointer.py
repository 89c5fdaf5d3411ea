"""The sign at a row that somebody is led to: in a cell that is blank otherwise, and over the name,
so that it is seen without any colour too."""

from __future__ import annotations

from nebtui.graph.canvas import ASCII, Line, Segment
from nebtui.graph.leaving import over
from nebtui.graph.row_context import RowContext
from nebtui.text.terminal import cell_width

SIGN, ASCII_SIGN = "»", ">"
STYLE = "pointed"
BEFORE = 1
"""Cells between the rails and the sign: the glyph of a service, or of a project that is open."""


def with_sign(line: Line, cell: int, sign: str) -> Line:
    """The line with the sign in the blank that begins at a cell, and the text behind it turned
    round; the same line where no blank does."""
    at = 0
    for place, (text, style) in enumerate(line):
        if at == cell and text == " " and place + 1 < len(line):
            name, named = line[place + 1]
            word = name.rstrip(" ")
            behind = (Segment(name[len(word) :], named),) if len(word) < len(name) else ()
            turned = (Segment(sign, _with(style)), Segment(word, _with(named)), *behind)
            return (*line[:place], *turned, *line[place + 2 :])
        at += cell_width(text)
    return line


def with_edge(line: Line, at: int, pointed: int, window: range, page: RowContext) -> Line:
    """The line `at`, where it is the last one of the window on the way to the row that is pointed
    at, with the sign and the way at its right end; else the same line."""
    below = bool(window) and at == window[-1] and pointed > at
    above = bool(window) and at == window[0] and pointed < at
    if not below and not above:
        return line
    sign = ASCII_SIGN if page.glyphs is ASCII else SIGN
    text = page.clean(f" {sign} {'↓' if below else '↑'} ")
    return over(line, page.width - cell_width(text), Segment(text, STYLE))


def _with(style: str) -> str:
    return f"{style} {STYLE}".strip()
