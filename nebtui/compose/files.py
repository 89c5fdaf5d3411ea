"""Reads and writes the files of a project: regular files only, never hanging on a pipe, replaced atomically."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable

from nebtui.compose.marks import MAX_BYTES

Texts = Callable[[str], str]
"""Absolute path -> text; raises Unreadable. Lets the reader see edited texts instead of the disk."""


class Unreadable(OSError):
    """A file that cannot be used, with one clear sentence; `line` counts from 1, 0 = unknown."""

    def __init__(self, path: str, message: str, line: int = 0) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message
        self.line = line


def read_bytes(path: str) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES; raises Unreadable."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise Unreadable(path, _reason(error)) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise Unreadable(path, f"is {_kind(mode)}, not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(MAX_BYTES + 1)
    except Unreadable:
        raise
    except OSError as error:
        raise Unreadable(path, _reason(error)) from None
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise Unreadable(path, f"is larger than {MAX_BYTES // 1_000_000} MB")
    return data


def read_text(path: str) -> tuple[str, bytes]:
    """Text (UTF-8, a BOM kept as its character) and exact bytes of a file; raises Unreadable."""
    data = read_bytes(path)
    try:
        return data.decode(), data
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(path, f"is not UTF-8 (byte {error.start})", line) from None


def from_disk(path: str) -> str:
    """The Texts of the disk itself."""
    return read_text(path)[0]


def overlay(texts: dict[str, str]) -> Texts:
    """The disk with some texts in place of the files of those paths."""
    return lambda path: texts[path] if path in texts else from_disk(path)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror.lower()}"
    return "cannot be read: not a valid path"


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")


class Changed(OSError):
    """The file is not as it was when the edit was planned; nothing was written."""


def write_bytes(path: str, data: bytes, expected: bytes | None) -> None:
    """Replace a file's bytes atomically, keeping mode, owner, extended attributes and a link's target.
    `expected`: the bytes it must have now, None = it must not exist. On Changed or OSError nothing changed.
    """
    target = os.path.realpath(path)
    try:
        current: bytes | None = read_bytes(target)
    except Unreadable:
        if os.path.lexists(target):
            raise
        current = None
    if current != expected:
        raise Changed(f"{path} was changed meanwhile; nothing was written, look at the new diff")
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".nebtui-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if expected is not None:
                _like(target, stream.fileno())
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except OSError:
        os.unlink(temporary)
        raise
    _sync_folder(os.path.dirname(target))


def remove(path: str, expected: bytes) -> None:
    """Remove a file that nebtui created, if it still has the bytes it wrote; raises Changed or OSError."""
    if read_bytes(path) != expected:
        raise Changed(f"{path} was changed meanwhile; it was left as it is")
    os.unlink(path)
    _sync_folder(os.path.dirname(path))


def _like(model: str, descriptor: int) -> None:
    """Give the new file the mode, owner and extended attributes of the old one."""
    was = os.stat(model)
    now = os.fstat(descriptor)
    if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        os.fchown(descriptor, was.st_uid, was.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(was.st_mode))
    for name in _attributes(model):
        os.setxattr(descriptor, name, os.getxattr(model, name))


def _attributes(path: str) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError:
        return []  # the file system has none


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
