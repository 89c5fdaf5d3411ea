"""Puts the edits of a fix into the override file beside a project instead of the files where things
stand."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from nebtui.compose.discovery.overrides import STANDARD, is_override
from nebtui.compose.editor.expected import expected
from nebtui.compose.editor.verbs import (
    Add,
    ComposeEdit,
    Expand,
    Remove,
    Set,
    SetInstruction,
    SetVariable,
    Unbind,
)
from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.compose.yaml.values import equivalent, to_data, unwrap
from nebtui.compose.yaml.writer import Tagged
from nebtui.facts.declared import Layer, Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import FileEdit, Finding, Fix, NoFixError

Read = Callable[[str], bytes | None]
"""The bytes of a file, None where it does not exist."""

_REPLACED = (("command",), ("entrypoint",), ("healthcheck", "test"))
"""Lists that Compose replaces when it merges files; all others it appends."""


def into_override(
    fix: Fix, finding: Finding, snapshot: Snapshot, read: Read
) -> tuple[FileEdit, ...]:
    """The same change in the override file of each project. Env files and Dockerfiles are edited
    where they are. NoFixError where Compose would not read an override file, or where it cannot say
    the change."""
    result: list[FileEdit] = []
    for item in fix.edits:
        if isinstance(item.edit, (SetVariable, SetInstruction)):
            result.append(item)
            continue
        project = _project(fix, item.file, snapshot)
        target = override_file(project)
        if item.file == target:
            result.append(item)
            continue
        result += [FileEdit(target, edit) for edit in _moved(project, finding, item, target, read)]
    return tuple(item for index, item in enumerate(result) if item not in result[:index])


def _project(fix: Fix, file: str, snapshot: Snapshot) -> Project:
    """The project that a file's edit is for: of those that read the file, one that the fix
    recreates."""
    readers = [project for project in snapshot.projects.values() if file in project.files_read]
    meant = [project for project in readers if project.key in {r.project for r in fix.recreate}]
    for project in (*meant, *readers):
        return project
    raise NoFixError(f"no project is known that reads {file}; edit it itself")


def override_file(project: Project) -> str:
    """The override file that Compose reads for a project, whether it exists or not. NoFixError
    where it reads none."""
    files = project.key.files
    if not files:
        raise NoFixError(f"no file of {project.name} is known")
    folder, last = os.path.split(files[-1])
    if len(files) > 1 and (is_override(last) or ".override." in last):
        return files[-1]
    listed = " ".join(f"-f {os.path.basename(file)}" for file in files)
    if "COMPOSE_FILE" in project.env:
        raise NoFixError(
            f"COMPOSE_FILE names the files of {project.name}, so no override file is "
            "read; add one to it first"
        )
    if len(files) > 1 or last not in STANDARD:
        raise NoFixError(
            f"{project.name} is started with {listed}, so Compose would read no override file; "
            "leave the override out, or start it with one more -f"
        )
    stem, _, suffix = last.rpartition(".")
    return os.path.join(folder, f"{stem}.override.{suffix}")


def _moved(
    project: Project, finding: Finding, item: FileEdit, target: str, read: Read
) -> Iterator[ComposeEdit]:
    """An edit as it reads in the override file, for each service it is about."""
    edit = item.edit
    assert not isinstance(edit, (SetVariable, SetInstruction))  # they stay where they are
    if edit.path[0] != "services" or len(edit.path) < 2:
        if isinstance(edit, (Remove, Expand, Unbind)):
            raise NoFixError(f"`{'.'.join(edit.path)}` can only be changed where it stands")
        yield edit
        return
    for service in _services(project, finding, Layer(item.file, edit.path[:2])):
        path = ("services", service.name, *edit.path[2:])
        if isinstance(edit, Add) and _has(service, edit, target, read):
            continue
        yield _said(replace(edit, path=path), service, target)


def _services(project: Project, finding: Finding, layer: Layer) -> list[Service]:
    """The services that a body makes: the finding's own, else all (an edit of the body would change
    them all)."""
    result = [service for service in project.services.values() if layer in service.layers]
    own = [s for s in result if project.key == finding.project and s.name == finding.service]
    if not result:
        raise NoFixError(
            f"no service of {project.name} is known that `{'.'.join(layer.path)}` of "
            f"{layer.file} makes"
        )
    return own or result


def _has(service: Service, edit: Add, target: str, read: Read) -> bool:
    """True if one of the service's other bodies has the item: Compose appends lists, so it would be
    there twice."""
    return any(
        _holds(read(layer.file) or b"", layer, edit)
        for layer in service.layers
        if layer.file != target
    )


def _holds(content: bytes, layer: Layer, edit: Add) -> bool:
    there = replace(edit, path=(*layer.path, *edit.path[2:]))
    try:
        every: list[dict[str, Any]] = [to_data(root) for root in documents(content.decode())]
    except (NotYamlError, UnicodeDecodeError):
        return False
    return any(_reaches(one, there.path) and equivalent(expected(one, there), one) for one in every)


def _reaches(value: Any, path: tuple[str, ...]) -> bool:
    for name in path:
        value = unwrap(value)
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def _said(edit: ComposeEdit, service: Service, target: str) -> ComposeEdit:
    """The edit in the words of a file that is merged over others."""
    below = edit.path[2:]
    origin = service.origins.get(below)
    elsewhere = origin is not None and origin.file != target
    if isinstance(edit, Unbind):
        raise NoFixError(f"an item of `{below[-1]}` can only be changed where it stands")
    if isinstance(edit, Expand):
        raise NoFixError(f"the short form of `{below[-1]}` can only be rewritten where it stands")
    if isinstance(edit, Remove):
        if below[:-1] and origin is None:
            raise NoFixError(f"an item of `{below[-2]}` can only be removed where it stands")
        return Set(edit.path, Tagged("!reset", None))
    if (
        isinstance(edit, Set)
        and elsewhere
        and isinstance(edit.value, (dict, list, tuple))
        and below not in _REPLACED
    ):
        # Compose would merge it into what stands below.
        return Set(edit.path, Tagged("!override", edit.value))
    return edit
