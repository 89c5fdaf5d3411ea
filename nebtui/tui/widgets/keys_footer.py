"""The keys at the bottom of a screen, without those it showed before."""

from __future__ import annotations

from textual.screen import Screen
from textual.widgets import Footer


class KeysFooter(Footer):
    """Textual makes every key anew when the keys change, and its footer holds on to the old ones:
    half a megabyte each time a screen was opened over it (Textual 8.2)."""

    def bindings_changed(self, screen: Screen[object]) -> None:
        """The keys may be others now."""
        self.mutate_reactive(Footer.compact)  # lets go of what listened to it and is closed
        super().bindings_changed(screen)
