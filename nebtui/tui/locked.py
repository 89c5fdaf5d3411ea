"""What a changing key does while every change is switched off: it says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from textual.screen import Screen

from nebtui.tui.session import Session

P = ParamSpec("P")


class LockedScreen(Screen[None]):
    """A screen with a session that may be locked."""

    session: Session


S = TypeVar("S", bound=LockedScreen)


def why_locked(session: Session) -> str:
    """Why nothing is changed now, and how that ends."""
    if session.player is not None:
        return "a recording cannot be changed"
    if not session.settings.kept:
        return session.settings.problem
    if session.read_only:
        return "this run was started with --read-only"
    return "read-only: L unlocks"


def changing(action: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """An action that is only done while changes are allowed."""

    @wraps(action)
    def unless_locked(screen: S, /, *arguments: P.args, **named: P.kwargs) -> None:
        if screen.session.locked:
            told = why_locked(screen.session)
            screen.notify(told, title="nothing was done", markup=False, timeout=4)
            return
        action(screen, *arguments, **named)

    return unless_locked
