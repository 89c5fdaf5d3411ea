"""The projects of a simulated box, read from their files by nebtui's own reader."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from nebtui.compose import model
from nebtui.compose.discovery import search
from nebtui.compose.discovery.candidate import Candidate
from nebtui.compose.reader import effective
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project
from nebtui.hosts.projects.fingerprint import Fingerprint, fingerprint
from nebtui.light_dataclass import dataclass
from nebtui.text.digest import sha256

ENVIRON: Mapping[str, str] = {"HOME": "/home/user"}
"""The box does not see this machine's variables, so that it is the same everywhere."""
_NOT_THE_CONTAINERS = ("depends_on", "profiles", "build", "deploy.replicas")
"""Compose does not recreate a container for a change of these."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A project as its files have it now, and a fingerprint of each service's container
    settings."""

    candidate: Candidate
    project: Project
    fingerprints: Mapping[str, str]
    caps_dropped: frozenset[str]
    """Services that drop all capabilities."""


class ProjectStore:
    """The projects below one folder, found as a search of the live box would find them."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.projects = {candidate.key: _declared(candidate) for candidate in self._search()}
        self._stamp = self._now()

    def _search(self) -> list[Candidate]:
        return search.search((self._folder,), environ=ENVIRON)

    def of(self, key: ProjectKey) -> Declared | None:
        """A project as it was read last, even if an override file was added to it meanwhile."""
        return next(
            (declared for known, declared in self.projects.items() if same(known, key)), None
        )

    def read_again(self, paths: tuple[str, ...]) -> tuple[list[ProjectKey], list[Declared]]:
        """Read the projects that depend on these files: those that are gone, and those that were
        read."""
        before = self.projects
        self.projects = {}
        read = []
        for candidate in self._search():
            known = before.get(candidate.key)
            if known is None or known.candidate != candidate or _depends(known.project, paths):
                known = _declared(candidate)
                read.append(known)
            self.projects[candidate.key] = known
        self._stamp = self._now()
        return [key for key in before if key not in self.projects], read

    def edited(self) -> tuple[str, ...]:
        """The files and folders that somebody else changed since they were read."""
        now = dict.fromkeys(self._now())
        return tuple(one[0] for one in self._stamp if one not in now)

    def _now(self) -> Fingerprint:
        files = [
            path
            for d in self.projects.values()
            for path in (*d.project.files_read, *d.project.env_files)
        ]
        return fingerprint(
            tuple(dict.fromkeys((*files, *(key.working_dir for key in self.projects))))
        )


def read_with(project: Project, texts: Mapping[str, str]) -> Project:
    """A project of the box with these texts in place of its files."""
    return model.with_texts(project, texts, ENVIRON)


def _declared(candidate: Candidate) -> Declared:
    project = model.read_only(candidate, ENVIRON)
    raw = effective.read(candidate.key, candidate.env_files, ENVIRON).data
    services = {name: body for name, body in raw["services"].items() if isinstance(body, dict)}
    networks = {key: network.name for key, network in project.networks.items()}
    return Declared(
        candidate,
        project,
        {name: _fingerprint(body, networks) for name, body in services.items()},
        frozenset(name for name, body in services.items() if "ALL" in (body.get("cap_drop") or ())),
    )


def _fingerprint(body: Mapping[str, Any], networks: Mapping[str, str]) -> str:
    kept = {key: value for key, value in body.items() if key not in _NOT_THE_CONTAINERS}
    joined = {key: networks.get(key, key) for key in body.get("networks") or ()}
    text = json.dumps([kept, joined], sort_keys=True, default=str)
    return sha256(text.encode())


def same(key: ProjectKey, other: ProjectKey) -> bool:
    """The same project, even if an override file was added to it meanwhile."""
    return (key.name, key.working_dir) == (other.name, other.working_dir)


def _depends(project: Project, paths: tuple[str, ...]) -> bool:
    """True if the project's model depends on one of the files, or would on a new one in its
    folder."""
    folders = {os.path.dirname(path) for path in project.key.files}
    files = {*project.key.files, *project.files_read, *project.env_files, *folders}
    return any(path in files or os.path.dirname(path) in folders for path in paths)
