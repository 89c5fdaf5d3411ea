"""What the boxes of a run need of each other, found out off the screen's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nebtui.analysis.fleet import BoxFacts, called, crossed
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.background import background

if TYPE_CHECKING:
    from nebtui.tui.acting_app import ActingApp


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
