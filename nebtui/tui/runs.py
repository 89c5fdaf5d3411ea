"""What the host is doing for a person, and what waits its turn: one command at a time a project."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import field
from typing import Any

from textual.app import App

from nebtui.action import (
    Action,
    AskRegistry,
    CreateNetwork,
    ProjectAction,
    RemoveNetwork,
    RunProgram,
)
from nebtui.analysis.consequence import concerned
from nebtui.facts.declared import ServiceKey
from nebtui.light_dataclass import dataclass
from nebtui.tui.background import background
from nebtui.tui.session import CommandRun, Session

MOST_COMMANDS, MOST_LINES = 100, 5000
"""What the command log keeps: the newest commands, and the newest lines of each."""


@dataclass(eq=False, slots=True)
class Batch:
    """Actions that are done one after the other; what comes after a failed one is not begun."""

    actions: tuple[Action, ...]
    then: Callable[[], None]
    stop: threading.Event = field(default_factory=threading.Event)
    began: float | None = None
    """Monotonic seconds; None while it waits its turn."""
    run: CommandRun | None = None
    """The one that goes on now."""
    begun: int = 0
    """How many of the actions were begun."""

    @property
    def projects(self) -> frozenset[str]:
        """The names of its projects: Compose itself knows them by name."""
        return frozenset(a.project.name for a in self.actions if isinstance(a, ProjectAction))

    @property
    def title(self) -> str:
        """What it does, in words."""
        return ", then ".join(dict.fromkeys(titled(action) for action in self.actions))

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return 0.0 if self.began is None else time.monotonic() - self.began


def titled(action: Action) -> str:
    """An action in a few words: `restart rag/qdrant, planner`."""
    match action:
        case ProjectAction(project, services):
            return f"{action.verb} {project.name}{'/' + ', '.join(services) if services else ''}"
        case CreateNetwork(name):
            return f"create network {name}"
        case RemoveNetwork(name):
            return f"remove network {name}"
        case RunProgram(name):
            return name
        case AskRegistry(image):
            return f"ask for {image}"
    return f"ask {action.container}"


class Runs:
    """Begins, queues and cancels batches. Its methods belong to the screen's thread."""

    def __init__(self, app: App[Any], session: Session, changed: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._changed = changed
        self.batches: tuple[Batch, ...] = ()
        """Those that go on and those that wait, in the order they were asked for."""

    @property
    def going_on(self) -> tuple[Batch, ...]:
        """Those that were begun."""
        return tuple(batch for batch in self.batches if batch.began is not None)

    def ask(self, actions: tuple[Action, ...], then: Callable[[], None] = lambda: None) -> None:
        """Do these now, or once nothing else is done to their projects; failures become
        notifications, then `then` is called."""
        batch = Batch(actions, then)
        if ahead := self._ahead(batch):
            self._app.notify(
                f"waits for: {ahead.title}", title=batch.title, markup=False, timeout=4
            )
        self.batches = (*self.batches, batch)
        self._begin()
        self._changed()

    def cancel(self) -> Batch | None:
        """End the newest one: what waits is forgotten, what goes on is interrupted; None where
        there is nothing."""
        for batch in reversed(self.batches):
            if batch.began is None:
                self.batches = tuple(b for b in self.batches if b is not batch)
                self._begin()  # one behind it may have waited for this one alone
                self._changed()
                return batch
            if not batch.stop.is_set():
                batch.stop.set()
                return batch
        return None

    def doing(self) -> dict[ServiceKey, str]:
        """What is done to services now, or waits to be."""
        return {
            key: f"{action.verb} {'runs' if batch.began is not None else 'waits'}"
            for batch in reversed(self.batches)
            for action in reversed(batch.actions)
            if isinstance(action, ProjectAction)
            for key in concerned(self._session.snapshot, action)
        }

    def _ahead(self, batch: Batch) -> Batch | None:
        """The one that a batch has to wait for."""
        earlier = self.batches
        if batch in earlier:
            earlier = earlier[: earlier.index(batch)]
        return next((b for b in earlier if b.projects & batch.projects), None)

    def _begin(self) -> None:
        for batch in self.batches:
            if batch.began is None and self._ahead(batch) is None:
                batch.began = time.monotonic()
                background(
                    self._app,
                    lambda b=batch: self._all(b),  # type: ignore[misc]
                    lambda runs, b=batch: self._ended(b, runs),  # type: ignore[misc]
                )

    def _ended(self, batch: Batch, runs: list[CommandRun]) -> None:
        self.batches = tuple(b for b in self.batches if b is not batch)
        self._begin()
        for run in runs:
            if run.exit_code:
                last = run.lines[-1] if run.lines else f"exit {run.exit_code}"
                self._app.notify(
                    f"{last}  (; shows all)",
                    title=run.command,
                    severity="warning" if batch.stop.is_set() else "error",
                    markup=False,
                    timeout=10,
                )
        self._changed()
        batch.then()

    def _all(self, batch: Batch) -> list[CommandRun]:
        """The actions in turn, off the screen's thread."""
        runs: list[CommandRun] = []
        for action in batch.actions:
            if batch.stop.is_set():
                break
            runs.append(self._do(batch, action))
            if runs[-1].exit_code:
                break
        return runs

    def _do(self, batch: Batch, action: Action) -> CommandRun:
        """One action; its run is in the log from the first line on."""
        run = CommandRun(" ".join(self._session.host.command(action)))
        self._session.commands.append(run)
        del self._session.commands[:-MOST_COMMANDS]
        batch.run = run
        batch.begun += 1
        for progress in self._session.host.do(action, batch.stop):
            if progress.text:
                run.lines.append(progress.text)
                del run.lines[:-MOST_LINES]
            if progress.done:
                run.exit_code = progress.exit_code
        return run


def left_behind(batches: tuple[Batch, ...]) -> str | None:
    """What a person should hear who leaves: what goes on without nebtui, and what will not be
    begun. None where nothing was asked for."""
    going = [titled(b.actions[b.begun - 1]) for b in batches if b.begun]
    waiting = [titled(action) for b in batches for action in b.actions[b.begun :]]
    parts = [f"goes on by itself: {', '.join(going)}"] if going else []
    parts += [f"was not begun: {', '.join(waiting)}"] if waiting else []
    return f"nebtui: {'; '.join(parts)}" if parts else None
