"""The command palette: the table of keys as searchable commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from textual.app import SystemCommand
from textual.screen import Screen

from nebtui.tui.key_table import KEYS


def commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    """One command per key that is bound, and not dimmed, on this screen."""
    bound = {binding.binding.id for binding in screen.active_bindings.values() if binding.enabled}
    for key in KEYS:
        if f"{key.where}.{key.id}" in bound and key.action != "app.command_palette":
            yield SystemCommand(
                f"{key.label} ({key.display})", key.help, _runner(screen, key.action)
            )


def _runner(screen: Screen[object], action: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await screen.run_action(action)

    return run
