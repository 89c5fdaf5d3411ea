"""How a file of the state folder is written, and whether one is believed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

TEMPORARY = ".nebtui-"


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, the missing ones above it too; raises
    OSError, also where it is somebody else's: what lies in it is not to be believed."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if why := foreign(folder):
        raise PermissionError(errno.EPERM, why)


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
