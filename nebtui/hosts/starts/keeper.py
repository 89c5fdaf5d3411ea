"""Keeps each start of a project once it is over, and hands the kept ones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from nebtui.analysis.startup.recent import KEPT, interrupted, joined, same, starts
from nebtui.facts.changes import Change, StartsRecalled
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start


class Starts(Protocol):
    """What outlives a run; for one thread."""

    def of(self, machine: str) -> None:
        """From now on the starts are those of this machine, "" for the one it was made for."""
        ...

    def recall(self, project: ProjectKey) -> Iterable[Start]:
        """The kept starts of a project, oldest first."""
        ...

    def learn(self, start: Start) -> None:
        """Keep one more."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


class StartKeeper:
    """For one thread."""

    def __init__(self, memory: Starts | None = None) -> None:
        self._memory = memory
        self._kept: dict[ProjectKey, tuple[Start, ...]] = {}
        self._seen: dict[ProjectKey, tuple[object, ...]] = {}
        self._going: dict[ProjectKey, Start] = {}
        """Starts that are not over, with what of them has been removed again."""
        self.pending = False
        """A start goes on: another look is due."""

    def look(self, snapshot: Snapshot, now: float) -> Iterator[Change]:
        """Recall the starts of projects that are new, keep those that are over by now."""
        self.pending = False
        if self._memory and snapshot.engine:
            self._memory.of(snapshot.engine.forwarded)
        by_project = _touched(snapshot)
        for project in snapshot.projects:
            if project not in self._kept:
                self._kept[project] = tuple(self._memory.recall(project)) if self._memory else ()
                if self._kept[project]:
                    yield StartsRecalled(project, self._kept[project])
            touched = by_project.get(project.name, ())
            if touched and touched != self._seen.get(project):
                yield from self._look(snapshot, project, now, touched)

    def _look(
        self, snapshot: Snapshot, project: ProjectKey, now: float, touched: tuple[object, ...]
    ) -> Iterator[Change]:
        """One project of which something happened since the last start that was kept."""
        every = starts(snapshot, project, now)
        if not every:
            return
        last, going = every[-1], self._going.get(project)
        if going is not None and not same(going, last):
            if going.races:  # else it is no start to compare with
                yield from self._keep(interrupted(going))
            going = None
        last = last if going is None else joined(going, last)
        if last.settled is None:
            self.pending = True
            self._going[project] = last
            return
        self._seen[project] = touched
        self._going.pop(project, None)
        yield from self._keep(last)

    def _keep(self, start: Start) -> Iterator[Change]:
        """Keep a start that is over, unless it is kept already."""
        kept = self._kept[start.project]
        if any(same(one, start) for one in kept):
            return
        if self._memory:
            self._memory.learn(start)
        self._kept[start.project] = (*kept, start)[-KEPT:]
        yield StartsRecalled(start.project, self._kept[start.project])

    def close(self) -> None:
        """Give the memory back."""
        if self._memory:
            self._memory.close()


def _touched(snapshot: Snapshot) -> Mapping[str, tuple[object, ...]]:
    """Of each project (name): the states and start times of its containers. While these are the
    same, no other start can be over."""
    result: dict[str, list[object]] = {}
    for container in snapshot.containers.values():
        if container.project:
            inspection = container.inspection
            started = inspection.started if inspection else None
            fact = (container.id, container.state, started)
            result.setdefault(container.project, []).append(fact)
    return {name: tuple(facts) for name, facts in result.items()}
