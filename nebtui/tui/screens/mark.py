"""Marking a service as a sandbox: the diff of its label, reviewed like a fix."""

from __future__ import annotations

from nebtui.facts.declared import ServiceKey
from nebtui.fixing.batch import Planned, plan_mark
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

    def _make_plan(self) -> Planned:
        return plan_mark(self.session.snapshot, self._service, self.session.host)
