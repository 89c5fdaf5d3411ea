"""Paths as people read them."""

from __future__ import annotations

import os
import re


def short(path: str) -> str:
    """A path as people write it: relative where it is below the working directory, with ~ for
    home."""
    try:
        relative = os.path.relpath(path) if os.path.isabs(path) else path
    except OSError:  # the working directory was removed
        relative = path
    if path == f"/{relative}":
        relative = path  # the working directory is `/`: without its slash it reads as another path
    home = os.path.expanduser("~")
    tilde = "~" + path[len(home) :] if path.startswith(home + "/") else path
    return relative if not relative.startswith("..") and len(relative) < len(tilde) else tilde


def shortened(text: str) -> str:
    """A text with the places `(FILE:LINE)` in it as people read them."""
    return re.sub(r"\((/[^()]+):(\d+)\)", lambda place: f"({short(place[1])}:{place[2]})", text)


def below(path: str, root: str) -> str | None:
    """The path relative to a folder that it is in; None where it is elsewhere."""
    start = root.rstrip("/") + "/"
    return path[len(start) :] or "." if f"{path}/".startswith(start) else None
