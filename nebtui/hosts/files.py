"""A box without an engine: the projects that files declare, for `--no-engine` and for machines
without Docker."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from nebtui.action import Action, Cancel, Progress, ProjectAction
from nebtui.facts.changes import Change
from nebtui.facts.project import Project
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.actions import command_line
from nebtui.hosts.collectors import CollectorGroup
from nebtui.hosts.logs.fixed import no_log
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.hosts.projects.collector import ProjectCollector
from nebtui.hosts.sampling.paths import PathCollector

if TYPE_CHECKING:
    from nebtui.compose.discovery.candidate import Candidate
    from nebtui.facts.validation import Validation


class FilesHost:
    """Projects of the given folders and files, read by our own reader and, with `compose`, by
    Compose."""

    kind: Literal["files"] = "files"
    writable = True
    files_away = ""

    def __init__(
        self,
        roots: tuple[str, ...],
        remembered: tuple[Candidate, ...],
        environ: Mapping[str, str],
        *,
        compose: bool = False,
        follow: bool = False,
        catalogue: ComposeCatalogue | None = None,
    ) -> None:
        self._catalogue = catalogue or ComposeCatalogue(
            roots, remembered, dict(environ), with_compose=compose
        )
        self._follow = follow
        self._group = group = CollectorGroup(frozenset({"projects", "paths"}))
        shared, startup, emit = group.shared, group.startup, group.emit
        self._projects = ProjectCollector(self._catalogue, shared, startup, emit, follow)
        self._paths = PathCollector(shared, startup, emit, follow)

    def now(self) -> float:
        """This machine's time in Unix seconds."""
        return time.time()

    def changes(self) -> Iterator[Change]:
        """Yield the projects, the paths they name and `Settled`; with `follow` go on until `close`,
        else end there."""
        return self._group.changes((self._projects, self._paths), self._follow)

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Nothing can be done without an engine; the answer is the command to run where there is
        one."""
        argv = self.command(action)
        by_hand = f" By hand: {shlex.join(argv)}" if argv else ""
        yield Progress(f"No engine is used here.{by_hand}", done=True, exit_code=1)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect on a machine with an engine."""
        if isinstance(action, ProjectAction):
            candidate = self._projects.candidate(action.project)
            return self._catalogue.command(action, candidate.env_files if candidate else ())
        return command_line(action)

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project with these texts in place of its files, by our own reader."""
        return self._catalogue.read_with(project, texts)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now; without `follow` nobody is there
        to."""
        self._projects.reread(paths)

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Result of `docker compose config` on these texts, where Compose may be asked and is
        there."""
        return self._catalogue.validate(project, texts)

    def follow(self, containers: tuple[str, ...]) -> None:
        """Nothing runs here."""

    def measure(self, shown: ShownFigures) -> None:
        """Nothing runs here."""

    def logs(self, request: LogRequest) -> LogStream:
        """A note that there are none."""
        return no_log("No engine is used here: only containers write logs.", self.now())

    def close(self) -> None:
        """End `changes` and the threads."""
        self._group.close()
