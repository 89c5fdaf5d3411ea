"""Fixes that are asked for from elsewhere: planned, written and taken back here, on this disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nebtui.facts.codec import encode_fact
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import CHANGED, Desk, JournalSeen
from nebtui.fixing.recreate import recorded
from nebtui.hosts.remote.fix_lines import ProposalLine, WishLine, fits, read_wish
from nebtui.hosts.serving.wanted import READ_ONLY, UNKNOWN, RefusedError, ToldBox
from nebtui.hosts.serving.wishes import FoundWish, asked_picture, found_wish
from nebtui.keep.records import Entry, outlined
from nebtui.keep.reverting import JournalMismatchError
from nebtui.recording.lines import json_line

FIRST_PICTURE = 60.0
"""Seconds that the first look at this box may take."""
Desks = Callable[[Callable[[], Snapshot]], Desk]
"""Makes a desk for the box as it is now."""
TOO_LONG = "the diff is too long to be shown elsewhere: run `nebtui fix` there"


class FixAnswers:
    """Made for one host; safe from every thread."""

    def __init__(
        self,
        desks: Desks,
        told: ToldBox,
        send: Callable[[bytes], None],
        gone: Callable[[], bool],
        *,
        read_only: bool,
    ) -> None:
        """`gone`: whether nobody is there any more who would hear an answer."""
        self._desks = desks
        self._told = told
        self._send = send
        self._gone = gone
        self._read_only = read_only
        self._planning = threading.Lock()
        """A plan starts Compose: one at a time."""
        self._changing = threading.Lock()

    def answer(self, number: int, data: dict[str, Any]) -> None:
        """Answer a request, or say why not."""
        try:
            told = self._answered(data)
        except (RefusedError, JournalMismatchError, OSError) as error:
            told = {"error": self._told.sentence(str(error))}
        self._send(json_line({"id": number, **told}))

    def finish(self, seconds: float) -> None:
        """Wait at most so long until what is being written is written; nothing is written after
        that."""
        self._changing.acquire(timeout=seconds)

    def _answered(self, data: dict[str, Any]) -> dict[str, Any]:
        if "plan" in data or "write" in data:
            # Asked as soon as the line was back: the one who asks knows the box from before.
            self._told.whole.wait(FIRST_PICTURE)
        if "plan" in data:
            with self._planning:
                return {"plan": encode_fact(self._planned(data["plan"]))}
        desk = self._desks(lambda: self._told.snapshot)
        if "journal" in data:
            seen = desk.journal()
            entries = tuple(map(outlined, seen.entries))
            return {"journal": encode_fact(self._told.told(replace(seen, entries=entries)))}
        if "undoing" in data:
            back = desk.taking_back(_entry(desk.journal(), data["undoing"]))
            return {"undoing": encode_fact(self._told.told(back))}
        if self._read_only:
            raise RefusedError(READ_ONLY)
        with self._changing:
            return self._changed(desk, data)

    def _changed(self, desk: Desk, data: dict[str, Any]) -> dict[str, Any]:
        if "write" in data:
            return {"written": encode_fact(self._written(data))}
        if "undo" in data:
            left = desk.undo(_entry(desk.journal(), data["undo"]))
            return {"undone": [self._told.sentence(one) for one in left]}
        return {"recovered": [self._told.sentence(one) for one in desk.recover()]}

    def _planned(self, asked: object) -> ProposalLine:
        line = read_wish(asked)
        if line is None:
            raise RefusedError(UNKNOWN)
        if self._read_only:
            line = replace(line, trials=False)
        desk, found = self._prepared(line)
        plain = found.answered(desk.propose(found.wish))
        told = replace(self._told.told(plain), digest=plain.digest)
        return told if fits(encode_fact(told)) else ProposalLine(reason=TOO_LONG)

    def _prepared(self, line: WishLine) -> tuple[Desk, FoundWish]:
        """The desk for a wish, and what it means here."""
        picture = asked_picture(line, self._told)
        return self._desks(lambda: picture), found_wish(line, self._told, picture)

    def _written(self, data: dict[str, Any]) -> Entry:
        line, digest = read_wish(data["write"]), data.get("digest")
        if line is None or not isinstance(digest, str) or not digest:
            raise RefusedError(UNKNOWN)
        desk, found = self._prepared(line)
        again = desk.propose(found.wish)
        if again.digest != digest:
            raise RefusedError(f"{again.reason}; nothing was written" if again.reason else CHANGED)
        if self._gone():
            raise RefusedError("Nobody waits for it any more: nothing was written.")
        entry = desk.write(found.wish, again)
        self._told.wrote(recorded(entry))
        return self._told.told(outlined(entry))


def _entry(seen: JournalSeen, number: object) -> Entry:
    """The entry of a number; RefusedError where there is none."""
    found = (one for one in seen.entries if type(number) is int and one.number == number)
    entry = next(found, None)
    if entry is None:
        raise RefusedError("The journal there has no such entry.")
    return entry
