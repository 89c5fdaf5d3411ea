"""The line between the graph and the detail; dragged, it moves."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widget import Widget

from nebtui.tui.widgets.rails import Rails

LEAST = 5
"""Lines that each side keeps."""


class Divider(Widget):
    """Gives the graph as many lines as there are above it; a double click gives back what it
    needs."""

    class Released(Message):
        """The share is not that of the mouse any more."""

    def __init__(self) -> None:
        super().__init__()
        self._dragged = False
        self.dragged = False
        """Somebody put it where it is."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """From now on it follows the mouse."""
        event.stop()
        self.capture_mouse()
        self._dragged = True

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """It stays where it is."""
        self.release_mouse()
        self._dragged = False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The graph ends above the mouse."""
        if not self._dragged:
            return
        rails, graph = self.screen.query_one(Rails), self.screen.query_one("#graph")
        legend = sum(w.outer_size.height for w in graph.children if w.display and w is not rails)
        room = rails.size.height + legend + self.screen.query_one("Detail").size.height
        height = max(LEAST + legend, min(event.screen_y - rails.region.y, room - LEAST))
        self.dragged = True
        graph.styles.height, graph.styles.max_height = height, height

    def on_click(self, event: events.Click) -> None:
        """A double click leaves the share to the graph again."""
        if event.chain == 2:
            styles = self.screen.query_one("#graph").styles
            styles.height = styles.max_height = None
            self.dragged = False
            self.post_message(self.Released())
