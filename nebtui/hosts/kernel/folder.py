"""A bounded look into a folder: which owners and modes the entries below it have."""

from __future__ import annotations

import os
import stat

from nebtui.facts.observed import HostPath

MOST_ENTRIES = 400
"""Entries that are looked at; a folder of models has a few dozen."""
MOST_KINDS = 12
DEPTH = 3


def entries_within(folder: str) -> tuple[HostPath, ...]:
    """One entry below the folder for each (owner, group, mode, kind) met among the first 400, three
    levels deep, links left out; none where it cannot be listed."""
    kinds: dict[tuple[int, int, int, bool], HostPath] = {}
    pending, left = [(folder, 0)], MOST_ENTRIES
    while pending and left > 0 and len(kinds) < MOST_KINDS:
        at, level = pending.pop(0)
        try:
            with os.scandir(at) as listing:
                for entry in listing:
                    left -= 1
                    if left < 0:
                        break
                    found = _entry(entry)
                    if found is None:
                        continue
                    kinds.setdefault((found.uid, found.gid, found.mode, found.is_dir), found)
                    if found.is_dir and level + 1 < DEPTH:
                        pending.append((entry.path, level + 1))
        except OSError:
            continue
    return tuple(kinds.values())[:MOST_KINDS]


def _entry(entry: os.DirEntry[str]) -> HostPath | None:
    """A file or folder; None for links and what is neither."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    folder = stat.S_ISDIR(status.st_mode)
    if not folder and not stat.S_ISREG(status.st_mode):
        return None
    mode = stat.S_IMODE(status.st_mode)
    return HostPath(entry.path, True, status.st_uid, status.st_gid, mode, folder)
