"""The network namespace of the tests' second engine: what talks to its containers goes inside."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable

CLONE_NEWNET = 0x40000000
VARIABLE = "NEBTUI_TEST_NETNS"


def inside() -> tuple[str, ...]:
    """What to put in front of an argv; () while the machine's own engine is used."""
    path = os.environ.get(VARIABLE)
    return ("nsenter", f"--net={path}", "--") if path else ()


def within(work: Callable[[], None]) -> None:
    """Do it in a thread that is in the namespace, and wait for it."""
    path = os.environ.get(VARIABLE)

    def enter() -> None:
        if path:
            with open(path, "rb") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"cannot enter {path}")
        work()

    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    thread.join()
