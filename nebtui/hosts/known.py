"""What the collectors of one host share: the newest facts, the word to stop, and when the first
picture is complete."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from nebtui.facts.changes import (
    Change,
    ContainerGone,
    ContainerSeen,
    ContainersListed,
    EngineLost,
    EngineSeen,
    ProjectGone,
    ProjectSeen,
    Settled,
)
from nebtui.facts.declared import Project, ProjectKey
from nebtui.facts.observed import Container, Engine

Emit = Callable[[Change], None]
Part = Literal["engine", "projects", "processes", "paths", "images", "gpus", "servers"]
PATIENCE = 3.0
"""Seconds that a first look at host paths may keep everything else from being settled (a dead NFS
mount)."""


class SharedState:
    """The newest containers and projects, kept from the changes that pass; safe from every
    thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._containers: dict[str, Container] = {}
        self._projects: dict[ProjectKey, Project] = {}
        self._engine: Engine | None = None
        self.labels_changed = threading.Event()
        """Set when the set of projects named by labels may have changed; the reader clears it."""

    def apply(self, change: Change) -> None:
        """Take in one change."""
        with self._lock:
            match change:
                case ContainersListed() | ContainerSeen() | ContainerGone():
                    self._apply_containers(change)
                case ProjectSeen(project):
                    self._projects[project.key] = project
                case ProjectGone(key):
                    self._projects.pop(key, None)
                case EngineSeen(engine):
                    self._engine = engine
                case EngineLost():
                    self._engine = None
                case _:
                    return

    def _apply_containers(self, change: ContainersListed | ContainerSeen | ContainerGone) -> None:
        before = self._label_sets()
        match change:
            case ContainersListed(containers):
                self._containers = {c.id: c for c in containers}
            case ContainerSeen(container):
                self._containers[container.id] = container
            case ContainerGone(identity):
                self._containers.pop(identity, None)
        if self._label_sets() != before:
            self.labels_changed.set()

    @property
    def engine(self) -> Engine | None:
        """The engine, None while none answers."""
        return self._engine

    def containers(self) -> tuple[Container, ...]:
        """All containers."""
        with self._lock:
            return tuple(self._containers.values())

    def container(self, identity: str) -> Container | None:
        """One container."""
        return self._containers.get(identity)

    def running(self) -> tuple[Container, ...]:
        """The containers that have a process now; a paused one keeps its own."""
        return tuple(c for c in self.containers() if c.state in ("running", "paused"))

    def projects(self) -> tuple[Project, ...]:
        """All projects."""
        with self._lock:
            return tuple(self._projects.values())

    def _label_sets(self) -> set[tuple[object, ...]]:
        """What the containers' labels say about projects."""
        return {
            (c.project, c.working_dir, c.config_files, c.env_files)
            for c in self._containers.values()
            if c.project
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
