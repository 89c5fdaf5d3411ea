"""The labels of the tabs: shown in the heading of the detail, and clicked there."""

from __future__ import annotations

from textual.content import Content

from nebtui.tui.widgets.markup import joined, pressed
from nebtui.tui.widgets.tabs import TABS, marks


def tab_marks(chosen: str, room: int) -> Content:
    """The labels in so many cells; a click on one shows its tab."""
    labels = zip(TABS, marks(chosen, room), strict=True)
    return joined().join(
        [pressed(text, tone, f"screen.tab('{name}')") for name, (text, tone) in labels]
    )
