"""The end of a tour: what the person's own box has, and what to do there first."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable

from textual.content import Content

from nebtui.tour.checklist import Checked
from nebtui.tui.background import background
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.widgets.markup import joined, lines

MARKS = {"ok": ("✓", "ok"), "todo": ("▲", "warn"), "none": ("·", "dim")}

INDENT = 17
"""Cells of the mark and the name."""
SIDES = 4
"""Cells that the scrolling column does not have for the text."""


class ChecklistScreen(DocumentScreen):
    """Shows a list, or looks at the box for it in the background."""

    def __init__(
        self,
        found: tuple[Checked, ...] | None,
        look: Callable[[], tuple[Checked, ...]] | None = None,
    ) -> None:
        super().__init__()
        self._found = found
        self._look = look

    def on_mount(self) -> None:
        super().on_mount()
        if self._found is None and self._look is not None:
            background(self.app, self._look, self._looked)

    def _looked(self, found: tuple[Checked, ...]) -> None:
        self._found = found
        if self.is_attached:
            self.show()

    def body(self) -> Content:
        """The list; that it is being looked at while it is."""
        box = "This box" if self._look is None else "Your own box"
        head = [joined((f"The tour is over. {box}:", "title")), joined("")]
        if self._found is None:
            return lines([*head, joined(("looking at it…", "dim"))])
        foot = [joined(("esc", "info"), " goes back, ", ("q", "info"), " leaves")]
        if self._look is not None:
            foot.append(joined(("nebtui", "info"), " without a verb opens your own box"))
        width = max(20, self.size.width - INDENT - SIDES)
        return lines([*head, *_shown(self._found, width), joined(""), *foot])


def _shown(found: Iterable[Checked], width: int) -> list[Content]:
    """Each thing with what is there and what to do, wrapped to a width beside its name."""
    result = []
    for item in found:
        first, *more = textwrap.wrap(item.told, width) or [""]
        result.append(joined(MARKS[item.mark], f" {item.what:<{INDENT - 2}}", first))
        result += [joined(" " * INDENT, line) for line in more]
        for line in textwrap.wrap(f"→ {item.do}", width) if item.do else ():
            result.append(joined(" " * INDENT, (line, "info")))
    return result
