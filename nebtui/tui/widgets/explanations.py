"""Explanations as lines: what stands on the screen, its name, what it means, its source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from textual.content import Content

from nebtui.text.terminal import cell_width, plain, shorten
from nebtui.tui.colours import WORD_STYLES
from nebtui.tui.explaining import Shown
from nebtui.tui.widgets.markup import joined, lines

INDENT = "  "
TIP = 56
"""Cells of a text that lies under the pointer."""


def listed(title: str, shown: Iterable[Shown], width: int, ellipsis: str) -> Content:
    """All of them below one another in so many cells."""
    parts = [joined((title, "title"), ("   esc leaves", "dim"))]
    for one in shown:
        parts += [joined(""), *_lines(one, width, ellipsis)]
    return lines(parts)


def tip(one: Shown, ellipsis: str) -> Content:
    """One of them, for the place under the pointer."""
    return lines(_lines(one, TIP, ellipsis))


def _lines(one: Shown, width: int, ellipsis: str) -> list[Content]:
    explanation = one.explanation
    text = plain(one.text).strip()
    name = f"{INDENT}{explanation.name}" if text and text != explanation.name else explanation.name
    text = "" if text == explanation.name else text
    head = shorten(text, max(8, width - cell_width(name)), ellipsis)
    result = [joined((head, _tone(one.tone)), (name, "title"))]
    for told, tone in ((explanation.means, ""), (f"from: {explanation.source}", "dim")):
        result += [
            joined((f"{INDENT}{line}", tone))
            for line in textwrap.wrap(told, max(16, width - len(INDENT)))
        ]
    return result


def _tone(style: str) -> str:
    """The tone nearest to a style of the graph."""
    return style if style in WORD_STYLES else "info" if style.startswith("rail") else ""
