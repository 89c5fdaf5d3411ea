"""The App: joins the store to the home screen and carries intents to the host. No domain work is
done here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Input

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.facts.declared import ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.recreate import recorded
from nebtui.fixing.watch import verdict
from nebtui.keep.known_projects import remember_projects
from nebtui.keep.outlines import remember_outlines
from nebtui.keep.records import Entry
from nebtui.store import Store
from nebtui.tui.acting_app import ActingApp
from nebtui.tui.ascii_filter import AsciiFilter
from nebtui.tui.background import background
from nebtui.tui.box_recording import BoxRecording
from nebtui.tui.guide import Guide, Move
from nebtui.tui.keys import bindings
from nebtui.tui.last_words import LastWords
from nebtui.tui.locked import why_locked
from nebtui.tui.messages import FixAsked, PatchWritten, SnapshotChanged
from nebtui.tui.palette import Everything, commands
from nebtui.tui.pictures import covers
from nebtui.tui.screens.commands import CommandsScreen
from nebtui.tui.screens.help import HelpScreen
from nebtui.tui.session import Session
from nebtui.tui.signals import exit_on_signal
from nebtui.tui.stylesheets import SHEETS
from nebtui.tui.themes import DARK, THEMES
from nebtui.tui.used_commands import UsedCommands
from nebtui.tui.widgets.playback import Playback, play


class NebtuiApp(ActingApp):
    """One run on one host."""

    TITLE = "nebtui"
    CSS_PATH: ClassVar[CSSPathType | None] = SHEETS
    BINDINGS: ClassVar[list[BindingType]] = bindings("replay", "tour")
    COMMANDS: ClassVar[set[Any]] = {Everything}
    TOOLTIP_DELAY = 0.8
    SCREENS: ClassVar[dict[str, Callable[[], Screen[Any]]]] = {"help": HelpScreen}

    def __init__(self, session: Session, settled: Callable[[], None] | None = None) -> None:
        """`settled` is called once, when the first complete picture is on the screen."""
        super().__init__(session)
        self._settled = settled
        self._early = session.snapshot
        self._store = Store(session.host, self._heard)
        self._judged = -1
        self._judging = False
        self._recording = BoxRecording(self, session, self._store)
        self.words = LastWords(self, session, self.home.show)
        self.used_commands = UsedCommands(self, session.settings.state_dir)
        self.guide = Guide(self, session)
        self._ascii = AsciiFilter(enabled=session.ascii)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and that of a terminal that shows ASCII only."""
        return [*super().get_line_filters(), *([self._ascii] if self._ascii.enabled else [])]

    def on_mount(self) -> None:
        exit_on_signal(self)
        self.bind_own()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.session.settings.theme or DARK.name
        self.push_screen(self.home)
        self.guide.begin()
        # The engine's library is imported by the host's thread: after the first paint, so that the
        # screen is not late.
        self.call_after_refresh(self._open)

    @property
    def judged(self) -> bool:
        """The findings are those of the snapshot that is shown."""
        return self._judged == self.session.snapshot.generation

    def _heard(self, snapshot: Snapshot) -> None:
        """Called from the store's thread."""
        self.post_message(SnapshotChanged(snapshot))

    def _open(self) -> None:
        self._store.start()
        self.set_interval(1.0, self._watch)
        if not self.session.locked:
            background(self, self.recover, self.tell)

    def _only(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with only the projects of the name asked for, where one was."""
        name = self.session.only
        mine = (key for key in snapshot.projects if key.name == name)
        return narrowed(snapshot, mine) if name else snapshot

    def on_snapshot_changed(self, message: SnapshotChanged) -> None:
        if not covers(message.snapshot, self._early):
            return  # what the first frame shows must not go and come again
        self._early = Snapshot()
        first = message.snapshot.settled and not self.session.snapshot.settled
        self.session.snapshot = self._only(message.snapshot)
        self.home.show()
        self.words.look()
        self._judge()
        engine = message.snapshot.engine
        if first and self._settled:
            self.call_after_refresh(self._settled)
        if first and self.session.host.kind == "live" and not (engine and engine.elsewhere):
            seen = tuple(message.snapshot.projects.values())
            background(self, lambda: self._remember(seen), lambda _: None)

    def _remember(self, seen: tuple[Project, ...]) -> None:
        """For later runs; off the screen's thread."""
        remember_projects(self.session.settings.state_dir, seen)
        remember_outlines(self.session.settings.state_dir, seen)

    def _judge(self) -> None:
        """Find again where declared or inspected facts changed; one search at a time."""
        snapshot = self.session.snapshot
        if self._judging or snapshot.generation == self._judged:
            return
        self._judging = True
        allow = self.session.settings.allow
        background(self, lambda: (snapshot, rules.examine(snapshot, allow)), self._found)

    def _found(self, judged: tuple[Snapshot, rules.Examination]) -> None:
        self._judging = False
        self._judged = judged[0].generation
        found, failures = judged[1].findings, judged[1].failures
        if (found, failures) != (self.session.findings, self.session.failures):
            self.session.findings, self.session.failures = found, failures
            self.home.show()
        self._judge()

    def _watch(self) -> None:
        """Say it when a written patch is seen to work; it is not watched any more then."""
        now = self.session.now()
        waiting = []
        for item in self.session.watched:
            seen = verdict(self.session.snapshot, item, now)
            if seen.state == "seen":
                self.guide.note("seen", item.patch.mended)
                self.notify(item.patch.title, title="✓ seen to work", markup=False, timeout=8)
            else:
                waiting.append(item)
        if len(waiting) != len(self.session.watched):
            self.session.watched = tuple(waiting)
            self.home.show()

    def on_fix_asked(self, message: FixAsked) -> None:
        from nebtui.tui.screens.review import ReviewScreen

        self.push_screen(
            ReviewScreen(self.session, message.findings, message.key, bulk=message.bulk)
        )

    def action_mark(self) -> None:
        """Mark the selected service as a sandbox, or take the mark away."""
        key = self.home.selected
        if self.session.locked or not isinstance(key, ServiceKey):
            why = why_locked(self.session) if self.session.locked else "select a service"
            self.notify(why, title="not marked", timeout=4)
            return
        from nebtui.tui.screens.mark import MarkScreen

        self.push_screen(MarkScreen(self.session, key))

    def on_patch_written(self, message: PatchWritten) -> None:
        self.session.watched = (*self.session.watched, message.watched)
        self.guide.note("written", message.watched.patch.mended)
        self.home.show()
        effect = "bringing it up" if message.brought_up else "U brings it up"
        text = f"entry {message.watched.entry} · {effect} · z undoes it"
        self.notify(text, title=f"written: {message.watched.patch.title}", markup=False, timeout=8)

    def on_undo_asked(self) -> None:
        entry = self.session.journal.last()
        if entry is None:
            self.notify("nothing left to undo", timeout=4)
            return
        from nebtui.tui.screens.undo import UndoScreen

        self.push_screen(
            UndoScreen(self.session, entry), lambda number: self._undone(entry, number)
        )

    def _undone(self, entry: Entry, number: int | None) -> None:
        if number is not None:
            self.clear_notifications()  # "written, U brings it up" is not true any more
            self.session.undone = tuple(dict.fromkeys((*self.session.undone, *recorded(entry))))
            self.guide.note("undone", entry.findings)
        self.session.watched = tuple(w for w in self.session.watched if w.entry != number)
        self.home.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of a recording are there where one is played, and letters where one types."""
        if action != "play":
            return action != "tour" or self.guide.answers(parameters[0])
        return self.session.player is not None and not isinstance(self.focused, Input)

    def action_play(self, move: str) -> None:
        """Steer the recording that is played."""
        if self.session.player is not None and not play(self.session.player, move):
            self.notify("no event of a container there", timeout=2)
        for line in self.home.query(Playback):
            line.show()

    def action_tour(self, move: Move) -> None:
        """Open or leave the tour, or go on in it."""
        self.guide.go(move)

    def action_record(self) -> None:
        """Begin to record this box, or end it."""
        self._recording.toggle()
        self.home.show()

    def action_explain(self) -> None:
        """Explain what is selected on the screen in front; the same key leaves again."""
        from nebtui.tui.explaining import everything
        from nebtui.tui.screens.explain import ExplainScreen

        if isinstance(self.screen, ExplainScreen):
            self.screen.dismiss()
            return
        title, shown = everything(self.screen)
        if shown:
            self.push_screen(ExplainScreen(title, shown))
        else:
            self.notify("nothing here needs it: ? shows the keys", timeout=3)

    def action_commands(self) -> None:
        """Open the command log."""
        self.push_screen(CommandsScreen(self.session))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every key of the screen it was opened on."""
        yield from commands(screen)
        if self.session.player is None:
            yield SystemCommand(*self._recording.told(), self.action_record)
        yield from self.own_commands()
        yield SystemCommand("theme", "Choose colours.", self.action_change_theme)

    def on_unmount(self) -> None:
        self._store.close()
        self._recording.close()
        self.session.host.close()
