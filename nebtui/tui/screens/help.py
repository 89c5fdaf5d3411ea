"""Help: every key with what it does, from the one table of keys."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, cast

from textual.content import Content

from nebtui.analysis.verdict import WORDS
from nebtui.tui.key import Key
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.widgets.markup import joined, lines

if TYPE_CHECKING:
    from nebtui.tui.app import NebtuiApp


SIDES = 4
"""Cells that the padding and the scroll bar take."""
ONLY = ("boxes", "all boxes")
"""Keys of runs with several boxes."""
INDENT = 24
"""Where what a key does begins."""


class HelpScreen(DocumentScreen):
    """Keys by place, then the words and glyphs of readiness."""

    def body(self) -> Content:
        """All of it, with the keys that a person has chosen."""
        app = cast("NebtuiApp", self.app)
        keys = app.keys if app.session.beside else tuple(k for k in app.keys if k.where not in ONLY)
        return lines(_told(keys, app.size.width - SIDES))

    def on_resize(self) -> None:
        """What a line has room for depends on its width."""
        self.show()

    def action_help(self) -> None:
        """Leave: the same key opened it."""
        self.dismiss()


def _told(table: tuple[Key, ...], width: int) -> list[Content]:
    result: list[Content] = []
    for where in dict.fromkeys(key.where for key in table):
        result += [joined(""), joined((where, "title"))]
        result += [
            line
            for k in table
            if k.where == where
            for line in row(k.display, k.label, k.help, width)
        ]
    result += [joined(""), joined(("readiness", "title"))]
    looks = (row(look.glyph, word, look.meaning, width) for word, look in WORDS.items())
    return result + [line for lines_of in looks for line in lines_of]


def row(sign: str, label: str, told: str, width: int) -> list[Content]:
    """A sign, its label and what it means; what does not fit goes on below its beginning."""
    first, *rest = textwrap.wrap(told, max(20, width - INDENT)) or [""]
    head = joined(f"  {sign:<8}", (f"{label:<14}", "info"), (first, "dim"))
    return [head, *(joined((" " * INDENT + text, "dim")) for text in rest)]
