"""Explain: what the selected line, or the screen that is open, shows; each thing with its meaning
and where it comes from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from nebtui.tui.explaining import Shown
from nebtui.tui.keys import bindings
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.explanations import listed

SHARE, MOST = 90, 110
"""Percent and cells of the width that a dialog takes, as in `app.tcss`."""
SIDES = 8
"""Cells of its edges, padding and scroll bar."""


class ExplainScreen(ModalScreen[None]):
    """A small page over the one that it explains."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("everywhere"),
        ("j", "scroll(1)", "down"),
        ("k", "scroll(-1)", "up"),
    ]

    def __init__(self, title: str, shown: tuple[Shown, ...]) -> None:
        super().__init__()
        self._about = title
        self._shown = shown

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield CachedStatic(id="page")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        """What a line has room for depends on its width."""
        self._show()

    def _show(self) -> None:
        self.query_one("#page", CachedStatic).set_content(self._text())

    def _text(self) -> Content:
        width = min(MOST, self.app.size.width * SHARE // 100) - SIDES
        return listed(self._about, self._shown, width, "…")

    def action_scroll(self, by: int) -> None:
        """A line up or down."""
        self.query_one("#dialog", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Copy what the page says."""
        self.app.copy_to_clipboard(self._text().plain)
        self.notify("copied", timeout=2)
