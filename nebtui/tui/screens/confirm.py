"""Confirm: the commands that will run and what they may recreate, before they do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nebtui.tui.keys import bindings
from nebtui.tui.short_command import short_command
from nebtui.tui.widgets.markup import joined, lines, pressed


class ConfirmScreen(ModalScreen[bool]):
    """Gives True where the person says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("confirm"),
        ("escape", "dismiss(False)", "leave"),
    ]

    def __init__(self, commands: tuple[tuple[str, ...], ...], told: tuple[str, ...]) -> None:
        """`commands`: their argv; `told`: what they will do, one sentence each."""
        super().__init__()
        self._commands = commands
        self._whole = False
        self._sentences = told
        self._later: tuple[str, ...] = ()

    def add(self, sentence: str) -> None:
        """One more sentence, which took a while to find out."""
        self._later = (*self._later, sentence)
        if self.is_mounted:
            self.query_one(Static).update(self._text())

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._text())

    def _text(self) -> Content:
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
        return lines([*self._told(), Content("").join(keys)])

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
        self.query_one(Static).update(self._text())

    def action_confirm(self) -> None:
        """Do it."""
        self.dismiss(True)
