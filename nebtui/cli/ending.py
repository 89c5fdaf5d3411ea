"""Told to end from outside, by a signal or by ctrl+c: what is open is closed on the way out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""The signals that SystemExit is raised for; ctrl+c has an exception of its own."""
AGAIN = 0.01
"""Seconds after which a signal that was lost is sent again."""


def end_on_signals() -> None:
    """From now on SIGTERM, SIGHUP and SIGQUIT raise SystemExit in the main thread, as SIGINT does
    KeyboardInterrupt, and neither is lost where Python would ignore it."""
    for number in ENDING:
        signal.signal(number, _end)
    sys.unraisablehook = _sent_again


def _end(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _sent_again(ignored: UnraisableHookArgs) -> None:
    """Where a signal comes while Python tidies up after an object, what its handler raises goes
    nowhere (one ctrl+c of 360 while modules are loaded: each has a lock that is tidied up): the
    signal is raised anew a moment later."""
    number = _number(ignored.exc_value)
    if number is None:
        sys.__unraisablehook__(ignored)
        return
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(number))
    signal.setitimer(signal.ITIMER_REAL, AGAIN)


def _number(error: BaseException | None) -> int | None:
    """The signal whose handler raised this, None for any other error."""
    if isinstance(error, KeyboardInterrupt):
        return signal.SIGINT
    if isinstance(error, SystemExit):
        return next((number for number in ENDING if error.code == 128 + number), None)
    return None
