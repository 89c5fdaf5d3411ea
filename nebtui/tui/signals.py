"""Being told to end from outside: the terminal is given back and the host closed, as with `q`."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import suppress
from typing import Any

from textual.app import App

GRACE = 2.0
"""Seconds that an orderly end may take: a terminal that is gone blocks Textual's writer for ever
(its queue is full), and with it the app's own end."""


def exit_on_signal(app: App[Any]) -> None:
    """Leave at SIGTERM (kill), SIGHUP (the terminal was closed) and SIGQUIT (ctrl+\\), with the
    terminal given back and the exit status that shells expect; at the latest after two seconds."""
    loop = asyncio.get_running_loop()

    def leave(number: int) -> None:
        end_soon(128 + number)
        app.exit(None, 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        # Only the main thread may; elsewhere somebody else runs the app and decides.
        with suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, leave, number)


def end_soon(status: int) -> None:
    """End the process after the grace, whatever its threads wait for."""
    last = threading.Timer(GRACE, os._exit, (status,))
    last.daemon = True
    last.start()
