"""The desk of the machine that this nebtui runs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import CHANGED, JournalSeen, TakingBack, WriteError
from nebtui.fixing.file_change import file_diff
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import conflict_hint, inverse, undo, write
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.rules.rule import Options

if TYPE_CHECKING:
    # Planning loads the editor, which nobody needs who undoes or only looks.
    from nebtui.fixing.batch import Planned


class LocalDesk:
    """Keeps the plan that it showed last, which is written as it was shown. Another desk plans
    anew."""

    def __init__(
        self, host: Host, journal: Journal, network: str, picture: Callable[[], Snapshot]
    ) -> None:
        """`network`: that services of several projects join, from the settings; `picture`: the box
        as it is now."""
        self._host = host
        self._journal = journal
        self._network = network
        self._picture = picture
        self._shown: Planned | None = None

    @property
    def place(self) -> str:
        """This machine."""
        return ""

    @property
    def away(self) -> str:
        """Where the files are, if not here."""
        return self._host.files_away

    @property
    def away_for_callers(self) -> str:
        """The same: the picture has who calls."""
        return self.away

    def propose(self, wish: Wish) -> Proposal:
        """Plan, try and prove."""
        from nebtui.fixing.proposing import proposed

        entries = self._journal.entries()
        planned = self._planned(wish)
        self._shown = planned
        return proposed(planned, max((entry.number for entry in entries), default=0))

    def write(self, wish: Wish, proposal: Proposal) -> Entry:
        """Write it, if it is what was shown and is proved."""
        from nebtui.fixing.proposing import digest_of

        shown = self._shown
        if shown is None or shown.patch is None or digest_of(shown.patch) != proposal.digest:
            shown = self._planned(wish)
        self._shown = None
        if shown.patch is None:
            raise WriteError(f"{shown.reason}; nothing was written")
        if digest_of(shown.patch) != proposal.digest:
            raise WriteError(CHANGED)
        if not shown.proof.proved:
            raise WriteError(f"not proved, so not written: {shown.proof.failure}")
        return write(shown.patch, self._host, self._journal, self._host.now)

    def journal(self) -> JournalSeen:
        """As it stands on disk."""
        return JournalSeen(self._journal.entries(), self._journal.unread())

    def taking_back(self, entry: Entry) -> TakingBack:
        """Of one whose files are back already only its network is left."""
        try:
            changes = () if entry.unfinished else inverse(entry)
        except JournalMismatchError as error:
            return TakingBack(reason=f"{error}; {conflict_hint(entry, self._journal)}")
        except OSError as error:
            return TakingBack(reason=str(error))
        return TakingBack(tuple(file_diff(one, mask_added=True) for one in changes))

    def undo(self, entry: Entry) -> tuple[str, ...]:
        """Take it back."""
        return undo(entry, self._host, self._journal)

    def recover(self) -> tuple[str, ...]:
        """Settle what was interrupted."""
        return recover(self._host, self._journal)

    def _planned(self, wish: Wish) -> Planned:
        from nebtui.fixing.batch import Planned, plan_all, plan_mark, plan_one

        snapshot, host = self._picture(), self._host
        if away := host.files_away:
            return Planned(reason=away)
        if wish.sandbox is not None:
            return plan_mark(snapshot, wish.sandbox, host)
        options = Options(self._network, wish.to)
        if not wish.many:
            (finding,) = wish.findings
            return plan_one(snapshot, finding, options, host, override=wish.override)
        return plan_all(
            snapshot,
            wish.findings,
            options,
            host,
            unsafe=wish.unsafe,
            override=wish.override,
            trials=wish.trials,
        )
