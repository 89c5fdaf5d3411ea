"""The demo box: sample projects on a simulated machine whose services obey what their files say."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from nebtui.action import Action, Cancel, Progress
from nebtui.demo import box, write_files
from nebtui.facts.changes import Change
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.actions import command_line
from nebtui.hosts.clock import BoxClock, Clock
from nebtui.hosts.starts.keeper import StartKeeper
from nebtui.store import fold

if (
    TYPE_CHECKING
):  # the YAML library behind them is loaded by the reader's thread, after the first paint
    from nebtui.facts.validation import Validation
    from nebtui.hosts.simulation.world import World


class SimulatedHost:
    """A box that exists on a clock only. Its compose files are real, in `folder` or a temporary
    one."""

    kind: Literal["simulated"] = "simulated"
    writable = True
    files_away = ""

    def __init__(
        self,
        scenario: str = "all",
        folder: str | None = None,
        seed: int = 7,
        speed: float = 1.0,
        clock: Clock | None = None,
        start: float | None = None,
    ) -> None:
        """`folder` gets the demo's files, as they were shipped, and stays; `start`: Unix seconds
        the box begins at."""
        scenarios = box().scenarios
        if scenario not in scenarios:
            raise ValueError(f"{scenario} is no scenario; there are {', '.join(scenarios)}")
        self._scenario = scenarios[scenario]
        self._temporary = (
            None
            if folder
            else tempfile.TemporaryDirectory("", "nebtui-demo-", ignore_cleanup_errors=True)
        )
        self.folder = os.path.realpath(folder or (self._temporary.name if self._temporary else ""))
        write_files(self.folder, self._scenario.projects)
        self._clock = clock or BoxClock(time.time() if start is None else start, speed)
        self._start = self._clock.now()
        self._seed = seed
        self._made: World | None = None
        self._lock = threading.RLock()
        self._closed = threading.Event()

    @property
    def _world(self) -> World:
        """Made by the first question: it reads the files and lets the box grow to its age."""
        from nebtui.hosts.simulation.world import World

        if self._made is None:
            self._made = World(self._scenario, self.folder, self._seed, self._start)
        return self._made

    def now(self) -> float:
        """The box's time, in Unix seconds: what is judged against its containers' times needs this
        clock."""
        return self._clock.now()

    def changes(self) -> Iterator[Change]:
        """Yield the first picture, ending with `Settled`, then what happens as time goes by, until
        `close`."""
        with self._lock:
            batch = self._world.opening()
        keeper, seen = StartKeeper(), Snapshot()
        while not self._closed.is_set():
            for change in batch:
                if self._closed.is_set():
                    return
                seen = fold(seen, change)
                yield change
            for kept in keeper.look(seen, self._clock.now()):
                seen = fold(seen, kept)
                yield kept
            with self._lock:
                self._world.advance(self._clock.now())
                batch, due = self._world.news(), self._world.next_due
            if not batch and not self._closed.is_set():
                self._clock.wait(due)

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Do one thing at once; services that wait behind a gate start as time goes by."""
        with self._lock:
            self._world.advance(self._clock.now())
            text = tuple(self._world.do(action))
        self._clock.wake()
        yield from text

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect on a real box."""
        return command_line(action)

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project with these texts in place of its files, in the box's own environment."""
        from nebtui.hosts.simulation.projects import read_with

        return read_with(project, texts)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now."""
        with self._lock:
            self._world.reread(paths)
        self._clock.wake()

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Empty: the simulated host has no Compose."""
        from nebtui.facts.validation import Validation

        return Validation()

    def follow(self, containers: tuple[str, ...]) -> None:
        """From now on tell every probe of these."""
        with self._lock:
            self._world.follow(containers)
        self._clock.wake()

    def measure(self, shown: ShownFigures) -> None:
        """The simulation tells all figures."""

    def logs(self, request: LogRequest) -> LogStream:
        """What the simulated programs write about what happens to them."""
        from nebtui.hosts.simulation.logbook import BookReader

        with self._lock:
            return BookReader(self._world.book, self._lock, request)

    def close(self) -> None:
        """End `changes`, and remove the temporary folder."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._clock.wake()
        if self._temporary is not None:
            self._temporary.cleanup()
