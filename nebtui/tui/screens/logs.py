"""The logs of a service, of a project or of the whole box, merged by time, as they are written."""

from __future__ import annotations

import os
import re

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.host import LogRequest
from nebtui.text.mask import mask
from nebtui.text.paths import short
from nebtui.text.terminal import plain
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.log_lines import LogLines
from nebtui.tui.widgets.markup import joined

EVERY = 0.1
"""Seconds between two looks at what was written."""
AT_ONCE = 2000
"""Lines taken in one look: 20,000 a second; at more the host skips some and says how many."""
TAIL = 1000


class LogsScreen(Screen[None]):
    """Takes lines from the host while it is open."""

    BINDINGS = bindings("everywhere", "logs", leave=True)
    AUTO_FOCUS = "LogLines"

    def __init__(self, session: Session, title: str, services: tuple[ServiceKey, ...]) -> None:
        super().__init__()
        self.session = session
        self._title = title
        self._services = services
        self._stream = session.host.logs(LogRequest(services, TAIL))
        self._paused = False

    def compose(self) -> ComposeResult:
        yield CachedStatic(id="heading")
        yield LogLines(self._services, ascii=self.session.ascii)
        yield Input(placeholder="search: a regular expression; n next, N previous", id="search")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#search").display = False
        self.set_interval(EVERY, self._look)
        self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        self._stream.close()

    @property
    def _view(self) -> LogLines:
        return self.query_one(LogLines)

    def _look(self) -> None:
        """Take in what was written since the last look."""
        if not self.is_mounted:
            return
        view = self._view
        if not self._paused and (lines := self._stream.take(AT_ONCE)):
            view.add(lines)
        view.keep_up()
        self._head()

    def _head(self) -> None:
        """Whose log it is, and what it does."""
        view = self._view
        number = len(view.page.lines)
        count = f"{number:,} line{'' if number == 1 else 's'}"
        older = f" (of {number + view.page.dropped:,} seen)" if view.page.dropped else ""
        mode = "ended" if self._stream.ended and not self._paused else "follows"
        if self._paused:
            mode = "paused: p goes on"
        elif not view.following:
            mode = "stands still: f follows"
        search = f"   /{view.pattern.pattern}" if view.pattern else ""
        wrap = " · wrapped" if view.wrapped else ""
        self.query_one("#heading", CachedStatic).set_content(
            joined(
                (self._title, "title"), f"   {count}{older}", (f"   {mode}{wrap}{search}", "dim")
            )
        )

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
        self._view.pattern = pattern if event.value else None
        self._view.here = None
        self.action_match(-1)

    def _close_search(self) -> None:
        line = self.query_one("#search", Input)
        line.display = False
        self.set_focus(self._view)

    def action_match(self, by: int) -> None:
        """Go to the next line that has what is searched for, or to the one before."""
        view = self._view
        if view.pattern is None or not view.page.lines:
            view.refresh()
            return
        last = len(view.page.lines) - 1
        start = view.here + by if view.here is not None else last
        found = view.page.find(view.pattern, start, by)
        if found is None:
            self.notify(f"nothing has {view.pattern.pattern}", markup=False, timeout=4)
            return
        view.following, view.here = False, found
        view.show_line(found)
        self._head()

    def action_top(self) -> None:
        """Go to the oldest line that is held."""
        self._view.following = False
        self._view.scroll_home(animate=False, immediate=True)
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
        line = view.first_line
        view.wrapped = not view.wrapped
        view.lay_out()
        if not view.following:
            view.scroll_to(y=view.row_of(line), animate=False, immediate=True)
        self._head()

    def action_pause(self) -> None:
        """Take nothing in, or go on with what was written meanwhile."""
        self._paused = not self._paused
        self._look()

    def action_save(self) -> None:
        """Write what is held to a new file, with consent."""
        lines = tuple(self._view.page.lines)
        place = re.sub(r"[^\w.-]+", "-", self._title).strip("-.")[:80] or "log"
        path = os.path.abspath(f"{place}-{int(self.session.now())}.log")
        warning = "secrets that look like some are masked; others may be in it: read it first"

        def saved(problem: str) -> None:
            title = "not saved" if problem else "saved"
            self.notify(problem or path, title=title, markup=False, timeout=8)

        def agreed(yes: bool | None) -> None:
            if yes:
                background(self.app, lambda: _written(path, lines), saved)

        what = f"write {len(lines):,} lines to {short(path)}"
        self.app.push_screen(ConfirmScreen((), (what, warning)), agreed)

    def action_copy(self) -> None:
        """Copy the lines in the window."""
        self.app.copy_to_clipboard(self._view.visible_text())
        self.notify("copied what is shown", timeout=2)

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_back(self) -> None:
        """Close the search line, else leave."""
        if self.query_one("#search").display:
            self._close_search()
        else:
            self.dismiss()


def _written(path: str, lines: tuple[LogLine, ...]) -> str:
    """Write the lines, masked and cleaned, to a file that is not there yet and that only its owner
    can read; why it could not be done, "" where it was."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for line in lines:
                file.write(f"{line.service or ''} | {plain(mask(line.text))}\n")
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return ""
