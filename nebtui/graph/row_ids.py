"""The ids of rows and groups of the rails graph, and what they are of."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, ServiceKey


def identity(key: ServiceKey | ProjectKey) -> str:
    """A row id that no other project's row has."""
    project = key.project if isinstance(key, ServiceKey) else key
    stem = "\0".join((project.name, project.working_dir, *project.files))
    return f"{stem}\1{key.service}" if isinstance(key, ServiceKey) else stem


OUTSIDE = "\0outside"
"""Id of the group of containers that no project made; those of its rows begin with it."""


def outsider(row: str) -> str | None:
    """The container behind a row of that group, "" for the group itself, None for other rows."""
    return row.removeprefix(OUTSIDE).lstrip("\1") if row.startswith(OUTSIDE) else None
