"""Asks Compose about edited texts without touching the files they are meant for."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nebtui.compose.binary.command import ComposeCommand
from nebtui.compose.binary.config import ConfigResult, config
from nebtui.compose.discovery.overrides import with_override
from nebtui.compose.reader import effective
from nebtui.disk.read import UnreadableError, overlay, read_bytes
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Project
from nebtui.facts.validation import Validation


def validate(
    project: Project,
    texts: Mapping[str, str],
    compose: ComposeCommand | None,
    environ: Mapping[str, str],
) -> Validation:
    """Result of `docker compose config` on the project with `texts` (absolute path -> text) in
    place of the files, in the strictest mode that the files on disk pass. One edited config file
    goes in on standard input; where includes, extended files or env files are involved a temporary
    copy of all files read is asked about."""
    if compose is None:
        return Validation()
    if effective.read(project.key, project.env_files, environ, overlay(texts)).unbounded:
        return Validation(error="a file it names is no regular file: Compose was not asked")
    interpolated = _interpolates(project, compose, environ)
    files = with_override(project.key.files, texts.__contains__)
    key = replace(project.key, files=files)
    edited = set(texts)
    if not edited:
        answer = config(compose, key, project.env_files, environ, interpolated=interpolated)
    elif len(edited) == 1 and edited <= set(key.files) and _alone(project, key):
        path = next(iter(edited))
        files = tuple("-" if file == path else file for file in key.files)
        answer = config(
            compose,
            replace(key, files=files),
            project.env_files,
            environ,
            interpolated=interpolated,
            text=texts[path],
        )
        # Compose calls standard input `-`.
        answer = ConfigResult(
            answer.config, re.sub(r"(?<= )-(?=:)", lambda _: path, answer.error, count=1)
        )
    else:
        answer = _ask_copy(project, key, texts, compose, environ, interpolated)
    return Validation(answer.config, answer.error, interpolated)


def _interpolates(project: Project, compose: ComposeCommand, environ: Mapping[str, str]) -> bool:
    if project.view in ("compose", "compose, not interpolated"):
        return project.view == "compose"
    if config(compose, project.key, project.env_files, environ).config is not None:
        return True
    return (
        config(compose, project.key, project.env_files, environ, interpolated=False).config is None
    )


def _alone(project: Project, key: ProjectKey) -> bool:
    """True if the model depends on nothing but the config files and the project's env files."""
    return set(project.files_read) <= {*key.files, *project.env_files}


def _ask_copy(
    project: Project,
    key: ProjectKey,
    texts: Mapping[str, str],
    compose: ComposeCommand,
    environ: Mapping[str, str],
    interpolated: bool,
) -> ConfigResult:
    with tempfile.TemporaryDirectory(prefix="nebtui-") as root:
        # macOS and some Linux systems reach the temporary folder through a link; Compose prints the
        # real path.
        root = os.path.realpath(root)
        try:
            _mirror(root, project, key, texts)
        except (OSError, UnreadableError) as error:
            return ConfigResult(None, f"the files could not be copied for a trial: {error}")
        there = ProjectKey(
            key.name, root + key.working_dir, tuple(root + file for file in key.files)
        )
        env_files = tuple(root + file for file in project.env_files)
        answer = config(compose, there, env_files, environ, interpolated=interpolated)
    return ConfigResult(_moved(answer.config, root), answer.error.replace(root, ""))


def _mirror(root: str, project: Project, key: ProjectKey, texts: Mapping[str, str]) -> None:
    """Copy all files that the model depends on below `root`, each under its own absolute path."""
    os.makedirs(root + key.working_dir, exist_ok=True)
    for path in {*project.files_read, *key.files, *texts}:
        target = root + os.path.normpath(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if path in texts:
            data = texts[path].encode()
        elif os.path.isfile(path):
            data = read_bytes(path)
        else:
            continue
        with open(target, "wb") as stream:
            stream.write(data)


def _moved(data: Any, root: str) -> Any:
    """The answer with the copy's paths as those of the originals."""
    if isinstance(data, str):
        return data.replace(root, "")
    if isinstance(data, Mapping):
        return {key: _moved(value, root) for key, value in data.items()}
    return [_moved(item, root) for item in data] if isinstance(data, list) else data
