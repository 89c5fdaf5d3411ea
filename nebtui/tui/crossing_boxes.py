"""What the boxes of a run need of each other, found out off the screen's thread, and on which of
them it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nebtui.analysis.fleet import BoxFacts, called, crossed
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.row_ids import identity
from nebtui.rules.unreachable_box_service import NAME, called_port
from nebtui.tui.background import background
from nebtui.tui.messages import FixAsked
from nebtui.tui.session import Session

if TYPE_CHECKING:
    from nebtui.tui.acting_app import ActingApp
    from nebtui.tui.box_on_screen import BoxOnScreen


def mended_on(
    boxes: tuple[BoxOnScreen, ...], session: Session, asked: FixAsked
) -> tuple[BoxOnScreen, str, FixAsked] | None:
    """For a finding that a service calls another box in vain: that box, the row of what it calls,
    and the fix of that; None for any other, and where nothing there can be fixed."""
    finding = asked.findings[0]
    if asked.bulk or finding.rule != NAME:
        return None
    place = finding.at, finding.subject
    for one in session.snapshot.outgoing:
        box = next((box for box in boxes if box.session.name == one.other), None)
        if (one.source, f"{one.host}:{one.port}") != place or box is None or one.target is None:
            continue
        for there in box.session.findings:
            called = called_port(there.key) == (one.target, one.port)
            if called and there.applicability != "display":
                return box, identity(one.target), FixAsked((there,), asked.key)
    return None


class CrossingBoxes:
    """Looks again where a box is another one; one look at a time."""

    def __init__(self, app: ActingApp) -> None:
        self._app = app
        self._seen: tuple[object, ...] = ()
        self._looking = False

    def look(self) -> None:
        """Compare the boxes, if there are several and one of them changed."""
        sessions = self._app.session.beside
        now = tuple((one.snapshot.generation, one.known_as) for one in sessions)
        if not sessions or self._looking or now == self._seen:
            return
        self._seen, self._looking = now, True
        facts = [
            BoxFacts(
                one.name,
                one.snapshot,
                called(one.name, one.snapshot, one.known_as),
                one.desk.away_for_callers,
            )
            for one in sessions
        ]
        background(self._app, lambda: crossed(facts), self._found)

    def _found(self, snapshots: tuple[Snapshot, ...]) -> None:
        self._looking = False
        for box, one in zip(self._app.boxes, snapshots, strict=True):
            box.cross(one.outgoing, one.incoming)
