"""The logs of a service, of a project or of the whole box, merged by time, as they are written."""

from __future__ import annotations

import re

from textual.widgets import Input

from nebtui.analysis.logs.level import LogLevel
from nebtui.text.paths import short
from nebtui.tui import log_saving
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.log_page import LogFilter
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.log_reading import LogReadingScreen
from nebtui.tui.widgets.log_heading import LEVELS


class LogsScreen(LogReadingScreen):
    """The keys of a log. Gives the service that one wants to go to, None for where one came
    from."""

    BINDINGS = bindings("everywhere", "logs", leave=True)
    AUTO_FOCUS = "LogLines"

    _only = False
    """Only lines that have what is searched for are shown."""

    def action_search(self) -> None:
        """Open the search line."""
        line = self.query_one("#search", Input)
        line.display = True
        self.set_focus(line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search from what is shown upwards: the newest match is wanted first."""
        try:
            small = 0 if any(c.isupper() for c in event.value) else re.IGNORECASE
            pattern = re.compile(event.value, small)
        except re.error as error:
            text = f"{event.value} is no regular expression: {error}"
            self.notify(text, severity="warning", markup=False, timeout=6)
            return
        self._close_search()
        self._view.pen.pattern = pattern if event.value else None
        self._view.here = None
        page = self._view.page
        self._show(page.filter.least, raw=page.raw)
        self.action_match(-1)

    def _close_search(self) -> None:
        line = self.query_one("#search", Input)
        line.display = False
        self.set_focus(self._view)

    def action_match(self, by: int) -> None:
        """Go to the next line that has what is searched for, or to the one before."""
        view, pattern = self._view, self._view.pen.pattern
        places = len(view.page.shown)
        if pattern is None or not places:
            view.refresh()
            return
        start = view.page.place(view.here) + by if view.here is not None else places - 1
        found = view.page.find(pattern, start, by)
        if found is None:
            self.notify(f"nothing has {pattern.pattern}", markup=False, timeout=4)
            return
        view.show_line(found)
        self._head()

    def _show(self, least: LogLevel | None, *, raw: bool) -> None:
        """Narrow what is shown to a level, and to matches where only those are wanted."""
        view = self._view
        pattern = view.pen.pattern if self._only else None
        view.show(LogFilter(least, pattern), raw=raw)
        self._head()

    def action_level(self) -> None:
        """Show all lines, warnings and errors, or errors only."""
        page, steps = self._view.page, list(LEVELS)
        least = steps[(steps.index(page.filter.least) + 1) % len(steps)]
        self._show(least, raw=page.raw)

    def action_only(self) -> None:
        """Show only lines that have what is searched for, or all again."""
        page = self._view.page
        self._only = not self._only
        self._show(page.filter.least, raw=page.raw)
        if self._only and self._view.pen.pattern is None:
            self.action_search()

    def action_raw(self) -> None:
        """Show JSON and logfmt as they were written, or readable."""
        page = self._view.page
        self._show(page.filter.least, raw=not page.raw)

    def action_times(self) -> None:
        """Show the time of each line, how long ago it was, or neither."""
        self._view.turn_times()

    def action_move(self, by: int) -> None:
        """Move the cursor from line to line."""
        self._view.move(by)
        self._head()

    def action_service(self) -> None:
        """Go to the service of the line under the cursor."""
        marked = self._view.marked
        service = marked.line.service if marked else None
        if service is None and len(self.services) == 1:
            service = self.services[0]
        if service is None:
            self.notify("↑ ↓ choose a line, enter goes to its service", timeout=4)
        else:
            self.dismiss(service)

    def action_top(self) -> None:
        """Go to the oldest line that is held."""
        self._view.following = False
        self._view.go_to_row(0)
        self._head()

    def action_follow(self) -> None:
        """Go to the newest line and stay with it."""
        self._view.following = True
        self._view.lay_out()
        self._head()

    def action_toggle_follow(self) -> None:
        """Stay with the newest line, or stand still while more is read."""
        if self._view.following:
            self._view.following = False
            self._head()
        else:
            self.action_follow()

    def action_wrap(self) -> None:
        """Break long lines, or cut them at the edge."""
        view = self._view
        place = view.first_line
        view.wrapped = not view.wrapped
        view.lay_out()
        if not view.following:
            view.go_to_row(view.row_of(place))
        self._head()

    def action_pause(self) -> None:
        """Take nothing in, or go on with what was written meanwhile."""
        self._paused = not self._paused
        self._look()

    def action_save(self) -> None:
        """Write what is shown to a new file, with consent."""
        page = self._view.page
        lines = tuple(page.line(number).line for number in page.shown)
        path = log_saving.place_for(self._title, self.session.now())

        def saved(problem: str) -> None:
            title = "not saved" if problem else "saved"
            self.notify(problem or path, title=title, markup=False, timeout=8)

        def agreed(yes: bool | None) -> None:
            if yes:
                background(self.app, lambda: log_saving.save(path, lines), saved)

        what = f"write {len(lines):,} lines to {short(path)}"
        self.app.push_screen(ConfirmScreen((), (what, log_saving.WARNING)), agreed)

    def action_copy(self) -> None:
        """Copy the line under the cursor, without one the lines in the window."""
        view = self._view
        marked = view.marked
        text = view.pen.copied(marked, raw=view.page.raw) if marked else view.visible_text()
        self.app.copy_to_clipboard(text)
        self.notify("copied the line" if marked else "copied what is shown", timeout=2)

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_back(self) -> None:
        """Close the search line, else leave."""
        if self.query_one("#search").display:
            self._close_search()
        else:
            self.dismiss(None)
