"""What services that are not well wrote last, for their rows on the graph: read once for each
thing that happens to one of them, and not at all while every service is well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from textual.app import App

from nebtui.analysis.logs.levels import telling
from nebtui.analysis.readiness import readiness
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host, LogRequest
from nebtui.tui.background import background
from nebtui.tui.session import Session

TAIL = 20
"""Lines of each container among which the one that tells why is looked for."""
AT_ONCE = 16
"""Services whose logs are read at the same time."""
PATIENCE = 3.0
"""Seconds that one reading may take; what came until then counts."""
AGAIN = 5.0
"""Seconds at least between two readings of a service that loops."""
LATELY = 600.0
"""Seconds after a restart in which a service that runs again may be looping."""

Run = tuple[object, ...]


def is_unwell(snapshot: Snapshot, service: ServiceKey, now: float) -> bool:
    """Whether its last line may tell why: it failed, loops or is unhealthy; or it was restarted a
    short while ago, and nothing shows yet that it serves."""
    word = readiness(snapshot, service).word
    if word in ("failed", "degraded"):
        return True
    inspections = (c.inspection for c in snapshot.containers_of(service))
    return word in ("unknown", "starting") and any(
        i.restart_count and now - (i.started or 0.0) < LATELY for i in inspections if i
    )


class LastWords:
    """Keeps in the session a line of each service that is not well and wrote one."""

    def __init__(self, app: App[Any], session: Session, changed: Callable[[], None]) -> None:
        """`changed` is called on the screen's thread when there are others."""
        self._app = app
        self._session = session
        self._changed = changed
        self._read: dict[ServiceKey, tuple[Run, float]] = {}
        """For each that is not well: what had happened to it when it was read, and when that
        was."""
        self._seen = -1
        self._reading = False

    @property
    def complete(self) -> bool:
        """Whether it is about the snapshot that is shown."""
        return self._seen == self._session.snapshot.generation

    def look(self) -> None:
        """Read what is due; to be called when there is another snapshot."""
        session, snapshot = self._session, self._session.snapshot
        if self._reading or self.complete:
            return
        now = session.now()
        runs = {
            key: _run_of(snapshot, key)
            for key, _ in snapshot.services()
            if is_unwell(snapshot, key, now)
        }
        self._keep(runs)
        changed = [key for key, run in runs.items() if self._read.get(key, ((), 0.0))[0] != run]
        due = [k for k in changed if k not in self._read or now - self._read[k][1] >= AGAIN]
        due = due[:AT_ONCE]
        self._read |= {key: (runs[key], now) for key in due}
        if len(due) == len(changed):
            self._seen = snapshot.generation
        if due:
            self._reading = True
            background(self._app, lambda: _read(session.host, tuple(due)), self._take)

    def _keep(self, runs: Mapping[ServiceKey, Run]) -> None:
        """Forget those that are well again."""
        self._read = {key: read for key, read in self._read.items() if key in runs}
        said = self._session.said
        if said.keys() - runs.keys():
            self._tell({key: line for key, line in said.items() if key in runs})

    def _take(self, read: Mapping[ServiceKey, LogLine]) -> None:
        self._reading = False
        fresh = {key: line for key, line in read.items() if key in self._read}
        if fresh:
            self._tell({**self._session.said, **fresh})
        self.look()

    def _tell(self, said: Mapping[ServiceKey, LogLine]) -> None:
        self._session.said = said
        self._changed()


def _run_of(snapshot: Snapshot, service: ServiceKey) -> Run:
    """What is another when something happened to the containers of a service."""
    return tuple(
        (c.id, c.state, c.health, *((i.restart_count, i.finished) if (i := c.inspection) else ()))
        for c in snapshot.containers_of(service)
    )


def _read(host: Host, services: tuple[ServiceKey, ...]) -> Mapping[ServiceKey, LogLine]:
    """The line of each service that tells why, of those that wrote one. Blocks."""
    lines: list[LogLine] = []
    deadline = time.monotonic() + PATIENCE
    with closing(host.logs(LogRequest(services, TAIL, follow=False))) as stream:
        while not stream.ended and time.monotonic() < deadline:
            taken = stream.take(AT_ONCE * TAIL)
            lines += taken
            if not taken:
                stream.wait(0.1)
    told = {key: telling(line for line in lines if line.service == key) for key in services}
    return {key: line for key, line in told.items() if line is not None}
