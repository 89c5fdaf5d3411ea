"""Whether files changed: times and sizes only, nothing is read."""

from __future__ import annotations

import os

Fingerprint = tuple[tuple[str, int, int], ...]
"""(path, modification time in ns, size) of files and folders; -1 where one is absent."""


def fingerprint(paths: tuple[str, ...]) -> Fingerprint:
    """The times and sizes of these paths now."""
    return tuple(file_fingerprint(path) for path in paths)


def file_fingerprint(path: str) -> tuple[str, int, int]:
    """(path, modification time in ns, size), -1 for what is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return path, -1, -1
    return path, found.st_mtime_ns, found.st_size


class Listings:
    """The YAML files of folders; a folder is listed again only when its own time changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, tuple[str, ...]]] = {}

    def names(self, folders: set[str]) -> dict[str, tuple[str, ...]]:
        """The names of the YAML and `.env` entries of each folder; none where it cannot be
        listed."""
        return {folder: self._names(folder) for folder in sorted(folders)}

    def _names(self, folder: str) -> tuple[str, ...]:
        _, time, _ = file_fingerprint(folder)
        known = self._known.get(folder)
        if known is None or known[0] != time:
            try:
                names = tuple(
                    sorted(
                        n
                        for n in os.listdir(folder)
                        if n.endswith((".yml", ".yaml")) or n == ".env"
                    )
                )
            except OSError:
                names = ()
            known = self._known[folder] = (time, names)
        return known[1]
