"""The collector that knows the projects: found in folders, labels and memory, read again when a
file changed."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from nebtui.facts.changes import ProjectGone, ProjectSeen
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.hosts.projects.fingerprint import Fingerprint, Listings, fingerprint
from nebtui.hosts.projects.project_files import files_of, folders_of, parts_of, size_of
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier
from nebtui.light_dataclass import dataclass

if (
    TYPE_CHECKING
):  # the YAML library behind it is loaded by the collector's thread, after the first paint
    from nebtui.compose.discovery.candidate import Candidate

EVERY = 2.0
BUDGET = 15.0
"""Seconds that a round may wait for Compose; a project takes 0.05 s, one of 5,000 services 5 s."""
WORKERS = max(2, os.cpu_count() or 2)


class Catalogue(Protocol):
    """Which projects there are and what they declare; `nebtui.hosts.projects.catalogue` asks
    `nebtui.compose`."""

    def search(self) -> list[Candidate]:
        """Projects in the searched folders; walks them, so only at the start and when a folder
        changed."""
        ...

    def join(
        self,
        searched: list[Candidate],
        containers: tuple[Container, ...],
        *,
        elsewhere: bool = False,
    ) -> list[Candidate]:
        """The searched ones, those of containers' labels and the remembered ones, each project
        once."""
        ...

    def quick(self, candidate: Candidate) -> Project:
        """Our own reader's view: milliseconds."""
        ...

    def full(self, candidate: Candidate) -> Project | None:
        """Compose's view: a sub-process; None where there is no Compose."""
        ...


@dataclass(frozen=True, slots=True)
class CachedProject:
    """A project as last told, with the fingerprint of its files at that time."""

    candidate: Candidate
    project: Project
    fingerprint: Fingerprint


class ProjectCollector:
    """Runs in one thread until stopped. Compose is asked only for files that changed, never on a
    timer."""

    def __init__(
        self,
        catalogue: Catalogue,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        follow: bool = True,
    ) -> None:
        self._catalogue = catalogue
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._follow = follow
        self._held: dict[ProjectKey, CachedProject] = {}
        self._parts: set[ProjectKey] = set()
        self._unasked: set[ProjectKey] = set()
        self._searched: list[Candidate] = []
        self._listings = Listings()
        self._folders: dict[str, tuple[str, ...]] = {}
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._wake = shared.labels_changed
        self._stop = threading.Event()

    def run(self) -> None:
        """Tell the projects, then follow their files until `stop`."""
        self._search()
        while True:
            # Cleared before anything is looked at: labels that arrive meanwhile, or the end, wake
            # the next round.
            self._wake.clear()
            if self._stop.is_set():
                return
            complete = self._startup.is_done("engine")
            self._round()
            if complete and not self._stop.is_set():
                self._startup.mark_done("projects")
                if not self._follow:
                    return
            self._pause(complete)
            if not self._stop.is_set() and self._folders != self._listings.names(
                folders_of(self._held)
            ):
                self._search()

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now, whatever the files' times say."""
        with self._lock:
            self._asked.update(paths)
        self._wake.set()

    def candidate(self, key: ProjectKey) -> Candidate | None:
        """How a project was found, None for one that is not (any more) known."""
        held = self._held.get(key)
        return held.candidate if held else None

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()
        self._wake.set()

    def _pause(self, complete: bool) -> None:
        """Until something is asked for, at most two seconds; at the start until the engine has
        answered."""
        if complete:
            self._wake.wait(EVERY)
        else:
            self._startup.wait("engine")

    def _search(self) -> None:
        self._searched = self._catalogue.search()

    def _round(self) -> None:
        """Tell what is new, changed or gone. Of new ones our own reader's view comes first, because
        it is quick; later only the better view, so that nothing on the screen flips to and fro."""
        with self._lock:
            asked, self._asked = self._asked, set[str]()
        candidates = {
            c.key: c
            for c in self._catalogue.join(
                self._searched, self._shared.containers(), elsewhere=self._shared.elsewhere
            )
        }
        for key in [key for key in self._held if key not in candidates]:
            del self._held[key]
            self._parts.discard(key)
            self._emit(ProjectGone(key))
        due = [candidate for candidate in candidates.values() if self._is_due(candidate, asked)]
        new = [candidate for candidate in due if candidate.key not in self._held]
        self._read(new, self._catalogue.quick)
        self._read_fully(due, frozenset(new))
        self._hide_parts()
        self._folders = self._listings.names(folders_of(self._held))

    def _hide_parts(self) -> None:
        """Files that belong to another project are no projects of their own: they are read, but not
        told."""
        parts = parts_of([held.project for held in self._held.values()])
        for key in parts - self._parts:
            self._emit(ProjectGone(key))
        for key in self._parts - parts:
            if key in self._held:
                self._emit(ProjectSeen(self._held[key].project))
        self._parts = parts

    def _is_due(self, candidate: Candidate, asked: set[str]) -> bool:
        held = self._held.get(candidate.key)
        if held is None or held.candidate != candidate or candidate.key in self._unasked:
            self._unasked.discard(candidate.key)
            return True
        files = files_of(held.project)
        return held.fingerprint != fingerprint(files) or not asked.isdisjoint(files)

    def _read_fully(self, due: list[Candidate], new: frozenset[Candidate]) -> None:
        """Tell Compose's view of each, several at a time, small files first, within a budget: one
        that takes long keeps nobody waiting. Who was not asked in time is asked in the next round,
        and our own reader's view stands till then."""
        waiting: queue.SimpleQueue[Candidate] = queue.SimpleQueue()
        for candidate in sorted(due, key=lambda c: size_of(c.key.files)):
            waiting.put(candidate)
        deadline = time.monotonic() + BUDGET

        def work() -> None:
            while not self._stop.is_set() and time.monotonic() < deadline:
                try:
                    candidate = waiting.get_nowait()
                except queue.Empty:
                    return
                self._read(
                    [candidate],
                    lambda c: (
                        self._catalogue.full(c) or (None if c in new else self._catalogue.quick(c))
                    ),
                )

        workers = [
            threading.Thread(target=work, name="compose", daemon=True)
            for _ in range(min(len(due), WORKERS))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        while not waiting.empty():
            self._unasked.add(waiting.get().key)

    def _read(self, due: list[Candidate], view: Callable[[Candidate], Project | None]) -> None:
        """Tell one view of each; a file that changes during the reading makes the project due
        again."""
        for candidate in due:
            if self._stop.is_set():
                return
            held = self._held.get(candidate.key)
            files = files_of(held.project) if held else candidate.key.files
            before = fingerprint(files)
            project = view(candidate)
            if project is None:
                continue
            # The fingerprint from before the reading, so that a file that changed meanwhile is read
            # again.
            same_files = files_of(project) == files
            self._held[candidate.key] = CachedProject(
                candidate, project, before if same_files else fingerprint(files_of(project))
            )
            if (held is None or held.project != project) and candidate.key not in self._parts:
                self._emit(ProjectSeen(project))
