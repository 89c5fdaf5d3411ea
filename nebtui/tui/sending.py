"""A box without a nebtui, or with an older one that was sent, is offered this one: the words for
it, and what its key does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import App

from nebtui.facts.boxes import CarriedFile
from nebtui.tui.background import background
from nebtui.tui.locked import why_locked
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.session import Session

ONCE = "It is asked once for this {}: `nebtui hosts --send` does it at any time."


def may_send(session: Session) -> bool:
    """Whether a nebtui can be sent to the box now."""
    return session.sender is not None and session.sender.possible and not session.read_only


def offer(session: Session) -> str:
    """Words that offer it; "" where it is not to be offered."""
    sender = session.sender
    if sender is None or not sender.offered or session.locked:
        return ""
    there = f"nebtui {sender.older} there is older" if sender.older else "no nebtui there"
    return f"{there}: N sends it this one, after asking"


def ask_to_send(app: App[Any], session: Session, changed: Callable[[], None]) -> None:
    """Make the file, tell what sending it does, and send it after a yes. `changed`: called once
    what is offered is another thing."""
    sender = session.sender
    if sender is None or session.locked:
        told = why_locked(session) if session.locked else "this box is not reached by ssh"
        app.notify(told, title="nothing was sent", markup=False, timeout=4)
        return

    def answered(file: CarriedFile, yes: bool | None) -> None:
        if yes:
            app.notify("sending…", timeout=3)
            background(app, partial(sender.send, file), partial(_sent, app, file))
        else:
            sender.decline()
            changed()

    def made(file: CarriedFile | str) -> None:
        if isinstance(file, str):
            app.notify(file, title="nothing was sent", severity="error", markup=False)
            return
        once = ONCE.format("version" if sender.older else "machine")
        screen = ConfirmScreen((), (*sender.consequence(file), once))
        app.push_screen(screen, partial(answered, file))

    background(app, sender.made, made)


def _sent(app: App[Any], file: CarriedFile, why: str) -> None:
    if why:
        app.notify(why, title="not sent", severity="error", markup=False, timeout=10)
    else:
        app.notify(f"nebtui {file.version} is there: it is asked now", markup=False, timeout=6)
