"""The projects of a simulated box, read from their files by nebtui's own reader."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nebtui.compose import find, model, reader
from nebtui.compose.candidate import Candidate
from nebtui.demo import project_files
from nebtui.facts.declared import Project, ProjectKey

ENVIRON: Mapping[str, str] = {"HOME": "/home/jlwestsr"}
"""The box does not see this machine's variables, so that it is the same everywhere."""
_NOT_THE_CONTAINERS = ("depends_on", "profiles", "build", "deploy.replicas")
"""Compose does not recreate a container for a change of these."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A project as its files have it now, and a fingerprint of each service's container settings."""

    project: Project
    fingerprints: Mapping[str, str]
    powerless: frozenset[str]
    """Services that drop all capabilities."""


def write_files(folder: str, names: Iterable[str]) -> None:
    """Put the files of the sample projects below a folder."""
    for name in names:
        for path, data in project_files(name).items():
            target = Path(folder, name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def look(folder: str) -> dict[ProjectKey, Declared]:
    """Every project below the folder, as a search of the live box would find it."""
    return {candidate.key: _declared(candidate) for candidate in find.search((folder,), environ=ENVIRON)}


def _declared(candidate: Candidate) -> Declared:
    project = model.read_only(candidate, ENVIRON)
    raw = reader.read(candidate.key, candidate.env_files, ENVIRON).data
    services = {name: body for name, body in raw["services"].items() if isinstance(body, dict)}
    networks = {key: network.name for key, network in project.networks.items()}
    return Declared(
        project,
        {name: _fingerprint(body, networks) for name, body in services.items()},
        frozenset(name for name, body in services.items() if "ALL" in (body.get("cap_drop") or ())),
    )


def _fingerprint(body: Mapping[str, Any], networks: Mapping[str, str]) -> str:
    kept = {key: value for key, value in body.items() if key not in _NOT_THE_CONTAINERS}
    joined = {key: networks.get(key, key) for key in body.get("networks") or ()}
    text = json.dumps([kept, joined], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def same(key: ProjectKey, other: ProjectKey) -> bool:
    """The same project, even if an override file was added to it meanwhile."""
    return (key.name, key.working_dir) == (other.name, other.working_dir)


def read_by(project: Project, paths: tuple[str, ...]) -> bool:
    """True if the project's model depends on one of the files, or would on a new one beside its own."""
    folders = {os.path.dirname(path) for path in project.key.files}
    files = {*project.key.files, *project.files_read, *project.env_files}
    return any(path in files or os.path.dirname(path) in folders for path in paths)
