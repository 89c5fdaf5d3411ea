"""A screen over home that only shows: one text, scrolled; `esc` leaves and `y` copies it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from nebtui.tui.keys import bindings
from nebtui.tui.screens.explained import ExplainedScreen
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.keys_footer import KeysFooter


class DocumentScreen(ExplainedScreen):
    """Each kind of page says what it shows in `told`."""

    BINDINGS = bindings("everywhere", leave=True)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield CachedStatic(id="page")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the text as it is now."""
        self.query_one("#page", CachedStatic).set_content(self.body())

    def body(self) -> Content:
        """The text."""
        return Content("")

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Copy what the page says."""
        self.app.copy_to_clipboard(self.body().plain)
        self.notify("copied", timeout=2)
