"""Which override file Compose reads beside a project's config files: the one answer for finding,
validating, proving and writing."""

from __future__ import annotations

import os.path
from collections.abc import Callable

STANDARD = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Names Compose finds by itself, the first one wins."""
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""Names Compose adds by itself to a standard file of the same folder, the first one wins (the
names need not correspond)."""


def possible_overrides(files: tuple[str, ...]) -> tuple[str, ...]:
    """The override files that Compose would look for beside these config files, in its order; none
    where the files are not exactly one of a standard name, for those were named with `-f`."""
    if len(files) != 1 or os.path.basename(files[0]) not in STANDARD:
        return ()
    return tuple(os.path.join(os.path.dirname(files[0]), name) for name in OVERRIDES)


def with_override(files: tuple[str, ...], exists: Callable[[str], bool]) -> tuple[str, ...]:
    """The config files and the override that Compose adds to them, if one exists."""
    found = next((path for path in possible_overrides(files) if exists(path)), None)
    return (*files, found) if found else files


def is_override(path: str) -> bool:
    """True for a file that is named like an override file."""
    return os.path.basename(path) in OVERRIDES
