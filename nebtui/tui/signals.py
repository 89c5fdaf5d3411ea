"""Being told to end from outside: the terminal is given back and the host closed, as with `q`."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Any

from textual.app import App


def exit_on_signal(app: App[Any]) -> None:
    """Leave at SIGTERM (kill) and SIGHUP (the terminal was closed), with the exit status that
    shells expect."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Only the main thread may; elsewhere somebody else runs the app and decides.
        with suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, app.exit, None, 128 + number)
