"""The keys at the bottom of a screen: whole ones only, the most useful first, and no more of them
than there is room for."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from nebtui.text.terminal import cell_width

KEPT = ("everywhere.help", "everywhere.back")
"""Keys that are shown however narrow the terminal is."""


class KeysFooter(Footer):
    """`rank`: how useful the key of an id is for what is selected, 0 the most; None = not at all,
    it is not shown. Without it the keys stand in the order of their table."""

    def __init__(self, rank: Callable[[str], int | None] | None = None) -> None:
        super().__init__(show_command_palette=False)
        self._rank = rank
        self._width = 0

    def bindings_changed(self, screen: Screen[object]) -> None:
        """The keys may be others now. Textual makes every key anew then, and its footer holds on
        to the old ones: half a megabyte each time a screen was opened over it (Textual 8.2)."""
        self.mutate_reactive(Footer.compact)  # lets go of what listened to it and is closed
        super().bindings_changed(screen)

    def on_resize(self) -> None:
        """As many keys as there is room for."""
        if self._width not in (0, self.app.size.width):
            self.bindings_changed(self.screen)

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        self._width = self.app.size.width
        for active in fitting(self._ranked(), self._width):
            _, binding, enabled, tooltip = active
            yield FooterKey(
                binding.key,
                self.app.get_key_display(binding),
                binding.description,
                binding.action,
                disabled=not enabled,
                tooltip=tooltip,
            ).data_bind(compact=Footer.compact)

    def _ranked(self) -> list[ActiveBinding]:
        """The keys that may be shown, the most useful first."""
        shown: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                # A key with a second name (`+` is `=` without shift) is two bindings.
                shown.setdefault(active.binding.action, active)
        if self._rank is None:
            return list(shown.values())
        ranks = {a.binding.id: self._rank(a.binding.id or "") for a in shown.values()}
        useful = (a for a in shown.values() if a.enabled and ranks[a.binding.id] is not None)
        return sorted(useful, key=lambda active: ranks[active.binding.id] or 0)


def fitting(keys: list[ActiveBinding], width: int) -> list[ActiveBinding]:
    """Those that fit into so many cells, in their order; the last ones go first."""
    kept = list(keys)
    for active in reversed(keys):
        if sum(map(_cells, kept)) <= width:
            break
        if active.binding.id not in KEPT:
            kept.remove(active)
    return kept


def _cells(active: ActiveBinding) -> int:
    """The key with a blank on each side, the label with one behind it."""
    binding = active.binding
    return cell_width(binding.key_display or binding.key) + 2 + cell_width(binding.description) + 1
