"""Reads the files of a project: regular files only, never hanging on a pipe."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping

Texts = Callable[[str], str]
"""Absolute path -> text; raises UnreadableError. Lets the reader see edited texts instead of the
disk."""


MAX_BYTES = 1_000_000
"""Larger compose files are refused unread: the largest of the corpus has 60 kB."""
ABSENT = "does not exist"
"""What an UnreadableError says of a file that is not there."""


class UnreadableError(OSError):
    """A file that cannot be used, with one clear sentence; `line` counts from 1, 0 = unknown.
    `unbounded`: it is no regular file of a bearable size, so that nobody else may be asked to read
    it either."""

    def __init__(self, path: str, message: str, line: int = 0, *, unbounded: bool = False) -> None:
        self.unbounded = unbounded
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message
        self.line = line


def read_bytes(path: str) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES; raises UnreadableError."""
    return read_regular(path)[0]


def read_regular(path: str, *, follow: bool = True) -> tuple[bytes, os.stat_result]:
    """Bytes and status of a regular file of at most MAX_BYTES; raises UnreadableError, for a link
    too without `follow`."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise UnreadableError(path, _reason(path, error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(
                path, f"is {kind_of_file(status.st_mode)}, not a regular file", unbounded=True
            )
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(MAX_BYTES + 1)
    except UnreadableError:
        raise
    except OSError as error:
        raise UnreadableError(path, _reason(path, error)) from None
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise UnreadableError(path, f"is larger than {MAX_BYTES // 1_000_000} MB", unbounded=True)
    return data, status


def read_text(path: str) -> tuple[str, bytes]:
    """Text (UTF-8, a BOM kept as its character) and exact bytes of a file; raises
    UnreadableError."""
    data = read_bytes(path)
    try:
        return data.decode(), data
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(path, f"is not UTF-8 (byte {error.start})", line) from None


def from_disk(path: str) -> str:
    """The Texts of the disk itself."""
    return read_text(path)[0]


def overlay(texts: Mapping[str, str]) -> Texts:
    """The disk with some texts in place of the files of those paths."""
    return lambda path: texts[path] if path in texts else from_disk(path)


def _reason(path: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return ABSENT
    if isinstance(error, OSError) and error.errno in (errno.ENXIO, errno.ENODEV):
        # A socket, or a device without a driver: neither can be opened at all.
        return f"is {kind_of_file(os.stat(path).st_mode)}, not a regular file"
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror.lower()}"
    return "cannot be read: not a valid path"


def kind_of_file(mode: int) -> str:
    """What a file of this mode is, where it is no regular file."""
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")
