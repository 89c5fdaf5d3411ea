"""Undo: what taking back the last patch will change, before it does."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from nebtui.fixing.file_change import diff
from nebtui.fixing.writing import inverse, undo
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.text.paths import short
from nebtui.tui.background import background
from nebtui.tui.keys import bindings
from nebtui.tui.session import Session
from nebtui.tui.widgets.diff import coloured
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.markup import joined, lines


class UndoScreen(Screen[int | None]):
    """Gives the number of the entry that was taken back, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("everywhere", leave=True),
        *bindings("review")[:1],
    ]

    def __init__(self, session: Session, entry: Entry) -> None:
        super().__init__()
        self.session = session
        self._entry = entry
        self._possible = True

    def compose(self) -> ComposeResult:
        yield Static(joined((f"undo: {self._entry.title}", "title")), id="title")
        with VerticalScroll(id="body"):
            yield Static(id="diff")
            yield Static(id="proof")
        yield KeysFooter()

    def on_mount(self) -> None:
        try:
            # Of one whose files are back already only its network is left.
            changes = () if self._entry.unfinished else inverse(self._entry)
        except (JournalMismatchError, OSError) as error:
            self._possible = False
            self.query_one("#diff", Static).update(
                joined(("cannot be undone: ", "bad"), str(error))
            )
            return
        self.query_one("#diff", Static).update(coloured(diff(changes, short, mask_added=True)))
        text = [
            joined(("removes  ", "dim"), f"the network {n}, if nothing is on it")
            for n in self._entry.networks
        ]
        text += [
            joined(("deletes  ", "dim"), f"{short(change.path)}, which nebtui created")
            for change in changes
            if change.after is None
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

    def _undo(self) -> tuple[str, ...] | str:
        try:
            return undo(self._entry, self.session.host, self.session.journal)
        except (JournalMismatchError, OSError) as error:
            return str(error)

    def _undone(self, result: tuple[str, ...] | str) -> None:
        if isinstance(result, str):
            self.notify(result, title="not undone", severity="error", markup=False)
            self.dismiss(None)
            return
        for text in result:
            self.notify(text, title="not removed", severity="warning", markup=False)
        self.notify(self._entry.title, title="undone", markup=False, timeout=5)
        self.dismiss(self._entry.number)

    def action_back(self) -> None:
        """Leave; nothing changes."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Nothing here is worth copying."""


def _services(entry: Entry) -> str:
    """The services that undoing an entry concerns, as words."""
    names = [f"{up.project}/{name}" for up in entry.ups for name in up.services]
    return ", ".join(names) or "the old declaration of what is selected"
