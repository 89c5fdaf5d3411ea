"""The projects of earlier runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project
from nebtui.keep.private_files import foreign, private_folder, write_private


def recall_projects(state_dir: str) -> dict[ProjectKey, tuple[str, ...]]:
    """The projects of earlier runs whose first file is still there, each with its env files."""
    path = Path(state_dir) / "projects.json"
    if foreign(path.parent) or foreign(path):
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        result = {_key(d): tuple(map(str, d.get("env_files", ()))) for d in data}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {
        key: env_files
        for key, env_files in result.items()
        if key.files and os.path.exists(key.files[0])
    }


def _key(data: dict[str, Any]) -> ProjectKey:
    return ProjectKey(str(data["name"]), str(data["working_dir"]), tuple(map(str, data["files"])))


def remember_projects(state_dir: str, projects: Iterable[Project]) -> None:
    """Keep those of these projects that ran here (and the known ones) for later runs: a folder that
    was merely looked at is not to come up again elsewhere. A read-only state folder is no reason to
    fail."""
    before = recall_projects(state_dir)
    known = before | {p.key: p.env_files for p in projects if _ran(p) and p.key.files}
    if known == before:
        return
    rows = [{**asdict(key), "env_files": env_files} for key, env_files in sorted(known.items())]
    try:
        private_folder(Path(state_dir))
        write_private(Path(state_dir) / "projects.json", json.dumps(rows))
    except OSError:
        return


def _ran(project: Project) -> bool:
    return "label" in project.sources and project.confirmed and project.problem is None
