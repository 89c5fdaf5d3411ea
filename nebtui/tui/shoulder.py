"""What the app shows now and what was done on it, as the moment that a tour asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.screen import ModalScreen, Screen

from nebtui.facts.declared import ServiceKey
from nebtui.tour.moment import Deed, TourMoment
from nebtui.tour.progress import TourProgress
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.detail import Detail

if TYPE_CHECKING:
    from nebtui.tui.app import NebtuiApp


def moment(
    app: NebtuiApp, session: Session, deeds: tuple[Deed, ...], progress: TourProgress
) -> TourMoment:
    """One look at the app."""
    front = in_front(app.screen_stack)
    home, tab = app.home, _tab(app)
    of_tab = home.selected if front is home and tab == "log" else None
    shown = front.services if isinstance(front, LogsScreen) else ()
    return TourMoment(
        snapshot=session.snapshot,
        findings=session.findings,
        judged=app.box.judged,
        selected=str(home.selected or ""),
        screen=type(front).__name__.removesuffix("Screen").lower(),
        tab=tab,
        log_of=frozenset(str(key) for key in (*shown, of_tab) if isinstance(key, ServiceKey)),
        filter=home.shown_filter,
        deeds=deeds,
        before=progress.deeds,
        commands=tuple(run.command for run in session.commands[progress.commands :]),
        locked="for good" if session.read_only else "for now" if session.locked else "",
        now=session.now(),
        began=progress.began,
    )


def in_front(stack: list[Screen[object]]) -> Screen[object]:
    """The screen a person is on: a question belongs to the one below it."""
    return next((s for s in reversed(stack) if not isinstance(s, ModalScreen)), stack[0])


def _tab(app: NebtuiApp) -> str:
    try:
        return app.home.query_one(Detail).tab
    except NoMatches:  # before the first frame, and while the screen is taken down
        return ""
