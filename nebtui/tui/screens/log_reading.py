"""The part of the log screen that takes in what is written."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from nebtui.facts.declared import ServiceKey
from nebtui.host import LogRequest
from nebtui.tui.session import Session
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.log_heading import heading
from nebtui.tui.widgets.log_lines import LogLines

EVERY = 0.1
"""Seconds between two looks at what was written; twice as long while more comes than anybody could
read, as to draw it takes longer than to take it in."""
AT_ONCE = 250
"""Lines read in one go, 5 ms: a key that was pressed meanwhile comes before the next ones."""
MOST = 4000
"""Lines taken in one look: 20,000 a second; at more the host skips some and says how many."""
PAUSE = 0.001
"""Seconds between two portions: what a key did is painted only once nothing waits to be done."""
TAIL = 1000


class LogReadingScreen(Screen[ServiceKey | None]):
    """Reads a log while it is open, in portions between which a key is acted on."""

    def __init__(
        self,
        session: Session,
        title: str,
        services: tuple[ServiceKey, ...],
        request: LogRequest | None = None,
    ) -> None:
        """`services`: those whose lines are shown; `request`: what is read, None = those of
        projects."""
        super().__init__()
        self.session = session
        self._title = title
        self.services = services
        self._stream = session.host.logs(request or LogRequest(services, TAIL))
        self._paused = False
        self._flooded = False
        """The last look took more than one portion."""

    def compose(self) -> ComposeResult:
        yield CachedStatic(id="heading")
        yield LogLines(self.services, self.session.now, ascii=self.session.ascii)
        yield Input(placeholder="search: a regular expression; n next, N previous", id="search")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#search").display = False
        self.set_interval(EVERY, self._look)
        self.set_interval(1.0, self._grow_older)
        self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        self._stream.close()

    @property
    def _view(self) -> LogLines:
        return self.query_one(LogLines)

    def _look(self) -> None:
        """Take in what was written since the last look."""
        if self._flooded:
            self._flooded = False
        elif self.is_mounted:
            self._read(0)

    def _read(self, taken: int) -> None:
        """Read a portion of it, of which so many lines are read already, and show all of it behind
        the last one."""
        if not self.is_mounted:
            return
        view = self._view
        lines = () if self._paused else self._stream.take(AT_ONCE)
        view.read(lines)
        taken += len(lines)
        if len(lines) == AT_ONCE and taken < MOST:
            self.set_timer(PAUSE, partial(self._read, taken))
            return
        self._flooded = taken > AT_ONCE
        if taken:
            view.show_read()
        view.keep_up()
        self._head()

    def _grow_older(self) -> None:
        if self._view.pen.times == "relative":
            self._view.refresh()

    def _head(self) -> None:
        """Whose log it is, and what it does."""
        told = heading(self._title, self._view, paused=self._paused, ended=self._stream.ended)
        self.query_one("#heading", CachedStatic).set_content(told)
