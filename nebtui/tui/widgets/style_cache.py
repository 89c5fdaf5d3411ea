"""Styles of a widget's component classes, worked out once for each mixture of them."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


class StyleCache:
    """`of("selected warn")` is the widget's own style with `PREFIXselected` and `PREFIXwarn` over
    it."""

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._known: dict[str, Style] = {}

    def of(self, names: str) -> Style:
        """The styles of all the names, each giving only what its rule sets (Textual's own merge
        drops backgrounds)."""
        known = self._known.get(names)
        if known is not None:
            return known
        look = self._widget.rich_style
        for name in names.split():
            own = self._widget.get_component_rich_style(f"{self._prefix}{name}", partial=True)
            blended = self._widget.get_component_rich_style(f"{self._prefix}{name}")
            look += own
            if own.color is not None:
                look += Style(color=blended.color)
            if own.bgcolor is not None:
                look += Style(bgcolor=blended.bgcolor)
        self._known[names] = look
        return look

    def forget(self) -> None:
        """Another theme, or another focus, has other styles."""
        self._known.clear()
