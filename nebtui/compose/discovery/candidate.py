"""A project that was found, before its model is loaded."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, Source
from nebtui.facts.project import Problem
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that was found, before its model is loaded. `env_files` empty = the default
    `.env`."""

    key: ProjectKey
    sources: frozenset[Source] = frozenset()
    env_files: tuple[str, ...] = ()
    variant: bool = False
    confirmed: bool = True
    problem: Problem | None = None


def contains(folder: str, path: str) -> bool:
    """True if the path is the folder or below it (textually)."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
