"""A screen that explains what the pointer rests on: nothing is looked up before it rests."""

from __future__ import annotations

from textual.screen import Screen
from textual.visual import VisualType

from nebtui.tui.widgets.even import Even


class ExplainedScreen(Screen[None], Even):
    """Textual asks a widget for its tooltip once the pointer has not moved for a while, and the
    widgets around it where it has none; the screen comes last."""

    @property
    def tooltip(self) -> VisualType | None:
        """What stands under the pointer, None where nothing is to be said of it."""
        from nebtui.tui.explaining import pointed
        from nebtui.tui.widgets.explanations import tip

        shown = pointed(self, *self.app.mouse_position)
        return tip(shown, "…") if shown else None

    @tooltip.setter
    def tooltip(self, tooltip: VisualType | None) -> None:
        """A screen has none of its own."""

    @property
    def in_view(self) -> bool:
        """It is seen, at least around a window in front of it. (Textual's `is_current` counts the
        screen at the bottom always.)"""
        front = self.app.screen
        return front is self or front.is_modal
