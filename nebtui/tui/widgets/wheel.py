"""A text whose mouse wheel scrolls another part of the screen: nothing on it is dead."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from nebtui.tui.widgets.cached_static import CachedStatic

LINES = 3
"""Scrolled by one notch."""


class WheelStatic(CachedStatic):
    """Scrolls what `scrolled` names on its screen."""

    scrolled = "#body"

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """On."""
        self._scroll(event, LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Back."""
        self._scroll(event, -LINES)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self.screen.query_one(self.scrolled, Widget).scroll_relative(y=by, animate=False)
