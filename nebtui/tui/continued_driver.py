"""Textual's driver on a terminal that already shows the first frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from nebtui.tui.terminal import QuietTerminal

ALTERNATE = "\x1b[?1049h"


def continued(terminal: QuietTerminal) -> type[LinuxDriver]:
    """The driver that takes over this terminal: the alternate screen is not entered again, which
    would clear it, and what the shell had set is what is given back."""

    class ContinuedDriver(LinuxDriver):
        """Paints over the first frame; from the first suspension on like any other."""

        def write(self, data: str) -> None:
            """Everything but the alternate screen that is there already."""
            if data == ALTERNATE and terminal.entered:
                terminal.entered = False
                return
            super().write(data)

        def start_application_mode(self) -> None:
            """Start, and remember the terminal's settings as they were before nebtui."""
            super().start_application_mode()  # type: ignore[no-untyped-call]
            before: list[Any] = terminal.attributes
            self.attrs_before = before

    return ContinuedDriver
