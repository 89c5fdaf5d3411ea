"""Undo: which change is taken back, the last one or an older, and what that will change."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from nebtui.fixing.desk import Desk, TakingBack, UnknownOutcomeError
from nebtui.fixing.file_change import FileDiff, shown_diff
from nebtui.keep.journal import standing
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.text.paths import short
from nebtui.text.units import age, moment
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.messages import EntryUndone
from nebtui.tui.session import Session
from nebtui.tui.unknown import look_again
from nebtui.tui.widgets.diff import coloured
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.markup import joined, lines


class UndoScreen(Screen[None]):
    """Shows one change of the journal, the newest first, and takes it back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere", "undo", leave=True)

    def __init__(self, session: Session, entries: tuple[Entry, ...], back: TakingBack) -> None:
        """`entries`: all that can be asked to be taken back, newest first; `back`: of the first."""
        super().__init__()
        self.session = session
        self._entries = entries
        self._at = 0
        self._back: TakingBack | None = back
        """What taking the shown one back changes; None while that is looked up."""
        self._busy = False

    @property
    def entry(self) -> Entry:
        """The change that is shown."""
        return self._entries[self._at]

    def compose(self) -> ComposeResult:
        yield Static(id="title")
        with VerticalScroll(id="body"):
            yield Static(id="diff")
            yield Static(id="proof")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._paint()

    def _paint(self) -> None:
        entry, back = self.entry, self._back
        place = self.session.desk.place
        on = f" · on {place}" if place else ""
        title = joined((f"undo: {entry.title}", "title"), on)
        self.query_one("#title", Static).update(lines([title, *self._which()]))
        diff, proof = self.query_one("#diff", Static), self.query_one("#proof", Static)
        if back is None or back.reason:
            told = ("cannot be undone: ", "bad"), back.reason if back else ""
            diff.update(joined(*told) if back else joined(("looking…", "dim")))
            proof.update("")
        else:
            diff.update(coloured(shown_diff(back.files, place)))
            proof.update(lines(_consequences(entry, back.files, place)))
        self.refresh_bindings()

    def _which(self) -> tuple[Content, ...]:
        """Which change it is, of how many: when, of what, in which files."""
        entry, now = self.entry, self.session.now()
        files = (one.path if self.session.desk.place else short(one.path) for one in entry.files)
        parts = (
            f"entry {entry.number}",
            *([", ".join(entry.projects)] if entry.projects else []),
            f"{moment(entry.time, now)}, {age(max(0.0, now - entry.time))} ago",
            ", ".join(files) or "no file",
        )
        which = joined((" · ".join(parts), "dim"))
        if len(self._entries) == 1:
            return (which,)
        where = f"change {self._at + 1} of {len(self._entries)}, newest first"
        return which, joined((where, "dim"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is shown as a key that does nothing."""
        if action == "older":
            return self._at + 1 < len(self._entries)
        if action == "newer":
            return self._at > 0
        if action == "take_back":
            return None if self._back is None or self._back.reason else True
        return True

    def action_older(self) -> None:
        """Show the change before it."""
        self._show(self._at + 1)

    def action_newer(self) -> None:
        """Show the change after it."""
        self._show(self._at - 1)

    def _show(self, at: int) -> None:
        if self._busy or not 0 <= at < len(self._entries):
            return
        self._at, self._back = at, None
        self._paint()
        entry = self.entry

        def found(back: TakingBack) -> None:
            if self.is_attached and self.entry is entry:
                self._back = back
                self._paint()

        background(self.app, lambda: self.session.desk.taking_back(entry), found)

    def on_key(self, event: events.Key) -> None:
        if event.character == "z":
            event.stop()
            self.action_take_back()

    def action_take_back(self) -> None:
        """Take the shown entry back."""
        if self._busy or self._back is None or self._back.reason:
            return
        self._busy = True
        entry = self.entry
        background(self.app, lambda: self._undo(entry), partial(self._undone, entry))

    def _undo(self, entry: Entry) -> tuple[str, ...] | UnknownOutcomeError | str:
        try:
            return self.session.desk.undo(entry)
        except UnknownOutcomeError as error:
            return error
        except (JournalMismatchError, OSError) as error:
            return str(error)

    def _undone(self, entry: Entry, result: tuple[str, ...] | UnknownOutcomeError | str) -> None:
        app = self.app
        if isinstance(result, UnknownOutcomeError):
            stands = f"{entry.title}: it was not undone"
            look_again(app, result, lambda found: self._undone(entry, stands if found else ()))
            return
        if isinstance(result, str):
            app.notify(result, title="not undone", severity="error", markup=False)
        else:
            app.post_message(EntryUndone(self.session, entry))
            for text in result:
                app.notify(text, title="not removed", severity="warning", markup=False)
        if self.is_current:
            self.dismiss()

    def action_back(self) -> None:
        """Leave; nothing changes."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Nothing here is worth copying."""


def written(desk: Desk, project: str | None) -> tuple[tuple[Entry, ...], TakingBack] | str:
    """What can be taken back, newest first, of one project where one is named, and what taking back
    the newest would change; a sentence where there is nothing. Off the screen's thread: the journal
    may be on another machine."""
    try:
        entries = standing(desk.journal().entries, project)[::-1]
    except OSError as error:
        return str(error)
    return (entries, desk.taking_back(entries[0])) if entries else "nothing left to undo"


def _consequences(entry: Entry, changes: tuple[FileDiff, ...], place: str) -> list[Content]:
    """What taking it back does beside the diff."""
    text = [
        joined(("removes  ", "dim"), f"the network {n}, if nothing is on it")
        for n in entry.networks
    ]
    text += [
        joined(
            ("deletes  ", "dim"),
            f"{change.path if place else short(change.path)}, which nebtui created",
        )
        for change in changes
        if change.removed
    ]
    stay = f"the containers stay as they are; U brings up {_services(entry)}"
    return [*text, joined(("then     ", "dim"), stay)]


def _services(entry: Entry) -> str:
    """The services that undoing an entry concerns, as words."""
    names = [f"{up.project}/{name}" for up in entry.ups for name in up.services]
    return ", ".join(names) or "the old declaration of what is selected"
