"""The tour that goes on: looks over the person's shoulder, shows its panel on the screen in front,
and keeps how far one has come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from textual.command import CommandPalette
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Input

from nebtui.keep.tours import recall_tour, remember_tour
from nebtui.tour.moment import Deed, DeedKind, TourMoment
from nebtui.tui.background import background
from nebtui.tui.outside import on_the_demo_box
from nebtui.tui.session import Session

if TYPE_CHECKING:
    from nebtui.tour.progress import TourProgress
    from nebtui.tui.app import NebtuiApp

EVERY = 0.2
"""Seconds between two looks."""
Move = Literal["open", "on", "back", "skip"]


class Guide:
    """One for the whole run; it does nothing while no tour is open."""

    def __init__(self, app: NebtuiApp, session: Session) -> None:
        self._app = app
        self._session = session
        self._deeds: tuple[Deed, ...] = ()
        self.progress: TourProgress | None = None
        """How far the tour has come, None before it was opened first."""
        self.open = False
        self._keeping = False
        self._timer: Timer | None = None
        """Runs while a tour is open."""

    def begin(self) -> None:
        """Open the tour at once where the command line asked for it."""
        self._app.screen_change_signal.subscribe(self._app, self._screen_changed)
        self._timer = self._app.set_interval(EVERY, self.look, pause=True)
        if self._session.tour is not None and self._session.tour.begins:
            self._turn(on=True)

    def note(self, kind: DeedKind, findings: Iterable[str]) -> None:
        """Something was written, seen to work, or taken back."""
        self._deeds = (*self._deeds, Deed(kind, tuple(findings)))

    def answers(self, move: object) -> bool:
        """Whether a key of the tour does something now: letters are letters where one types."""
        if isinstance(self._app.focused, Input):
            return False
        return move == "open" or self.open

    def go(self, move: Move) -> None:
        """What a key asks for."""
        if move == "open":
            self._opened()
        elif move == "on":
            self._on()
        else:
            self._move(-1 if move == "back" else 1)

    def _opened(self) -> None:
        """Open the tour, or leave it; a box without one has that of the demo box beside it."""
        tour = self._session.tour
        if tour is None:
            on_the_demo_box(self._app)
            return
        self._turn(on=not self.open)
        if not self.open:
            self._app.notify("T takes the tour up again where you left it", timeout=4)

    def _turn(self, *, on: bool) -> None:
        tour = self._session.tour
        if tour is None:
            return
        if on and (self.progress is None or self.progress.step is None):
            from nebtui.tour.progress import TourProgress

            kept = recall_tour(tour.state_dir, tour.name) if self.progress is None else 0
            whole = tour.read()
            start = kept if kept < len(whole.steps) else 0
            self.progress = self._at(TourProgress(whole), start)
        self.open = on
        if self._timer is not None:
            (self._timer.resume if on else self._timer.pause)()
        if not on:
            self._app.home.lead(None)
        for screen in self._app.screen_stack:
            screen.call_after_refresh(self._placed, screen)
        self._app.refresh_bindings()

    def _at(self, progress: TourProgress, by: int) -> TourProgress:
        session = self._session
        selected = str(self._app.home.selected or "")
        counts = len(self._deeds), len(session.commands)
        return progress.moved(by, *counts, session.now(), selected)

    def _on(self) -> None:
        """The next step where this one is done; else what is missing is said."""
        progress = self.progress
        if progress is None:
            return
        if progress.met:
            self._move(1)
        else:
            self.progress = progress.waited()
            self.look()

    def _move(self, by: int) -> None:
        if self.progress is None:
            return
        self.progress = self._at(self.progress, by)
        self._keep()
        if self.progress.step is None:
            self._finish()
        self.look()

    def _keep(self) -> None:
        """Keep how far one has come; one write at a time, so that the last one wins."""
        tour, progress = self._session.tour, self.progress
        if self._keeping or tour is None or progress is None:
            return
        self._keeping = True
        at = progress.at

        def kept(_: None) -> None:
            self._keeping = False
            if self.progress is not None and self.progress.at != at:
                self._keep()

        background(self._app, lambda: remember_tour(tour.state_dir, tour.name, at), kept)

    def _finish(self) -> None:
        """The last page: the person's own box."""
        from nebtui.tour.checklist import checklist
        from nebtui.tui.screens.checklist import ChecklistScreen

        self._app.clear_notifications()
        self._turn(on=False)
        session, tour = self._session, self._session.tour
        own = tour.own_box if tour else None
        here = checklist(session.snapshot, session.findings) if own is None else None
        self._app.push_screen(ChecklistScreen(here, own))

    def _screen_changed(self, screen: Screen[object]) -> None:
        """Once it has its own widgets: the panel stands below them. A message about what was done
        before would cover half of a small page."""
        if self.open and screen is not self._app.home:
            self._app.clear_notifications()
        screen.call_after_refresh(self._placed, screen)

    def _placed(self, screen: Screen[object]) -> None:
        self._place(screen)
        self.look()

    def _place(self, screen: Screen[object]) -> None:
        """A panel on the screen in front, while the tour is open."""
        if self.progress is None or isinstance(screen, CommandPalette) or not screen.is_attached:
            return
        from nebtui.tui.widgets.tour_panel import TourPanel

        screen.set_class(self.open, "-tour")
        panels = screen.query(TourPanel)
        if self.open and not panels:
            over = isinstance(screen, ModalScreen)
            screen.mount(TourPanel(classes="-over" if over else ""))
        elif not self.open:
            panels.remove()

    def _lead(self, progress: TourProgress, seen: TourMoment) -> None:
        """Mark the row that the step points at, until it is done."""
        step = progress.step
        wanted = step is not None and step.at and not progress.met
        self._app.home.lead(seen.key(step.at) if step is not None and wanted else None)

    def look(self) -> None:
        """See what the person has done, and tell it."""
        if not self.open or self.progress is None:
            return
        from nebtui.tui.shoulder import moment
        from nebtui.tui.widgets.tour_panel import TourPanel, told

        seen = moment(self._app, self._session, self._deeds, self.progress)
        self.progress = progress = self.progress.looked(seen)
        self._lead(progress, seen)
        for panel in self._app.screen.query(TourPanel):
            panel.set_content(told(progress, progress.hint(seen), self._app.keys))
