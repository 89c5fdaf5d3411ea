"""Confirm: the commands that will run and what they may recreate, before they do."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nebtui.tui.keys import bindings
from nebtui.tui.short_command import short_command
from nebtui.tui.widgets.markup import joined, lines, pressed

SHARE = 80
"""Percent of the height that a dialog takes at most, as in `app.tcss`."""
EDGES = 4
"""Lines of its border and padding."""


class ConfirmScreen(ModalScreen[bool]):
    """Gives True where the person says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("confirm"),
        ("escape", "dismiss(False)", "leave"),
        ("j", "scroll(1)", "down"),
        ("k", "scroll(-1)", "up"),
    ]

    def __init__(
        self, commands: tuple[tuple[str, ...], ...], told: tuple[str, ...], key: str = ""
    ) -> None:
        """`commands`: their argv; `told`: what they will do, one sentence each; `key`: one that
        confirms beside enter, "" = none does."""
        super().__init__()
        self._key = key
        self._commands = commands
        self._whole = False
        self._sentences = told
        self._later: tuple[str, ...] = ()

    def add(self, sentence: str) -> None:
        """One more sentence, which took a while to find out."""
        self._later = (*self._later, sentence)
        if self.is_mounted:
            self._show()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="told"):
                yield Static()
            yield Static(id="keys")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        """However much there is to be told, the keys stay in view."""
        room = self.app.size.height * SHARE // 100 - EDGES - 1
        self.query_one("#told").styles.max_height = max(1, room)

    def on_key(self, event: events.Key) -> None:
        if self._key and event.character == self._key:
            event.stop()
            self.action_confirm()

    def _show(self) -> None:
        self.query_one("#told Static", Static).update(lines(self._told()))
        self.query_one("#keys", Static).update(self._keys())

    def _keys(self) -> Content:
        keys = [
            joined(" "),
            pressed(" enter ", "key", "screen.confirm"),
            joined(" run   "),
            pressed(" esc ", "key", "screen.dismiss(False)"),
            joined(" cancel"),
        ]
        if self._commands:
            more = " less" if self._whole else " the whole command"
            keys += [joined("   "), pressed(" d ", "key", "screen.whole"), joined(more)]
        return Content("").join(keys)

    def _told(self) -> list[Content]:
        return [
            *(joined((sentence, "warn")) for sentence in self._sentences),
            *(joined((sentence, "dim")) for sentence in sorted(self._later)),
            joined(""),
            *(joined(("$ ", "dim"), (self._said(argv), "dim")) for argv in self._commands),
            *([joined("")] if self._commands else []),
        ]

    def _said(self, argv: tuple[str, ...]) -> str:
        return " ".join(argv) if self._whole else short_command(argv)

    def action_whole(self) -> None:
        """Show the commands in full, or short again."""
        self._whole = not self._whole
        self._show()

    def action_scroll(self, by: int) -> None:
        """A line up or down."""
        self.query_one("#told", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_confirm(self) -> None:
        """Do it."""
        self.dismiss(True)
