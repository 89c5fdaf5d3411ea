"""The App: joins the store to the home screen and carries intents to the host. No domain work is
done here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Input

from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.recreate import recorded
from nebtui.fixing.watch import not_well
from nebtui.host import ShownFigures
from nebtui.keep.records import Entry
from nebtui.store import Fleet
from nebtui.tui.ascii_filter import AsciiFilter
from nebtui.tui.background import background
from nebtui.tui.box_recording import BoxRecording
from nebtui.tui.guide import Guide, Move
from nebtui.tui.keys import bindings
from nebtui.tui.locked import why_locked
from nebtui.tui.messages import EntryUndone, FixAsked, PatchWritten, SnapshotChanged
from nebtui.tui.palette import Everything, commands
from nebtui.tui.sending import ask_to_send, may_send
from nebtui.tui.session import Session
from nebtui.tui.several_boxes_app import SeveralBoxesApp
from nebtui.tui.signals import exit_on_signal
from nebtui.tui.stylesheets import SHEETS
from nebtui.tui.themes import DARK, THEMES
from nebtui.tui.used_commands import UsedCommands
from nebtui.tui.widgets.playback import Playback, play

if TYPE_CHECKING:
    from nebtui.fixing.desk import TakingBack


def _help() -> Screen[None]:
    from nebtui.tui.screens.help import HelpScreen

    return HelpScreen()


class NebtuiApp(SeveralBoxesApp):
    """One run on one host."""

    TITLE = "nebtui"
    CSS_PATH: ClassVar[CSSPathType | None] = SHEETS
    BINDINGS: ClassVar[list[BindingType]] = bindings("replay", "tour", "boxes")
    COMMANDS: ClassVar[set[Any]] = {Everything}
    TOOLTIP_DELAY = 0.8
    SCREENS: ClassVar[dict[str, Callable[[], Screen[Any]]]] = {"help": _help}

    def __init__(self, session: Session, settled: Callable[[], None] | None = None) -> None:
        """`settled` is called once, when the first complete picture is on the screen."""
        super().__init__(session)
        self._settled = settled
        hosts = {box.session.name: box.session.host for box in self.boxes}
        self._fleet = Fleet(hosts, self._heard)
        self._recordings = {
            box.session.name: BoxRecording(self, box.session, self._fleet.stores[box.session.name])
            for box in self.boxes
        }
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

    def _heard(self, box: str, snapshot: Snapshot) -> None:
        """Called from a thread of the box's store."""
        self.post_message(SnapshotChanged(snapshot, box))

    def _open(self) -> None:
        for box in self.boxes:
            if box is not self.box:
                box.session.host.measure(ShownFigures(frozenset(), frozenset()))
        self._fleet.start()
        self.set_interval(1.0, self._watch)
        if not all(box.session.locked for box in self.boxes):
            background(self, self.recover, self.tell)

    def on_snapshot_changed(self, message: SnapshotChanged) -> None:
        box = next(box for box in self.boxes if box.session.name == message.box)
        box.take(message.snapshot, self._settled if box is self.box else None)

    def _watch(self) -> None:
        """Say it when a written patch is seen to work, and look what boxes need of each other."""
        self.look_across()
        for box in self.boxes:
            for item in box.seen():
                self.guide.note("seen", item.patch.mended)
                unwell = not_well(box.session.snapshot, item)
                title, told = "✓ seen to work", item.patch.title
                if unwell:
                    title, told = "✓ in effect on the host", f"{told} · not well yet: {unwell}"
                self.notify(told, title=title, markup=False, timeout=8)

    def _files_away(self, title: str) -> bool:
        """Whether nothing can be planned on this box; it is told then, and where its files are."""
        if away := self.session.desk.away:
            self.notify(away, title=title, severity="warning", markup=False, timeout=10)
        return bool(away)

    def on_fix_asked(self, message: FixAsked) -> None:
        message = self.where_mended(message)
        if self._files_away("not fixed from here"):
            return
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
        if self._files_away("not marked from here"):
            return
        from nebtui.tui.screens.mark import MarkScreen

        self.push_screen(MarkScreen(self.session, key))

    def on_patch_written(self, message: PatchWritten) -> None:
        message.session.watched = (*message.session.watched, message.watched)
        self.guide.note("written", message.watched.patch.mended)
        self.home.show()
        effect = "bringing it up" if message.brought_up else "U brings it up"
        text = f"entry {message.watched.entry} · {effect} · z undoes it"
        self.notify(text, title=f"written: {message.watched.patch.title}", markup=False, timeout=8)

    def on_undo_asked(self) -> None:
        if self._files_away("not undone from here"):
            return
        from nebtui.tui.screens.undo import UndoScreen, written

        session = self.session

        def shown(found: tuple[tuple[Entry, ...], TakingBack] | str) -> None:
            if isinstance(found, str):
                self.notify(found, markup=False, timeout=4)
            elif self.session is session and self.home.is_current:
                self.push_screen(UndoScreen(session, *found))

        background(self, lambda: written(session.desk, session.only or None), shown)

    def on_entry_undone(self, message: EntryUndone) -> None:
        session, entry = message.session, message.entry
        self.clear_notifications()  # "written, U brings it up" is not true any more
        session.undone = tuple(dict.fromkeys((*session.undone, *recorded(entry))))
        session.watched = tuple(w for w in session.watched if w.entry != entry.number)
        self.guide.note("undone", entry.findings)
        self.notify(entry.title, title="undone", markup=False, timeout=5)
        self.home.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of a recording are there where one is played, and letters where one types."""
        if action in ("next_box", "all_boxes"):
            free = not isinstance(self.focused, Input)
            return bool(self.session.beside) and self.screen is self.home and free
        if action == "send_nebtui":
            free = not isinstance(self.focused, Input)
            return self.screen is self.home and free and may_send(self.session)
        if action != "play":
            return action != "tour" or self.guide.answers(parameters[0])
        return self.session.player is not None and not isinstance(self.focused, Input)

    def action_send_nebtui(self) -> None:
        """Send this nebtui to the box in front, which has none."""
        ask_to_send(self, self.session, self.box.show)

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
        self._recordings[self.session.name].toggle()
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
        from nebtui.tui.screens.commands import CommandsScreen

        self.push_screen(CommandsScreen(self.session))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every key of the screen it was opened on."""
        yield from commands(screen)
        if self.session.player is None:
            yield SystemCommand(*self._recordings[self.session.name].told(), self.action_record)
        yield from self.own_commands()
        yield SystemCommand("theme", "Choose colours.", self.action_change_theme)

    def on_unmount(self) -> None:
        self._fleet.close()
        for recording in self._recordings.values():
            recording.close()
