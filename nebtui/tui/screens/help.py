"""Help: every key with what it does, from the one table of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content

from nebtui.analysis.verdict import WORDS
from nebtui.tui.key_table import Key
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.widgets.markup import joined, lines

if TYPE_CHECKING:
    from nebtui.tui.app import NebtuiApp


class HelpScreen(DocumentScreen):
    """Keys by place, then the words and glyphs of readiness."""

    def body(self) -> Content:
        """All of it, with the keys that a person has chosen."""
        return lines(_told(cast("NebtuiApp", self.app).keys))

    def action_help(self) -> None:
        """Leave: the same key opened it."""
        self.dismiss()


def _told(table: tuple[Key, ...]) -> list[Content]:
    result: list[Content] = []
    for where in dict.fromkeys(key.where for key in table):
        result += [joined(""), joined((where, "title"))]
        result += [
            joined(f"  {k.display:<8}", (f"{k.label:<14}", "info"), (k.help, "dim"))
            for k in table
            if k.where == where
        ]
    result += [joined(""), joined(("readiness", "title"))]
    return result + [
        joined(f"  {look.glyph}       ", (f"{word:<14}", "info"), (look.meaning, "dim"))
        for word, look in WORDS.items()
    ]
