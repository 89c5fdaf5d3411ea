"""The page of the last first frame, with a digest of all that it was drawn from: where that is the
same again it need not be drawn anew, and nothing that draws is loaded before it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from nebtui.keep.private_files import foreign, private_folder, write_private
from nebtui.text.digest import sha256

FILE = "first_page.json"
OUTLINES = "outlines.json"
"""The file by which the rows of a page stand in their places."""
MOST = 4 * 1024 * 1024
"""Bytes of the file: more is not read."""


def digest(*drawn_from: object) -> str:
    """Of anything that JSON can hold. The engine's list holds labels, which may be secrets: they
    are not kept themselves."""
    return sha256(json.dumps(drawn_from, sort_keys=True).encode())


def stamp(path: str) -> tuple[int, int]:
    """When a file was changed last (ns) and its size; (0, 0) where it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def recall_page(state_dir: str, drawn_from: str) -> str | None:
    """The escape codes of the page that was drawn from the same; None where there is none, or one
    of the files behind it is gone."""
    path = Path(state_dir) / FILE
    if foreign(path.parent) or foreign(path):
        return None
    try:
        if path.stat().st_size > MOST:
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        same = kept["drawn_from"] == drawn_from and all(map(os.path.exists, kept["files"]))
        return str(kept["page"]) if same else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember_page(state_dir: str, drawn_from: str, page: str, files: Iterable[str]) -> None:
    """Keep a page in place of the last one. A read-only state folder is no reason to fail."""
    kept = {"drawn_from": drawn_from, "files": sorted(files), "page": page}
    try:
        private_folder(Path(state_dir))
        write_private(Path(state_dir) / FILE, json.dumps(kept))
    except (OSError, ValueError):
        return
