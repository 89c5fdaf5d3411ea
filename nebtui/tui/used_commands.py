"""The commands of the palette by how often they were chosen."""

from __future__ import annotations

from typing import Any

from textual.app import App

from nebtui.keep.uses import recall_uses, remember_uses, used
from nebtui.tui.background import background


class UsedCommands:
    """Read at the first question, kept after each choice."""

    def __init__(self, app: App[Any], state_dir: str) -> None:
        self._app = app
        self._state_dir = state_dir
        self._counts: dict[str, int] | None = None

    def times(self, command: str) -> int:
        """How often it was chosen."""
        return self._known().get(command, 0)

    def count(self, command: str) -> None:
        """It was chosen once more."""
        counts = self._counts = used(self._known(), command)
        background(self._app, lambda: remember_uses(self._state_dir, counts), lambda _: None)

    def _known(self) -> dict[str, int]:
        if self._counts is None:
            self._counts = recall_uses(self._state_dir)
        return self._counts
