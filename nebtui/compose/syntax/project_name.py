"""The name that Compose gives a project after its folder."""

from __future__ import annotations

import os.path
import re


def folder_name(folder: str) -> str:
    """A folder's name as Compose makes a project name of it; `default` where nothing is left."""
    name = re.sub(r"[^a-z0-9_-]", "", os.path.basename(os.path.normpath(folder)).lower())
    return name.lstrip("_-") or "default"
