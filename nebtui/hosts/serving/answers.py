"""What requests from elsewhere are answered with: what an action says, what containers write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nebtui.action import Action, Progress
from nebtui.facts.codec import decode_fact, encode_fact
from nebtui.host import Host, LogRequest
from nebtui.hosts.remote.fix_lines import VERBS
from nebtui.hosts.remote.lines import decoded_action
from nebtui.hosts.serving.fixes import FixAnswers
from nebtui.hosts.serving.request import OpenRequest
from nebtui.hosts.serving.wanted import READ_ONLY, UNKNOWN, RefusedError, ToldBox
from nebtui.recording.lines import json_line
from nebtui.text.mask import mask

MOST_LINES, MOST_TEXT = 200, 200_000
"""Lines of a log, and about so many characters, in one line of ours: a change waits for no more."""
PAUSE = 0.2
"""Seconds between two looks at a log in which nothing is written."""

Answer = Callable[[int, OpenRequest], None]
"""Given the number of the request, it answers in a thread of its own."""


class Answers:
    """Made for one host; `send` writes a line."""

    def __init__(
        self,
        host: Host,
        told: ToldBox,
        send: Callable[[bytes], None],
        fixes: FixAnswers | None,
        *,
        read_only: bool,
    ) -> None:
        """`fixes`: None where none are made here."""
        self._host = host
        self._told = told
        self._send = send
        self._fixes = fixes
        self._read_only = read_only

    def to(self, data: dict[str, Any]) -> Answer | None:
        """What answers this, None where it asks for nothing."""
        if "do" in data:
            return self._to_action(decoded_action(data["do"]))
        if "logs" in data:
            return self._to_log(decode_fact(LogRequest, data["logs"]))
        fixes = self._fixes
        if fixes is not None and any(verb in data for verb in VERBS):
            return lambda number, _: fixes.answer(number, data)
        return None

    def _to_action(self, wanted: Action | None) -> Answer:
        def refused(why: str) -> Answer:
            return lambda number, _: self._progress(number, Progress(why, True, 1))

        if self._read_only:
            return refused(READ_ONLY)
        if wanted is None:
            return refused(UNKNOWN)
        try:
            action = self._told.action(wanted)
        except RefusedError as error:
            return refused(str(error))

        def done(number: int, request: OpenRequest) -> None:
            for progress in self._host.do(action, request):
                self._progress(number, replace(progress, text=mask(progress.text)))

        return done

    def _progress(self, number: int, progress: Progress) -> None:
        self._send(json_line({"id": number, "progress": encode_fact(progress)}))

    def _to_log(self, wanted: LogRequest | None) -> Answer:
        try:
            request = self._told.log(wanted) if wanted else None
            why = UNKNOWN
        except RefusedError as error:
            request, why = None, str(error)
        if request is None:
            return lambda number, _: self._send(json_line({"id": number, "error": why}))
        found = request

        def read(number: int, asked: OpenRequest) -> None:
            stream = self._host.logs(found)
            try:
                while room := asked.room():
                    lines = stream.take(min(room, MOST_LINES))
                    for part in _parts([encode_fact(self._told.log_line(one)) for one in lines]):
                        self._send(json_line({"id": number, "lines": part}))
                    asked.spend(len(lines))
                    if not lines and stream.ended:
                        break
                    if not lines:
                        stream.wait(PAUSE)
            finally:
                stream.close()
            self._send(json_line({"id": number, "end": True}))

        return read


def _parts(lines: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The lines in groups that are not much longer than may be sent at once."""
    result: list[list[dict[str, Any]]] = []
    length = MOST_TEXT
    for line in lines:
        if length >= MOST_TEXT:
            result.append([])
            length = 0
        result[-1].append(line)
        length += len(line["text"])
    return result
