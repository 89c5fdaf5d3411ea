"""Whether files changed: times and sizes only, nothing is read."""

from __future__ import annotations

import os

Stamp = tuple[tuple[str, int, int], ...]
"""(path, modification time in ns, size) of files and folders; -1 where one is absent."""


def stamp(paths: tuple[str, ...]) -> Stamp:
    """The times and sizes of these paths now."""
    return tuple(one_stamp(path) for path in paths)


def one_stamp(path: str) -> tuple[str, int, int]:
    """(path, modification time in ns, size), -1 for what is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return path, -1, -1
    return path, found.st_mtime_ns, found.st_size
