"""The projects that containers name in their labels, unconfirmed: no file is read here."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.compose.discovery.candidate import Candidate
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container


def from_containers(containers: Iterable[Container]) -> list[Candidate]:
    """One unconfirmed Candidate per (project, working directory); the newest container says which
    files."""
    newest: dict[tuple[str, str], Container] = {}
    for container in containers:
        if container.project and container.working_dir:
            key = (container.project, container.working_dir)
            if key not in newest or container.created > newest[key].created:
                newest[key] = container
    return [
        Candidate(
            ProjectKey(name, folder, container.config_files),
            frozenset(("label",)),
            env_files=container.env_files,
            confirmed=False,
        )
        for (name, folder), container in newest.items()
    ]
