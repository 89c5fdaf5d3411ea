"""The projects of this box as `nebtui.compose` knows them; its YAML library is loaded by the first
question."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from nebtui.action import Existing, ProjectAction, SwarmAction
from nebtui.facts.observed import Container
from nebtui.facts.project import Problem, Project
from nebtui.hosts.projects.fingerprint import Fingerprint, fingerprint

if TYPE_CHECKING:
    from nebtui.compose.binary.command import ComposeCommand
    from nebtui.compose.discovery.candidate import Candidate
    from nebtui.compose.reader.effective import EffectiveModel
    from nebtui.facts.validation import Validation

MOST_PROOFS = 1000
DEPTH = 4
"""Levels below a root that are searched for compose files, where the settings say nothing."""


class ComposeCatalogue:
    """Finds and reads projects; every method may be called from any thread."""

    def __init__(
        self,
        roots: tuple[str, ...],
        remembered: tuple[Candidate, ...],
        environ: Mapping[str, str],
        with_compose: bool = True,
        depth: int | None = DEPTH,
    ) -> None:
        self._roots = roots
        self._depth = depth
        self._remembered = remembered
        self._environ = environ
        self._proofs: dict[Candidate, tuple[Fingerprint, Candidate]] = {}
        self._readings: dict[Candidate, tuple[Fingerprint, EffectiveModel]] = {}
        self._lock = threading.Lock()
        self._looked = not with_compose
        self._command: ComposeCommand | None = None

    def search(self) -> list[Candidate]:
        """Projects in the roots; walks folders."""
        from nebtui.compose.discovery.search import search

        return search(self._roots, self._depth, self._environ)

    def join(
        self,
        searched: list[Candidate],
        containers: tuple[Container, ...],
        *,
        elsewhere: bool = False,
    ) -> list[Candidate]:
        """Each project once: searched, named by labels, remembered. `elsewhere`: the containers are
        another machine's, so that a file of the same path here is not taken for theirs."""
        from nebtui.compose.discovery.labelled import from_containers
        from nebtui.compose.discovery.labels import join

        if elsewhere:
            return join(searched, [not_here(c) for c in from_containers(containers)])
        if len(self._proofs) > MOST_PROOFS:
            self._proofs.clear()  # each candidate that changed left one behind
        labelled = [self._confirmed(candidate) for candidate in from_containers(containers)]
        return join(
            searched, labelled, [self._confirmed(candidate) for candidate in self._remembered]
        )

    def _confirmed(self, candidate: Candidate) -> Candidate:
        """The candidate as its files prove it, read again only when one of them changed."""
        from nebtui.compose.discovery.labels import confirm

        now = fingerprint(candidate.key.files)
        before = self._proofs.get(candidate)
        if before is None or before[0] != now:
            before = self._proofs[candidate] = (now, confirm(candidate))
        return before[1]

    def quick(self, candidate: Candidate) -> Project:
        """Our own reader's view."""
        from nebtui.compose.model import project_of, read_only
        from nebtui.compose.reader.effective import read

        if not candidate.confirmed:
            return read_only(candidate, self._environ)
        reading = read(candidate.key, candidate.env_files, self._environ)
        project = project_of(candidate, reading)
        if self._command is not None or not self._looked:
            # Compose's view follows at once, and needs it again.
            self._readings[candidate] = (fingerprint(project.files_read), reading)
        return project

    def full(self, candidate: Candidate) -> Project | None:
        """Compose's view, None where there is no Compose."""
        from nebtui.compose.model import load

        command = self.compose()
        stamp, reading = self._readings.pop(candidate, ((), None))
        if reading is not None and stamp != fingerprint(reading.files_read):
            reading = None
        return load(candidate, command, self._environ, reading=reading) if command else None

    def compose(self) -> ComposeCommand | None:
        """This machine's Compose; looked for once, which starts it to ask for its version."""
        from nebtui.compose.binary.command import find_compose

        with self._lock:
            if not self._looked:
                self._command = find_compose(self._environ)
                self._looked = True
            return self._command

    def command(self, action: ProjectAction, env_files: tuple[str, ...]) -> tuple[str, ...]:
        """The argv of a verb, () for one of Compose where there is none."""
        from nebtui.compose.binary.command import project_argv

        if isinstance(action, SwarmAction):
            return action.words
        command = self.compose()
        if command is None:
            return ()
        if isinstance(action, Existing):
            return (*command.argv, "-p", action.project.name, *action.words)
        return project_argv(command, action.project, env_files, *action.words)

    def environment(self, working_dir: str) -> dict[str, str]:
        """The environment of a Compose process that does something, in the project's folder."""
        from nebtui.compose.binary.command import environment

        return {
            **environment(self._environ, working_dir),
            "COMPOSE_PROGRESS": "plain",
            "COMPOSE_MENU": "false",
        }

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project with these texts in place of its files, by our own reader."""
        from nebtui.compose.model import with_texts

        return with_texts(project, texts, self._environ)

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Result of `docker compose config` on these texts in place of the files."""
        from nebtui.compose.binary.validate import validate

        return validate(project, texts, self.compose(), self._environ)


def not_here(candidate: Candidate) -> Candidate:
    """A project of another machine's engine: its files are not looked for on this one."""
    message = "its files are on the engine's machine: nebtui reads and mends them there"
    return replace(candidate, problem=Problem(candidate.key.working_dir, 0, message))
