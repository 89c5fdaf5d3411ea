"""The part of the App that has things done: what a person is asked before, what runs, what is
left when they leave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.notifications import SeverityLevel

from nebtui.action import Action, ProjectAction, Pull, Up
from nebtui.analysis.consequence import concerned, consequence, destroys, images
from nebtui.text.mask import mask
from nebtui.text.terminal import plain
from nebtui.tui.background import background
from nebtui.tui.box_on_screen import BoxOnScreen
from nebtui.tui.continued_driver import continued
from nebtui.tui.messages import ActionsAsked, CancelAsked
from nebtui.tui.own_commands import run_own
from nebtui.tui.rebinding import keymap, rebound
from nebtui.tui.runs import left_behind
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.session import Session
from nebtui.tui.upstream import asked_upstream

MOST_IMAGES = 8
"""How many registries' images are asked for before a pull, each by a thread of its own."""


class ActingApp(App[None]):
    """Has the host do what the screens ask for."""

    def __init__(self, session: Session) -> None:
        super().__init__(driver_class=continued(session.terminal) if session.terminal else None)
        self.boxes = tuple(BoxOnScreen(self, one) for one in session.beside or (session,))
        self.searching = threading.Lock()
        """Held by the one box of which findings are searched for: a hundred at a time would keep
        each other, and the pictures that still come in, from the interpreter."""
        self.box = next(box for box in self.boxes if box.session is session)
        """The one in front."""
        self._keys = keymap(session.settings)
        self.keys = rebound(self._keys)
        """The table of keys with those that a person chose."""

    @property
    def session(self) -> Session:
        """Of the box in front."""
        return self.box.session

    @property
    def home(self) -> HomeScreen:
        """Of the box in front."""
        return self.box.home

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in passing: whatever it holds is text, secrets masked."""
        shown = "\n".join(plain(mask(line)) for line in message.split("\n"))
        super().notify(
            shown, title=plain(mask(title)), severity=severity, timeout=timeout, markup=markup
        )

    def boxes_changed(self) -> None:
        """The line of a box beside others may be another one."""

    def bind_own(self) -> None:
        """Bind the keys and commands that a person chose."""
        self.set_keymap(self._keys)
        for nth, command in enumerate(self.session.settings.commands):
            if command.key:
                self.bind(command.key, f"own({nth})", description=command.name, show=False)

    def own_commands(self) -> Iterator[SystemCommand]:
        """Those for the palette."""
        for nth, command in enumerate(self.session.settings.commands):
            told = " ".join(command.run)
            yield SystemCommand(command.name, f"yours: {told}", partial(self.action_own, nth))

    def action_own(self, nth: int) -> None:
        """A command of the settings on what is selected at home."""
        command = self.session.settings.commands[nth]
        run_own(self, self.session, self.box.runs, command, self.home.selected)

    def recover(self) -> tuple[str, ...]:
        """Off the screen's thread; the editor it loads is not needed before."""
        return tuple(
            sentence
            for box in self.boxes
            if not box.session.locked
            for sentence in box.session.desk.recover()
        )

    def tell(self, sentences: tuple[str, ...]) -> None:
        """Warnings of what was found left behind."""
        for sentence in sentences:
            self.notify(sentence, severity="warning", markup=False)

    def on_actions_asked(self, message: ActionsAsked) -> None:
        host, snapshot = self.session.host, self.session.snapshot
        verbs = [action for action in message.actions if isinstance(action, ProjectAction)]
        told = tuple(f"{a.project.name}: {consequence(snapshot, a)}" for a in verbs)
        # A file that was just written may not have been read again yet.
        harmless = not self.session.watched and not any(destroys(snapshot, v) for v in verbs)
        if message.confirmed or harmless:
            self._run(message.actions)
            for sentence in told if not message.confirmed else ():
                self.notify(sentence, markup=False, timeout=4)
            return
        text = tuple(host.command(action) for action in message.actions)
        only_up = bool(verbs) and all(isinstance(verb, Up) for verb in verbs)
        screen = ConfirmScreen(text, told, key="U" if only_up else "")
        self.push_screen(screen, lambda yes: self._run(message.actions) if yes else None)
        for verb in verbs:
            if isinstance(verb, Pull):
                for name in images(snapshot, concerned(snapshot, verb))[:MOST_IMAGES]:
                    background(self, partial(asked_upstream, host, snapshot, name), screen.add)

    def _run(self, actions: tuple[Action, ...]) -> None:
        brought = {action.project for action in actions if isinstance(action, Up)}
        self.session.undone = tuple(r for r in self.session.undone if r.project not in brought)
        self.session.marked = frozenset()
        # A network that an undone fix left in use may be free afterwards.
        self.box.runs.ask(actions, lambda: background(self, self.recover, self.tell))

    def on_cancel_asked(self, message: CancelAsked) -> None:
        batch = self.box.runs.cancel()
        told = f"interrupted: {batch.title}" if batch and batch.began else "forgotten"
        self.notify(told if batch else "nothing runs", markup=False, timeout=3)

    async def action_quit(self) -> None:
        """Leave. What runs goes on by itself; what waits its turn is not begun."""
        self.exit(
            message=left_behind(tuple(batch for box in self.boxes for batch in box.runs.batches))
        )
