"""The collector of host paths that bind mounts name: owners and modes, told when they change."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.changes import PathsSeen
from nebtui.facts.observed import HostPath
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.kernel.folder import entries_within
from nebtui.hosts.kernel.procfs import path_fact
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 2.0
INSIDE_EVERY = 60.0
"""Seconds between two looks into a folder."""


class PathCollector:
    """Runs in one thread of its own: a look at a path on a dead network mount may never return."""

    def __init__(
        self,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        follow: bool = True,
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._follow = follow
        self._stop = threading.Event()
        self._paths: dict[str, HostPath] = {}
        self._within: dict[str, tuple[float, tuple[HostPath, ...]]] = {}
        """By folder: when it was looked into, and what was met."""

    def run(self) -> None:
        """Look again every two seconds, from the moment engine and projects are known."""
        if not self._startup.wait("engine", "projects"):
            return
        while not self._stop.is_set():
            self._look()
            self._startup.mark_done("paths")
            if not self._follow:
                return
            self._stop.wait(EVERY)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _look(self) -> None:
        """Tell the paths that look different from last time; a path this user may not look at is
        left out."""
        engine = self._shared.last_engine
        if engine is not None and not engine.local:
            return  # the paths are on the engine's machine, also while it is lost
        changed = []
        named = bind_sources(self._shared)
        self._paths = {path: fact for path, fact in self._paths.items() if path in named}
        self._within = {path: met for path, met in self._within.items() if path in named}
        for path in sorted(named):
            fact = path_fact(path)
            if fact is not None and fact.is_dir:
                fact = replace(fact, within=self._entries(path))
            if fact is not None and fact != self._paths.get(path):
                self._paths[path] = fact
                changed.append(fact)
        if changed:
            self._emit(PathsSeen(tuple(changed)))

    def _entries(self, folder: str) -> tuple[HostPath, ...]:
        """What the folder holds, looked into again every minute."""
        known = self._within.get(folder)
        now = self._clock.steady()
        if known is None or now - known[0] > INSIDE_EVERY:
            known = self._within[folder] = (now, entries_within(folder))
        return known[1]


def bind_sources(shared: SharedState) -> set[str]:
    """Absolute host paths that declared and observed mounts name; of volumes their folder on the
    host."""
    declared = {
        m.source
        for p in shared.projects()
        for s in p.services.values()
        for m in s.mounts
        if m.type == "bind"
    }
    observed = {
        m.source
        for container in shared.containers()
        for m in container.mounts
        if m.type in ("bind", "volume")
    }
    return {path for path in declared | observed if path.startswith("/")}
