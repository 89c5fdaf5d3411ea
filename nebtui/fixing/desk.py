"""Where fixes are planned, shown, written and taken back: on the machine whose disk holds the
files. Who shows them speaks to this, whatever machine that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nebtui.fixing.file_change import FileDiff
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.keep.records import Entry
from nebtui.light_dataclass import dataclass

CHANGED = (
    "what would be written is not what was shown: a file or the box changed since; nothing was "
    "written; look at it again"
)


class WriteError(OSError):
    """Nothing was written (or all of it was taken back); one sentence says why and what to do."""


class UnknownOutcomeError(OSError):
    """Nobody here knows whether it was done; one sentence says why."""

    def __init__(self, told: str, look: Callable[[], Entry | None]) -> None:
        """`look` waits until it can be known: the entry in question where it stands written now,
        None where it does not. It raises this again where that takes too long."""
        super().__init__(told)
        self.look = look


@dataclass(frozen=True, slots=True)
class JournalSeen:
    """The journal as it is read: its entries, oldest first, and one sentence for each that cannot
    be."""

    entries: tuple[Entry, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakingBack:
    """What taking an entry back would change. `reason`: why it cannot be, "" where it can."""

    files: tuple[FileDiff, ...] = ()
    reason: str = ""


class Desk(Protocol):
    """One journal, and the files that its entries are about."""

    @property
    def place(self) -> str:
        """The machine whose disk is written to, "" for this one."""
        ...

    @property
    def away(self) -> str:
        """Why nothing can be planned, one sentence; "" where it can."""
        ...

    @property
    def away_for_callers(self) -> str:
        """Why nothing can be planned of what only services of other boxes call; "" where it can."""
        ...

    def propose(self, wish: Wish) -> Proposal:
        """Plan, try and prove; writes nothing. What cannot be planned is told in the proposal."""
        ...

    def write(self, wish: Wish, proposal: Proposal) -> Entry:
        """Write what was proposed for the wish, if that is still what would be: the entry of the
        journal. Raises WriteError, then nothing was written, or UnknownOutcomeError."""
        ...

    def journal(self) -> JournalSeen:
        """What was written. Raises OSError where nobody can be asked."""
        ...

    def taking_back(self, entry: Entry) -> TakingBack:
        """What undoing it would change now; changes nothing."""
        ...

    def undo(self, entry: Entry) -> tuple[str, ...]:
        """Take it back whole; returns what could not be removed and why. Raises
        JournalMismatchError or OSError, then no file is changed, or UnknownOutcomeError."""
        ...

    def recover(self) -> tuple[str, ...]:
        """Settle what was interrupted while it was written: one sentence for each."""
        ...
