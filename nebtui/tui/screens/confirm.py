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
from nebtui.tui.widgets.markup import joined, lines, pressed


class ConfirmScreen(ModalScreen[bool]):
    """Gives True where the person says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("confirm"),
        ("escape", "dismiss(False)", "leave"),
    ]

    def __init__(self, commands: tuple[str, ...], told: tuple[str, ...]) -> None:
        """`told`: what they will do, one sentence each."""
        super().__init__()
        self._commands = commands
        self._sentences = told

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(
                lines(
                    [
                        *self._told(),
                        joined(" ")
                        + pressed(" enter ", "key", "screen.confirm")
                        + joined(" run   ")
                        + pressed(" esc ", "key", "screen.dismiss(False)")
                        + joined(" cancel"),
                    ]
                )
            )

    def _told(self) -> list[Content]:
        return [
            *(joined((sentence, "warn")) for sentence in self._sentences),
            joined(""),
            *(joined(("$ ", "dim"), (command, "dim")) for command in self._commands),
            *([joined("")] if self._commands else []),
        ]

    def action_confirm(self) -> None:
        """Do it."""
        self.dismiss(True)
