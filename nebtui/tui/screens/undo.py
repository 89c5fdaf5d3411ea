"""Undo: what taking back the last patch will change, before it does."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from nebtui.fixing.desk import Desk, TakingBack, UnknownOutcomeError
from nebtui.fixing.file_change import shown_diff
from nebtui.keep.journal import last_of
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.text.paths import short
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.messages import EntryUndone
from nebtui.tui.session import Session
from nebtui.tui.unknown import look_again
from nebtui.tui.widgets.diff import coloured
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.markup import joined, lines


class UndoScreen(Screen[None]):
    """Shows it, and takes the entry back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("everywhere", leave=True),
        *bindings("review")[:1],
    ]

    def __init__(self, session: Session, entry: Entry, back: TakingBack) -> None:
        super().__init__()
        self.session = session
        self._entry = entry
        self._back = back
        self._possible = not back.reason

    def compose(self) -> ComposeResult:
        place = self.session.desk.place
        on = f" · on {place}" if place else ""
        yield Static(joined((f"undo: {self._entry.title}", "title"), on), id="title")
        with VerticalScroll(id="body"):
            yield Static(id="diff")
            yield Static(id="proof")
        yield KeysFooter()

    def on_mount(self) -> None:
        if why := self._back.reason:
            self.query_one("#diff", Static).update(joined(("cannot be undone: ", "bad"), why))
            return
        changes, place = self._back.files, self.session.desk.place
        self.query_one("#diff", Static).update(coloured(shown_diff(changes, place)))
        text = [
            joined(("removes  ", "dim"), f"the network {n}, if nothing is on it")
            for n in self._entry.networks
        ]
        text += [
            joined(
                ("deletes  ", "dim"),
                f"{change.path if place else short(change.path)}, which nebtui created",
            )
            for change in changes
            if change.removed
        ]
        text.append(
            joined(
                ("then     ", "dim"),
                f"the containers stay as they are; U brings up {_services(self._entry)}",
            )
        )
        self.query_one("#proof", Static).update(lines(text))

    def on_key(self, event: events.Key) -> None:
        if event.character == "z":
            event.stop()
            self.action_write()

    def action_write(self) -> None:
        """Take the entry back."""
        if not self._possible:
            return
        self._possible = False
        background(self.app, self._undo, self._undone)

    def _undo(self) -> tuple[str, ...] | UnknownOutcomeError | str:
        try:
            return self.session.desk.undo(self._entry)
        except UnknownOutcomeError as error:
            return error
        except (JournalMismatchError, OSError) as error:
            return str(error)

    def _undone(self, result: tuple[str, ...] | UnknownOutcomeError | str) -> None:
        app = self.app
        if isinstance(result, UnknownOutcomeError):
            stands = f"{self._entry.title}: it was not undone"
            look_again(app, result, lambda entry: self._undone(stands if entry else ()))
            return
        if isinstance(result, str):
            app.notify(result, title="not undone", severity="error", markup=False)
        else:
            app.post_message(EntryUndone(self.session, self._entry))
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


def last_written(desk: Desk) -> tuple[Entry, TakingBack] | str:
    """The newest entry that can be taken back and what that would change; a sentence where there
    is none. Off the screen's thread: the journal may be on another machine."""
    try:
        entry = last_of(desk.journal().entries)
    except OSError as error:
        return str(error)
    return (entry, desk.taking_back(entry)) if entry else "nothing left to undo"


def _services(entry: Entry) -> str:
    """The services that undoing an entry concerns, as words."""
    names = [f"{up.project}/{name}" for up in entry.ups for name in up.services]
    return ", ".join(names) or "the old declaration of what is selected"
