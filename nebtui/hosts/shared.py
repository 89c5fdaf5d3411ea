"""What the collectors of one host share: the newest facts, the signal to stop, and when the first
picture is complete."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Literal

from nebtui.facts.changes import Change, ContainerSeen, Sampled, Settled
from nebtui.facts.observed import Container, Engine
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.host import ShownFigures
from nebtui.store import fold

Emit = Callable[[Change], None]
Part = Literal[
    "engine", "projects", "processes", "paths", "images", "gpus", "servers", "host ports", "starts"
]
PATIENCE = 3.0
"""Seconds that a first look at host paths may keep everything else from being settled (a dead NFS
mount)."""


class SharedState:
    """The newest snapshot of the changes that pass, for the collectors; safe from every thread. It
    is folded as the store folds, so that collectors and screen have the same facts; readings are
    left out, no collector needs another's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot = Snapshot()
        self.labels_changed = threading.Event()
        """Set when the set of projects named by labels may have changed; the reader clears it."""
        self._bells: tuple[threading.Event, ...] = ()
        self._shown = ShownFigures()

    def apply(self, change: Change) -> None:
        """Take in one change."""
        if isinstance(change, Sampled):
            return
        with self._lock:
            before = self._snapshot
            self._snapshot = fold(before, change)
            containers = self._snapshot.containers is not before.containers
            changed = containers and _labels_differ(change, before, self._snapshot)
        if changed:
            self.labels_changed.set()
        if containers or self._snapshot.projects is not before.projects:
            self._ring()

    def bell(self) -> threading.Event:
        """A new event that is set when a container, a project, or what is looked at changed; who
        asked for it clears it."""
        bell = threading.Event()
        with self._lock:
            self._bells = (*self._bells, bell)
        return bell

    @property
    def shown(self) -> ShownFigures:
        """Whose figures somebody looks at."""
        return self._shown

    def measure(self, shown: ShownFigures) -> None:
        """These figures are looked at from now on."""
        self._shown = shown
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    @property
    def snapshot(self) -> Snapshot:
        """Everything but readings."""
        return self._snapshot

    @property
    def engine(self) -> Engine | None:
        """The engine, None while none answers."""
        snapshot = self._snapshot
        return None if snapshot.engine_problem else snapshot.engine

    @property
    def last_engine(self) -> Engine | None:
        """The engine that answered last, None while none ever did."""
        return self._snapshot.engine

    @property
    def elsewhere(self) -> bool:
        """The engine, or the last one that answered, runs on another machine."""
        engine = self._snapshot.engine
        return engine is not None and engine.elsewhere

    def containers(self) -> tuple[Container, ...]:
        """All containers."""
        return tuple(self._snapshot.containers.values())

    def container(self, identity: str) -> Container | None:
        """One container."""
        return self._snapshot.containers.get(identity)

    def running(self) -> tuple[Container, ...]:
        """The containers that have a process now; a paused one keeps its own."""
        return tuple(c for c in self.containers() if c.state in ("running", "paused"))

    def projects(self) -> tuple[Project, ...]:
        """All projects."""
        return tuple(self._snapshot.projects.values())


def _labels_differ(change: Change, before: Snapshot, after: Snapshot) -> bool:
    """Whether the containers' labels name other projects now."""
    if not isinstance(change, ContainerSeen):
        return _label_sets(after.containers.values()) != _label_sets(before.containers.values())
    # One container of a thousand: the others are not gone through for each.
    old, new = (shot.containers.get(change.container.id) for shot in (before, after))
    return _label_sets([old] if old else []) != _label_sets([new] if new else [])


def _label_sets(containers: Iterable[Container]) -> set[tuple[object, ...]]:
    """What containers' labels say about projects."""
    return {
        (c.project, c.working_dir, c.config_files, c.env_files) for c in containers if c.project
    }


class StartupBarrier:
    """Emits `Settled` once, when every part of the first picture was reached; an absent engine
    counts as an answer."""

    def __init__(self, emit: Emit, parts: frozenset[Part]) -> None:
        self._emit = emit
        self._pending: set[Part] = set(parts)
        self._condition = threading.Condition()
        self._patience: threading.Timer | None = None
        self._settled = False
        self._stopped = False

    def mark_done(self, part: Part) -> None:
        """A part of the first picture is complete; saying so again is harmless."""
        with self._condition:
            self._pending.discard(part)
            self._condition.notify_all()
            if self._pending == {"paths"} and self._patience is None and not self._stopped:
                self._patience = threading.Timer(PATIENCE, self.mark_done, ("paths",))
                self._patience.daemon = True
                self._patience.start()
            if self._pending or self._settled:
                return
            self._settled = True
            if self._patience is not None:
                self._patience.cancel()
        self._emit(Settled())

    def wait(self, *parts: Part) -> bool:
        """Block until these parts are reached; False if the host was closed before."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopped or not self._pending.intersection(parts))
            return not self._stopped

    def is_done(self, part: Part) -> bool:
        """Whether a part is complete, or never was part of the picture."""
        return part not in self._pending

    def stop(self) -> None:
        """Let everyone who waits go."""
        with self._condition:
            self._stopped = True
            if self._patience is not None:
                self._patience.cancel()
            self._condition.notify_all()
