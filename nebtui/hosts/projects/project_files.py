"""The files of projects: which change a model, where they lie, and which belong to another
project."""

from __future__ import annotations

import os
from collections.abc import Iterable

from nebtui.compose.discovery.overrides import STANDARD
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project
from nebtui.hosts.projects.fingerprint import fingerprint


def parts_of(projects: list[Project]) -> set[ProjectKey]:
    """Projects that were only searched for and whose files another one reads: a running one (by any
    `-f`, `-p` or folder name), or one that includes or extends them under a name that Compose would
    not find by itself."""
    found = set()
    for part in projects:
        if "label" in part.sources or not part.key.files:
            continue
        files = set(part.key.files)
        for whole in projects:
            if whole is part or not files <= set(whole.files_read):
                continue
            running = "label" in whole.sources and whole.confirmed
            nameless = all(os.path.basename(path) not in STANDARD for path in files)
            if running or (nameless and not files & set(whole.key.files)):
                found.add(part.key)
    return found


def size_of(paths: tuple[str, ...]) -> int:
    """The bytes of these files together; one that cannot be looked at counts as the largest."""
    sizes = [size for _, _, size in fingerprint(paths)]
    return sum(sizes) if all(size >= 0 for size in sizes) else 1 << 62


def files_of(project: Project) -> tuple[str, ...]:
    """Every file whose change changes the model, absent ones included."""
    paths = (*project.key.files, *project.files_read, *project.env_files, *project.dockerfiles)
    return tuple(dict.fromkeys(paths))


def folders_of(projects: Iterable[ProjectKey]) -> set[str]:
    """The folders of the projects' files: an override file that appears there changes the
    project."""
    return {os.path.dirname(path) for key in projects for path in key.files}
