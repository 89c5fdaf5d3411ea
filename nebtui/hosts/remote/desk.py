"""The desk of a box on another machine: the nebtui there plans, writes and takes back, and what it
answers is shown here. Nothing but keys of findings and numbers of entries is sent; what comes back
is text."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from nebtui.fixing.desk import JournalSeen, TakingBack, UnknownOutcomeError, WriteError
from nebtui.fixing.proposal import NOTHING_SAFE, Proposal, Skipped, Wish
from nebtui.hosts.remote.connections import Connections
from nebtui.hosts.remote.fix_lines import (
    FIX,
    FIX_CALLED,
    LONGEST_WISH,
    MOST_FINDINGS,
    read_answer,
    read_proposal,
    read_sentences,
    wish_line,
)
from nebtui.keep.records import Entry
from nebtui.recording.lines import json_line
from nebtui.rules.unreachable_box_service import NAME as BETWEEN_BOXES
from nebtui.rules.unreachable_box_service import called_port
from nebtui.text.terminal import plain

PATIENCE = 600.0
"""Seconds that an answer may take while the line stands: each project is proved with Compose."""
BACK = 60.0
"""Seconds within which a lost connection has to be back for what was written to be looked up."""
MOST_WORDS = 1_000
"""Characters of a sentence that is shown."""
ON_OTHER = "it is to be mended on the other box"
WRITING, PAUSE = 15, 1.0
"""How often an entry that is being written is looked at, and seconds between."""


class NoAnswerError(OSError):
    """Asked, and nobody knows what came of it; one sentence says why."""


class RemoteDesk:
    """What is lost with the connection, and nothing else, is not known."""

    def __init__(self, link: Connections, elsewhere: str) -> None:
        """`elsewhere`: where a person mends the files by hand, one sentence."""
        self._link = link
        self._name = self.place = link.name
        self._elsewhere = elsewhere
        self._pause = threading.Event()

    @property
    def away(self) -> str:
        """Why the nebtui there cannot be asked."""
        if not self._link.exchange.wait(0):
            return f"{self._name} is not connected now: nothing can be planned there"
        return self._without(FIX, "makes no fixes for another one")

    @property
    def away_for_callers(self) -> str:
        """Also what it would not find."""
        return self.away or self._without(FIX_CALLED, "does not mend what other boxes call")

    def _without(self, feature: str, cannot: str) -> str:
        if feature in self._link.features:
            return ""
        return f"the nebtui there ({self._link.version}) {cannot}: {self._elsewhere}"

    def propose(self, wish: Wish) -> Proposal:
        """Planned and proved there."""
        wish, left = seen_there(wish, self.away_for_callers)
        if left and not wish.findings:
            return Proposal(reason=NOTHING_SAFE if wish.many else left[0].reason, left=left)
        asked = wish_line(wish)
        if len(wish.findings) > MOST_FINDINGS or len(json_line(asked)) > LONGEST_WISH:
            return Proposal(reason="too many findings at once: take those of one project")
        try:
            answer = read_proposal(self._asked({"plan": asked}, "plan"), wish.findings)
        except OSError as error:
            return Proposal(reason=str(error))
        if answer is None:
            return Proposal(reason=self._nonsense)
        return replace(answer, left=(*answer.left, *left))

    def write(self, wish: Wish, proposal: Proposal) -> Entry:
        """Written there, if a new plan there has the same digest."""
        wish, _ = seen_there(wish, self.away_for_callers)
        asked = {"write": wish_line(wish), "digest": proposal.digest}
        try:
            entry = read_answer(Entry, self._asked(asked, "written"))
            why = self._nonsense
        except NoAnswerError as error:
            entry, why = None, str(error)
        if entry is not None:
            return entry
        told = f"{why}; it is unknown whether “{proposal.title}” was written"
        raise UnknownOutcomeError(told, partial(self._look, partial(_written_since, proposal)))

    def journal(self) -> JournalSeen:
        """The journal there."""
        seen = read_answer(JournalSeen, self._asked({"journal": True}, "journal"))
        if seen is None:
            raise NoAnswerError(self._nonsense)
        return seen

    def taking_back(self, entry: Entry) -> TakingBack:
        """What it would change there."""
        try:
            asked = self._asked({"undoing": entry.number}, "undoing")
        except OSError as error:
            return TakingBack(reason=str(error))
        return read_answer(TakingBack, asked) or TakingBack(reason=self._nonsense)

    def undo(self, entry: Entry) -> tuple[str, ...]:
        """Taken back there."""
        try:
            left = read_sentences(self._asked({"undo": entry.number}, "undone"))
            why = self._nonsense
        except NoAnswerError as error:
            left, why = None, str(error)
        if left is not None:
            return left
        told = f"{why}; it is unknown whether “{entry.title}” was undone"
        raise UnknownOutcomeError(told, partial(self._look, partial(_standing, entry)))

    def recover(self) -> tuple[str, ...]:
        """Settled there; () where nobody can be asked, and where nothing may be changed."""
        try:
            return read_sentences(self._asked({"recover": True}, "recovered")) or ()
        except OSError:
            return ()

    @property
    def _nonsense(self) -> str:
        return f"{self._name} answered what is no answer: look at the nebtui there, or update both"

    def _asked(self, what: dict[str, Any], key: str) -> Any:
        """The answer to a request. WriteError where it was refused, and nothing was done;
        NoAnswerError where none came."""
        if away := self.away:
            raise WriteError(f"{away}; nothing was done")
        arrived: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        number = self._link.exchange.ask(what, arrived.put)
        if number is None:
            raise WriteError(f"{self._name} is not connected now: nothing was done")
        try:
            data = arrived.get(timeout=PATIENCE)
        except queue.Empty:
            raise NoAnswerError(f"{self._name} has not answered for {PATIENCE:.0f} s") from None
        finally:
            self._link.exchange.forget(number)
        if not data:
            raise NoAnswerError(f"the connection to {self._name} was lost")
        if isinstance(why := data.get("error"), str):
            raise WriteError(plain(why[:MOST_WORDS]))
        return data.get(key)

    def _look(self, find: Callable[[JournalSeen], Entry | None]) -> Entry | None:
        """What the journal there says once it can be asked again."""
        told = f"{self._name} does not come back: look at `nebtui undo --list` there"
        for _ in range(WRITING):
            if not self._link.exchange.wait(BACK):
                break
            self.recover()  # what a process that died there left half done; a living one is at it
            try:
                found = find(self.journal())
            except NoAnswerError:
                continue
            except OSError as error:
                raise UnknownOutcomeError(str(error), partial(self._look, find)) from None
            if found is None or found.state != "writing":
                return found if found and found.state == "written" else None
            self._pause.wait(PAUSE)  # the nebtui that was asked is at it
        raise UnknownOutcomeError(told, partial(self._look, find))


def seen_there(wish: Wish, away: str) -> tuple[Wish, tuple[Skipped, ...]]:
    """The wish without what the box itself does not find: that it calls another box, and, with a
    reason why (`away`), that another one calls it."""
    left = {}
    for finding in wish.findings:
        if finding.rule == BETWEEN_BOXES and (
            why := away if called_port(finding.key) else ON_OTHER
        ):
            left[finding.key] = Skipped(finding, finding.fix or why)
    kept = tuple(finding for finding in wish.findings if finding.key not in left)
    return replace(wish, findings=kept), tuple(left.values())


def _written_since(proposal: Proposal, seen: JournalSeen) -> Entry | None:
    """The newest entry of that title that came after it was planned."""
    found = (e for e in seen.entries if e.number > proposal.newest and e.title == proposal.title)
    return max(found, key=lambda entry: entry.number, default=None)


def _standing(wanted: Entry, seen: JournalSeen) -> Entry | None:
    """The same entry as it is now; one that is taken back just now counts as being written."""
    busy = (e for e in seen.entries if e.undoes == wanted.number and e.state == "writing")
    same = (e for e in seen.entries if e.number == wanted.number)
    return next(busy, None) or next(same, None)
