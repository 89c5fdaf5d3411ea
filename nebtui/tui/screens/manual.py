"""The manual of a rule, and where on this box it has found something."""

from __future__ import annotations

from textual.content import Content

from nebtui import rules
from nebtui.rules.manual_page import manual_page, to_type
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.findings import prompt
from nebtui.tui.widgets.markup import joined, lines

SIDES = 4
"""Cells that the padding and the scroll bar take."""


class ManualScreen(DocumentScreen):
    """What `nebtui rule NAME` prints, and the findings."""

    def __init__(self, session: Session, rule: str) -> None:
        super().__init__()
        self.session = session
        self._rule = rule

    def body(self) -> Content:
        """The manual, then its findings."""
        found = [f for f in self.session.findings if f.rule == self._rule]
        here = [line for finding in found for line in (prompt(finding), joined(""))][:-1]
        rule = rules.rule(self._rule)
        width = self.app.size.width - SIDES
        return lines(
            [
                *(joined(*line) for line in manual_page(rule, width)),
                joined(""),
                joined(("On this box", "info")),
                *(here or [joined(("  it finds nothing", "dim"))]),
                *(joined(*line) for line in to_type(rule, width)),
            ]
        )
