"""The projects of earlier runs, and how a file of the state folder is written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from nebtui.facts.declared import ProjectKey

TEMPORARY = ".nebtui-"


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, the missing ones above it too; raises OSError."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str, *, new: bool = False) -> None:
    """Write a file of the state folder atomically, readable by its owner only; it is on disk when this returns.
    Raises OSError; with `new`, FileExistsError where one stands there already."""
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


def remembered(state_dir: str) -> tuple[ProjectKey, ...]:
    """The projects of earlier runs whose first file is still there."""
    try:
        data = json.loads((Path(state_dir) / "projects.json").read_text(encoding="utf-8"))
        keys = [ProjectKey(str(d["name"]), str(d["working_dir"]), tuple(map(str, d["files"]))) for d in data]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(key for key in keys if key.files and os.path.exists(key.files[0]))


def remember(state_dir: str, keys: Iterable[ProjectKey]) -> None:
    """Keep these projects (and the known ones) for later runs; a read-only state folder is no reason to fail."""
    known = {*remembered(state_dir), *(key for key in keys if key.files)}
    if known == set(remembered(state_dir)):
        return
    try:
        private_folder(Path(state_dir))
        write_private(Path(state_dir) / "projects.json", json.dumps([asdict(key) for key in sorted(known)]))
    except OSError:
        return
