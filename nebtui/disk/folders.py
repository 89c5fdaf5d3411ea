"""Whether a folder that may not be there yet can be used."""

from __future__ import annotations

import os


def unusable(folder: str) -> str:
    """Why nothing can be kept in a folder, or in what would have to be made for it, as `PATH
    cannot be written`; "" where it can be."""
    there = os.path.abspath(folder)
    while not _exists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        return f"{there} is no folder"
    if os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return ""
    return f"{there} cannot be {'written' if os.access(there, os.R_OK) else 'read'}"


def _exists(path: str) -> bool:
    """Also true for what is behind a folder that may not be looked into: that one decides."""
    return os.path.lexists(path) or path == "/"
