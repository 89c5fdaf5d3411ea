"""What the home screen drew of the projects' files when it was last complete: names, order,
networks and gates, without any value. The first frame of the next run puts its rows where they will
stand; nothing else believes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nebtui.facts.declared import Dependency, Join, NetworkDeclaration, ProjectKey, Service
from nebtui.facts.project import Project
from nebtui.keep.first_page import OUTLINES
from nebtui.keep.private_files import foreign, private_folder, write_private

MOST = 4 * 1024 * 1024
"""Bytes of the file: more is not read."""


def remember_outlines(state_dir: str, projects: Iterable[Project]) -> None:
    """Keep the outlines of these projects, and forget all others. A read-only state folder is no
    reason to fail."""
    path = Path(state_dir) / OUTLINES
    text = json.dumps([_written(project) for project in projects])
    try:
        if not foreign(path) and path.exists() and path.read_text(encoding="utf-8") == text:
            return
        private_folder(path.parent)
        write_private(path, text)
    except (OSError, ValueError):
        return


def recall_outlines(state_dir: str) -> dict[ProjectKey, Project]:
    """The outlines of the last run as projects that say no more than that; empty where there are
    none, or they cannot be used."""
    path = Path(state_dir) / OUTLINES
    if foreign(path.parent) or foreign(path):
        return {}
    try:
        if path.stat().st_size > MOST:
            return {}
        projects = [_read(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {project.key: project for project in projects}


def _written(project: Project) -> dict[str, Any]:
    key = project.key
    return {
        "key": [key.name, key.working_dir, list(key.files)],
        "sources": sorted(project.sources),
        "variant": project.variant,
        "networks": [[n.key, n.name, n.external] for n in project.networks.values()],
        "services": [_written_service(service) for service in project.services.values()],
    }


def _written_service(service: Service) -> dict[str, Any]:
    gates = [[d.service, d.condition, d.required] for d in service.depends_on.values()]
    return {
        "name": service.name,
        "networks": list(service.networks),
        "network_mode": service.network_mode,
        "gates": gates,
        "profiles": list(service.profiles),
    }


def _read(row: Mapping[str, Any]) -> Project:
    name, folder, files = row["key"]
    services = [_read_service(one) for one in row["services"]]
    networks = [
        NetworkDeclaration(str(key), str(named), external is True)
        for key, named, external in row["networks"]
    ]
    return Project(
        ProjectKey(str(name), str(folder), tuple(map(str, files))),
        sources=frozenset(row["sources"]),
        services={service.name: service for service in services},
        networks={network.key: network for network in networks},
        variant=row["variant"] is True,
    )


def _read_service(row: Mapping[str, Any]) -> Service:
    gates = [
        Dependency(str(name), str(condition), required is True)
        for name, condition, required in row["gates"]
    ]
    mode = row["network_mode"]
    return Service(
        str(row["name"]),
        networks={str(name): Join(str(name)) for name in row["networks"]},
        network_mode=None if mode is None else str(mode),
        depends_on={gate.service: gate for gate in gates},
        profiles=tuple(map(str, row["profiles"])),
    )
