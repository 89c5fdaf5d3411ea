"""A box on another machine, as the nebtui there sees it: over a pipe, which is the person's own
ssh. What comes in is hostile text: none of it is run or opened here, and what no nebtui says ends
the connection and nothing else."""

from __future__ import annotations

import queue
import shlex
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from nebtui.action import Action, Cancel, Progress
from nebtui.facts.changes import Change
from nebtui.facts.project import Problem, Project
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.actions import command_line
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.remote.connections import Connections
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.doing import done_there
from nebtui.hosts.remote.lines import shown_json
from nebtui.hosts.remote.logs import RemoteLog

if TYPE_CHECKING:
    from nebtui.facts.validation import Validation

MOST_WAITING = 10_000
"""Changes that wait to be taken; the far side waits then too."""
LOOK = 0.25
"""Seconds between two looks whether nobody takes them any more."""


class RemoteHost:
    """The box at the other end of a program's pipes. Nothing is started before `changes` is
    iterated, and what is asked for needs a connection that stands."""

    kind: Literal["remote"] = "remote"
    writable = True

    def __init__(
        self,
        argv: tuple[str, ...],
        environ: Mapping[str, str],
        url: str,
        by: tuple[str, ...],
        clock: MachineClock = MACHINE,
    ) -> None:
        """`argv`: the program, whose far end is `nebtui serve -`; `url`: the box's address; `by`:
        the words with which a person has a command run there."""
        self._by = by
        self._closed = threading.Event()
        self._waiting: queue.Queue[Change | None] = queue.Queue(MOST_WAITING)
        self._left = False
        self._logs: list[RemoteLog] = []
        self._measured = ShownFigures()
        self._link = Connections(argv, environ, url, self._emit, self._connected, clock)

    @property
    def absent(self) -> str:
        """Why it cannot be looked at this way, as no nebtui serves there; "" as long as that is not
        known."""
        return self._link.absent

    @property
    def sendable(self) -> bool:
        """No nebtui serves there, and one that is sent would."""
        return bool(self._link.absent) and self._link.sendable

    @property
    def version(self) -> str:
        """Of the nebtui there, "" before it has answered."""
        return self._link.version

    @property
    def desk(self) -> RemoteDesk:
        """Where its fixes are made: by the nebtui there."""
        return RemoteDesk(self._link, self.files_away)

    @property
    def files_away(self) -> str:
        """The files are where that nebtui runs."""
        ssh, *where = self._by
        mend = shlex.join((ssh, "-t", *where, "nebtui"))
        return f"its files are on {self._link.name}: `{mend}` reads and mends them there"

    def now(self) -> float:
        """The far machine's time in Unix seconds."""
        return self._link.now()

    def changes(self) -> Iterator[Change]:
        """Connect, and yield what is told until `close`, over all losses; ends where no nebtui
        serves there. To be iterated once."""
        threading.Thread(target=self._run, name="remote", daemon=True).start()
        try:
            while (change := self._waiting.get()) is not None and not self._closed.is_set():
                yield change
        finally:
            self._left = True

    def _run(self) -> None:
        try:
            self._link.run()
        finally:
            self._emit(None)

    def _emit(self, change: Change | None) -> None:
        """Hand a change on; the far side waits while nobody takes them, and they are dropped once
        nobody will."""
        while not self._left:
            try:
                self._waiting.put(change, timeout=LOOK)
            except queue.Full:
                if not self._closed.is_set():
                    continue
            return

    def _connected(self) -> None:
        self._logs = [log for log in self._logs if not log.ended]
        for log in self._logs:
            log.open()
        if self._measured != ShownFigures():
            self.measure(self._measured)

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Have it done there; the last Progress says whether it worked."""
        return done_there(self._link.exchange, self._link.name, action, stop)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect: run there, over ssh."""
        words = command_line(action)
        return (*self._by, *map(shlex.quote, words))

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project without services: its files are not here."""
        file = project.key.files[0] if project.key.files else ""
        return replace(project, services={}, problem=Problem(file, 0, self.files_away))

    def reread(self, paths: tuple[str, ...]) -> None:
        """Have the projects that depend on these files of that machine read again."""
        self._link.exchange.tell({"reread": paths})

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Empty: the Compose of this machine has not its files."""
        from nebtui.facts.validation import Validation

        return Validation()

    def follow(self, containers: tuple[str, ...]) -> None:
        """Have these looked at again and again."""
        self._link.exchange.tell({"follow": containers})

    def measure(self, shown: ShownFigures) -> None:
        """Have these figures read often, also over the next connection."""
        self._measured = shown
        self._link.exchange.tell({"measure": shown_json(shown)})

    def logs(self, request: LogRequest) -> LogStream:
        """Read there, so many lines at a time as are taken here."""
        log = RemoteLog(self._link.exchange, request, self._link.name, self.now)
        self._logs = [*(one for one in self._logs if not one.ended), log]
        log.open()
        return log

    def close(self) -> None:
        """End `changes` and the program."""
        self._closed.set()
        self._link.close()
        self._left = True
        for log in self._logs:
            log.close()
        with suppress(queue.Full):  # who takes them is awake then
            self._waiting.put_nowait(None)
