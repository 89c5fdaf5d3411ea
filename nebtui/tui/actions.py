"""Has the host do things off the screen's thread, and keeps what was run for the command log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from nebtui.host import Action
from nebtui.tui.background import background
from nebtui.tui.session import CommandRun, Session

MOST_COMMANDS, MOST_LINES = 100, 5000
"""What the command log keeps: the newest commands, and the newest lines of each."""


def run_actions(
    app: App[Any], session: Session, actions: tuple[Action, ...], then: Callable[[], None]
) -> None:
    """Do the actions one after the other; failures become notifications, then `then` is called."""

    def ended(runs: list[CommandRun]) -> None:
        for run in runs:
            if run.exit_code:
                last = run.lines[-1] if run.lines else f"exit {run.exit_code}"
                app.notify(
                    f"{last}  (; shows all)",
                    title=run.command,
                    severity="error",
                    markup=False,
                    timeout=10,
                )
        then()

    background(app, lambda: _all(session, actions), ended)


def _all(session: Session, actions: tuple[Action, ...]) -> list[CommandRun]:
    """The actions in turn; what comes after a failed one is not begun."""
    runs: list[CommandRun] = []
    for action in actions:
        runs.append(_do(session, action))
        if runs[-1].exit_code:
            break
    return runs


def _do(session: Session, action: Action) -> CommandRun:
    """One action; its run is in the log from the first line on."""
    run = CommandRun(" ".join(session.host.command(action)))
    session.commands.append(run)
    del session.commands[:-MOST_COMMANDS]
    for progress in session.host.do(action):
        if progress.text:
            run.lines.append(progress.text)
            del run.lines[:-MOST_LINES]
        if progress.done:
            run.exit_code = progress.exit_code
    return run
