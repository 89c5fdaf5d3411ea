"""Marking a service as a sandbox: the diff of its label, reviewed like a fix."""

from __future__ import annotations

from nebtui.facts.declared import ServiceKey
from nebtui.fixing.proposal import Wish
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.session import Session


class MarkScreen(ReviewScreen):
    """Shows what the label's edit would be; `m` again or enter writes it."""

    def __init__(self, session: Session, key: ServiceKey) -> None:
        super().__init__(session, (), "m")
        self._service = key

    @property
    def about(self) -> tuple[str, tuple[str, ...]]:
        return f"mark {self._service}", ()

    @property
    def wish(self) -> Wish:
        return Wish(sandbox=self._service)
