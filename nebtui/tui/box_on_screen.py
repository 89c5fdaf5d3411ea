"""One box of the run: takes its snapshots, has them judged, and shows them on a home screen of its
own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.facts.crossing import Crossing
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.watch import Watched, verdict
from nebtui.keep.known_projects import remember_projects
from nebtui.keep.outlines import remember_outlines
from nebtui.tui.background import background
from nebtui.tui.last_words import LastWords
from nebtui.tui.pictures import covers
from nebtui.tui.rested import SLIGHT, Rested
from nebtui.tui.runs import Runs
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.running import Running

if TYPE_CHECKING:
    from nebtui.tui.acting_app import ActingApp

PATIENCE = 2.0
"""Seconds that the first search for findings waits for the first complete picture: what is known by
halves is searched in vain, and it keeps the rest from becoming known."""
REST = 3.0
"""How many times as long as it took a search rests: threads share one interpreter."""
LONGEST_REST = 2.0


class BoxOnScreen:
    """Its methods belong to the screen's thread."""

    def __init__(self, app: ActingApp, session: Session) -> None:
        self._app = app
        self.session = session
        self.home = HomeScreen(session)
        self.runs = Runs(app, session, self._runs_changed)
        self.words = LastWords(app, session, self.show)
        self._words = Rested(app, self.words.look, SLIGHT)
        self._early = session.snapshot
        self._judged = -1
        self._across: tuple[tuple[Crossing, ...], tuple[Crossing, ...]] = ((), ())
        self._judged_across: object = ((), ())
        self._judging = False
        self._patience: Literal["whole", "running", "over"] = "whole"

    @property
    def judged(self) -> bool:
        """The findings are those of the snapshot that is shown."""
        of_now = self._judged == self.session.snapshot.generation
        return of_now and self._judged_across == self._across

    def show(self) -> None:
        """Show what is known now: on its home screen while that is in front, and in its line beside
        those of other boxes."""
        if not self.session.beside or self.home.is_current:
            self.home.show()
        self._app.boxes_changed()

    def take(self, snapshot: Snapshot, settled: Callable[[], None] | None) -> None:
        """A newer snapshot. `settled` is called when the first complete one is shown."""
        if not covers(snapshot, self._early):
            return  # what the first frame shows must not go and come again
        self._early = Snapshot()
        session = self.session
        first = snapshot.settled and not session.snapshot.settled
        back = _answers(snapshot) and not _answers(session.snapshot)
        session.snapshot = self._crossing(self._only(snapshot))
        self.show()
        self._words.ask()
        if not self.judged:
            # Painted first: the search takes the interpreter from the screen's thread.
            self._app.call_after_refresh(self._judge)
        if back and session.far_desk and not session.locked:
            # What a line that was cut left half done is settled where it lies.
            background(self._app, lambda: session.desk.recover(), self._app.tell)
        engine = snapshot.engine
        if first and settled:
            self._app.call_after_refresh(settled)
        if first and session.host.kind == "live" and not (engine and engine.elsewhere):
            seen = tuple(snapshot.projects.values())
            background(self._app, lambda: self._remember(seen), lambda _: None)

    def cross(self, outgoing: tuple[Crossing, ...], incoming: tuple[Crossing, ...]) -> None:
        """What this box and others need of each other, as it was found out last."""
        if (outgoing, incoming) != self._across:
            self._across = outgoing, incoming
            self.session.snapshot = self._crossing(self.session.snapshot)
            self._judge()

    def _crossing(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with that: its host does not tell it."""
        outgoing, incoming = self._across
        if not outgoing and not incoming and not snapshot.outgoing and not snapshot.incoming:
            return snapshot
        return replace(snapshot, outgoing=outgoing, incoming=incoming)

    def _only(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with only the projects of the name asked for, where one was."""
        name = self.session.only
        mine = (key for key in snapshot.projects if key.name == name)
        return narrowed(snapshot, mine) if name else snapshot

    def _remember(self, seen: tuple[Project, ...]) -> None:
        """For later runs; off the screen's thread."""
        remember_projects(self.session.settings.state_dir, seen)
        remember_outlines(self.session.settings.state_dir, seen)

    def _judge(self) -> None:
        """Find again where declared or inspected facts changed; one search at a time."""
        snapshot = self.session.snapshot
        if self._judging or self.judged:
            return
        if not snapshot.settled and self._patience != "over":
            if self._patience == "whole":
                self._patience = "running"
                self._app.set_timer(PATIENCE, self._wait_no_longer)
            return
        self._judging = True
        background(self._app, lambda: self._searched(snapshot), self._found)

    def _wait_no_longer(self) -> None:
        self._patience = "over"
        self._judge()

    def _searched(self, snapshot: Snapshot) -> tuple[Snapshot, rules.Examination, float]:
        """What is found in a snapshot, and the seconds that it took; off the screen's thread."""
        with self._app.searching:
            begun = time.monotonic()
            examined = rules.examine(snapshot, self.session.settings.allow)
            return snapshot, examined, time.monotonic() - begun

    def _found(self, searched: tuple[Snapshot, rules.Examination, float]) -> None:
        snapshot, examined, took = searched
        self._judged = snapshot.generation
        self._judged_across = snapshot.outgoing, snapshot.incoming
        found, failures = examined.findings, examined.failures
        if (found, failures) != (self.session.findings, self.session.failures):
            self.session.findings, self.session.failures = found, failures
            self.show()
        self._app.set_timer(min(REST * took, LONGEST_REST), self._rested)

    def _rested(self) -> None:
        self._judging = False
        self._judge()

    def seen(self) -> tuple[Watched, ...]:
        """The written patches that are seen to work since the last call; they are not watched any
        more then."""
        now = self.session.now()
        found = tuple(
            item
            for item in self.session.watched
            if verdict(self.session.snapshot, item, now).state == "seen"
        )
        if found:
            waiting = tuple(item for item in self.session.watched if item not in found)
            self.session.watched = waiting
            self.show()
        return found

    def _runs_changed(self) -> None:
        """Something is done, or is not done any more."""
        self.session.doing = self.runs.doing()
        self.show()
        for line in self.home.query(Running):
            line.show(self.runs)


def _answers(snapshot: Snapshot) -> bool:
    """It is seen whole, as it is now."""
    return snapshot.settled and snapshot.stale_since is None
