"""The projects of earlier runs, and how a file of the state folder is written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project

TEMPORARY = ".nebtui-"


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, the missing ones above it too; raises
    OSError, also where it is somebody else's: what lies in it is not to be believed."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if why := foreign(folder):
        raise PermissionError(errno.EPERM, why)


def of_machine(state_dir: str, url: str) -> str:
    """The state folder of another machine's engine: its journal, projects and usual speeds are not
    this machine's."""
    return os.path.join(state_dir, "machines", hashlib.sha256(url.encode()).hexdigest()[:16])


def foreign(path: Path) -> str:
    """Why a file or folder of the state folder is not used: it is a link or belongs to another
    user, who could have forged it. "" where it is one's own, or not there."""
    try:
        status = path.lstat()
    except OSError:
        return ""
    if stat.S_ISLNK(status.st_mode):
        return f"{path} is a link"
    if status.st_uid != os.geteuid():
        return f"{path} belongs to user {status.st_uid}, and nebtui runs as user {os.geteuid()}"
    return ""


def write_private(path: Path, text: str, *, new: bool = False) -> None:
    """Write a file of the state folder atomically, readable by its owner only; it is on disk when
    this returns. Raises OSError; with `new`, FileExistsError where one stands there already."""
    import tempfile  # reading needs none of what comes with it

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if new:
            os.link(name, path)
            os.unlink(name)
        else:
            os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
