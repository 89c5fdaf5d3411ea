"""Everything that happens on the screen, as past-tense facts and intents that go up."""

from __future__ import annotations

from textual.message import Message

from nebtui.action import Action
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.watch import Watched
from nebtui.keep.records import Entry
from nebtui.rules.rule import Finding
from nebtui.tui.session import Session


class SnapshotChanged(Message):
    """The store of a box has a newer snapshot; a later one of that box replaces it while it
    waits."""

    def __init__(self, snapshot: Snapshot, box: str = "") -> None:
        super().__init__()
        self.snapshot = snapshot
        self.box = box

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotChanged) and message.box == self.box


class FixAsked(Message):
    """Somebody wants these findings fixed. `bulk`: all that are safe, in sequence; else the first
    one."""

    def __init__(self, findings: tuple[Finding, ...], key: str, *, bulk: bool = False) -> None:
        super().__init__()
        self.findings = findings
        self.key = key
        self.bulk = bulk


class ActionsAsked(Message):
    """Somebody wants the host to do something; `confirmed` if they saw what it will be."""

    def __init__(self, actions: tuple[Action, ...], *, confirmed: bool) -> None:
        super().__init__()
        self.actions = actions
        self.confirmed = confirmed


class CancelAsked(Message):
    """Somebody does not want the newest command any more."""


class UndoAsked(Message):
    """Somebody wants the last written patch taken back."""


class EntryUndone(Message):
    """An entry of a box's journal is taken back."""

    def __init__(self, session: Session, entry: Entry) -> None:
        super().__init__()
        self.session = session
        self.entry = entry


class PatchWritten(Message):
    """A patch is on the disk of a box and is watched from now on."""

    def __init__(self, session: Session, watched: Watched, *, brought_up: bool) -> None:
        super().__init__()
        self.session = session
        self.watched = watched
        self.brought_up = brought_up
