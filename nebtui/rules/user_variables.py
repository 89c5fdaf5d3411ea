"""The variables of the env file that hold the ids a service runs with."""

from __future__ import annotations

import re

from nebtui.compose.editor.verbs import SetVariable
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import HostPath
from nebtui.facts.project import Project
from nebtui.rules.rule import FileEdit


def user_variables(
    project: Project, key: ServiceKey, path: HostPath
) -> tuple[str, str, tuple[FileEdit, ...]]:
    """The names of the two variables, and the edits of the env file that give them their values."""
    names = ("HOST_UID", "HOST_GID")
    values = (str(path.uid), str(path.gid))
    # Another service that names them unset would change with them.
    elsewhere = any(one.name in names and one.service != key.service for one in project.unset)
    if elsewhere or any(
        project.env.get(name, value) != value for name, value in zip(names, values, strict=True)
    ):
        stem = re.sub(r"\W", "_", key.service).upper()
        names = (f"{stem}_UID", f"{stem}_GID")
    if not project.env_files:
        return *names, ()
    edits = tuple(
        FileEdit(project.env_files[-1], SetVariable(name, value))
        for name, value in zip(names, values, strict=True)
        if project.env.get(name) != value
    )
    return *names, edits
