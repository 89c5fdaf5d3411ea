"""The collector of host paths that bind mounts name: owners and modes, told when they change."""

from __future__ import annotations

import threading

from nebtui.facts.changes import PathsSeen
from nebtui.facts.observed import PathFact
from nebtui.hosts.known import Emit, Known, Settling
from nebtui.hosts.procfs import path_fact

EVERY = 2.0


class PathCollector:
    """Runs in one thread of its own: a look at a path on a dead network mount may never return."""

    def __init__(self, known: Known, settling: Settling, emit: Emit, follow: bool = True) -> None:
        self._known = known
        self._settling = settling
        self._emit = emit
        self._follow = follow
        self._stop = threading.Event()
        self._paths: dict[str, PathFact] = {}

    def run(self) -> None:
        """Look again every two seconds, from the moment engine and projects are known."""
        if not self._settling.wait("engine", "projects"):
            return
        while not self._stop.is_set():
            self._look()
            self._settling.reached("paths")
            if not self._follow:
                return
            self._stop.wait(EVERY)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _look(self) -> None:
        """Tell the paths that look different from last time; a path this user may not look at is
        left out."""
        engine = self._known.engine
        if engine is not None and not engine.local:
            return  # the paths are on the engine's machine
        changed = []
        for path in sorted(bind_sources(self._known)):
            fact = path_fact(path)
            if fact is not None and fact != self._paths.get(path):
                self._paths[path] = fact
                changed.append(fact)
        if changed:
            self._emit(PathsSeen(tuple(changed)))


def bind_sources(known: Known) -> set[str]:
    """Absolute host paths that declared and observed bind mounts name."""
    declared = {
        m.source
        for p in known.projects()
        for s in p.services.values()
        for m in s.mounts
        if m.type == "bind"
    }
    observed = {
        m.source for container in known.containers() for m in container.mounts if m.type == "bind"
    }
    return {path for path in declared | observed if path.startswith("/")}
