"""The terminal between the start of the program and Textual: the alternate screen, nothing typed
echoed or lost, and all of it given back unless Textual takes it over."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

KEYS, SCREEN = 0, 2
"""Where Textual reads and writes: standard input and standard error."""
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
"""Lines wrap again, the cursor is back, the alternate screen is left."""


class QuietTerminal:
    """A terminal that echoes nothing. What is typed waits in it for whoever reads next."""

    def __init__(self, attributes: list[Any]) -> None:
        self.attributes = attributes
        """As the shell had set it (`termios.tcgetattr`)."""
        self.entered = False
        """The alternate screen is shown, and Textual did not take it over yet."""

    def show(self, page: str) -> None:
        """Show a page in the alternate screen, in one write."""
        data = (ENTER + page).encode()
        self.entered = True
        while data:
            data = data[os.write(SCREEN, data) :]

    def give_back(self) -> None:
        """The terminal as the shell had it; nothing where Textual has it."""
        with suppress(OSError, termios.error):  # it may be closed
            if self.entered:
                os.write(SCREEN, LEAVE.encode())
                self.entered = False
            termios.tcsetattr(KEYS, termios.TCSANOW, self.attributes)


@contextmanager
def quiet_terminal() -> Iterator[QuietTerminal | None]:
    """Silence the terminal for the block and give it back whatever happens. None where it cannot
    be: no terminal, or one that belongs to another job of the shell."""
    try:
        if os.tcgetpgrp(KEYS) != os.getpgrp():
            raise OSError("a job in the background")
        terminal = QuietTerminal(termios.tcgetattr(KEYS))
        termios.tcsetattr(KEYS, termios.TCSANOW, _quiet(terminal.attributes))
    except (OSError, termios.error):
        yield None
        return
    try:
        yield terminal
    finally:
        terminal.give_back()


def _quiet(attributes: list[Any]) -> list[Any]:
    """No echo, no line editing, and return as it is typed, as Textual will have it; ctrl+c still
    interrupts. ctrl+z is a key like any other: a program stopped now would leave its page
    behind."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, chars = attributes
    chars = [*chars]
    chars[termios.VMIN], chars[termios.VTIME], chars[termios.VSUSP] = 1, 0, b"\0"
    lflag &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    iflag &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, chars]
