"""The manual of a rule, and where on this box it has found something."""

from __future__ import annotations

from textual.content import Content

from nebtui import rules
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.findings import prompt
from nebtui.tui.widgets.markup import joined, lines


class ManualScreen(DocumentScreen):
    """What `nebtui rule NAME` prints, and the findings."""

    def __init__(self, session: Session, rule: str) -> None:
        super().__init__()
        self.session = session
        self._rule = rule

    def body(self) -> Content:
        """The manual, then its findings."""
        found = [f for f in self.session.findings if f.rule == self._rule]
        here = [line for finding in found for line in (joined(""), prompt(finding))]
        return lines(
            [
                joined((self._rule, "title")),
                joined(""),
                joined(rules.rule(self._rule).manual.strip()),
                *(here or [joined(""), joined(("it finds nothing on this box", "dim"))]),
            ]
        )
