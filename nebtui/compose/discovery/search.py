"""Which files make which project: searched folders and the labels of containers, joined."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nebtui.compose.discovery.candidate import Candidate, contains
from nebtui.compose.discovery.overrides import STANDARD, is_override, with_override
from nebtui.compose.syntax import env_file
from nebtui.compose.syntax.interpolate import MissingVariableError, TemplateError, interpolate
from nebtui.compose.syntax.project_name import folder_name
from nebtui.compose.syntax.short_forms import text
from nebtui.compose.yaml import located
from nebtui.compose.yaml.located import Located
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.disk.read import UnreadableError, from_disk
from nebtui.facts.declared import ProjectKey
from nebtui.facts.project import Problem

_DEMO = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", "demo"))
"""The demo box's files are no projects of the user: a clone of nebtui itself shows nothing."""
MANY_ENTRIES = 200_000
"""Entries of folders that one search looks at; a whole home folder has about as many."""
_SKIPPED = frozenset(
    (
        *(
            ".git",
            ".hg",
            ".svn",
            ".terraform",
            ".cache",
            ".tox",
            ".mypy_cache",
            ".ruff_cache",
            ".pytest_cache",
        ),
        *(
            "node_modules",
            ".npm",
            ".cargo",
            ".rustup",
            ".venv",
            "venv",
            "__pycache__",
            "site-packages",
            "dist-packages",
        ),
    )
)


def search(
    roots: Iterable[str], depth: int | None = 4, environ: Mapping[str, str] | None = None
) -> list[Candidate]:
    """The projects in folders (down to `depth` levels below each root, None = any depth) and single
    files, in path order. A root that does not exist, or is too large to be looked through, gives a
    Candidate with a problem."""
    result: dict[ProjectKey, Candidate] = {}
    left = [MANY_ENTRIES]
    for given in roots:
        root = os.path.abspath(os.path.expanduser(given))
        if os.path.isdir(root):
            for folder, names in _folders(root, depth, left):
                for candidate in in_folder(folder, names, environ or {}):
                    result.setdefault(candidate.key, candidate)
            if left[0] <= 0:
                why = (
                    f"holds more than {MANY_ENTRIES:,} entries: the search stopped, and projects "
                    "below it may be missing; name a folder inside it"
                )
                stopped = _candidate(root, (root,), folder_name(root), Problem(root, 0, why))
                result.setdefault(stopped.key, stopped)
        else:
            candidate = _single(root, environ or {})
            result.setdefault(candidate.key, candidate)
    return list(result.values())


def _folders(root: str, depth: int | None, left: list[int]) -> Iterator[tuple[str, list[str]]]:
    """Each folder below the root with the names of its YAML entries. Linked folders are not
    entered, linked files count only where they lead into the root."""
    real_root = os.path.realpath(root)
    pending = [(root, 0)]
    while pending and left[0] > 0:
        folder, level = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        left[0] -= len(entries)
        names = [
            e.name for e in entries if e.name.endswith((".yml", ".yaml")) and _inside(e, real_root)
        ]
        yield folder, names
        below = [
            e.path for e in entries if e.is_dir(follow_symlinks=False) and e.name not in _SKIPPED
        ]
        if depth is None or level < depth:
            pending += [
                (path, level + 1) for path in reversed(below) if os.path.realpath(path) != _DEMO
            ]


def _inside(entry: os.DirEntry[str], real_root: str) -> bool:
    return not entry.is_symlink() or contains(real_root, os.path.realpath(entry.path))


def _single(path: str, environ: Mapping[str, str]) -> Candidate:
    """The project of one file that a person named."""
    folder, name = os.path.split(path)
    env, _ = _env(folder, environ)
    if name in STANDARD and os.path.isfile(path):
        # As `docker compose` in that folder would: with its override.
        return _standard(folder, with_override((path,), os.path.lexists), env)
    document, problem = _document(path)
    if document is not None and not _is_compose(document):
        problem = Problem(path, 0, "is not a compose file: it has neither `services` nor `include`")
    return _candidate(folder, (path,), name_of(document, folder, env), problem)


def in_folder(folder: str, names: list[str], environ: Mapping[str, str]) -> list[Candidate]:
    """What one folder holds, given its YAML entries: the project of its standard files first, then
    the others."""
    env, problem = _env(folder, environ)
    if not names and "COMPOSE_FILE" not in env:
        return []
    main = _main(folder, names, env, problem)
    # The name as a file gives it, for the rule that tells a variant from a project.
    named = [
        (one.key.files, _given_name(_document(one.key.files[0])[0], env))
        for one in main
        if len(names) > 1
    ]
    taken = {path for candidate in main for path in candidate.key.files}
    others: list[tuple[str, Located]] = []
    for name in names:
        path = os.path.join(folder, name)
        if path in taken or is_override(name):
            continue
        document, _ = _document(path)
        if document is not None and _is_compose(document):
            others.append((path, document))
    named += [((path,), _given_name(document, env)) for path, document in others]
    found = list(main)
    for path, document in others:
        given = _given_name(document, env)
        beside = [one for files, one in named if files != (path,)]
        candidate = _candidate(folder, (path,), name_of(document, folder, env), None)
        found.append(replace(candidate, variant=given in beside))
    return found


def _main(
    folder: str, names: list[str], env: Mapping[str, str], problem: Problem | None
) -> list[Candidate]:
    if listed := env.get("COMPOSE_FILE"):
        separator = env.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
        paths = tuple(
            os.path.normpath(os.path.join(folder, part)) for part in listed.split(separator) if part
        )
        return [_standard(folder, paths, env)]
    standard = next((name for name in STANDARD if name in names), None)
    if standard is None:
        return []
    beside = {os.path.join(folder, name) for name in names}
    files = with_override((os.path.join(folder, standard),), beside.__contains__)
    candidate = _standard(folder, files, env)
    return [replace(candidate, problem=candidate.problem or problem)]


def _standard(folder: str, files: tuple[str, ...], env: Mapping[str, str]) -> Candidate:
    name, problem = "", None
    for path in files:
        document, trouble = _document(path)
        problem = problem or trouble
        # The last file with a name gives it, as merging would.
        name = _given_name(document, env) or name
    return _candidate(
        folder, files, env.get("COMPOSE_PROJECT_NAME") or name or folder_name(folder), problem
    )


def _candidate(
    folder: str, files: tuple[str, ...], name: str, problem: Problem | None
) -> Candidate:
    return Candidate(ProjectKey(name, folder, files), frozenset(("search",)), problem=problem)


def _document(path: str) -> tuple[Located | None, Problem | None]:
    """The first document of a file, or why there is none."""
    try:
        documents = located.read(from_disk(path), path)
    except UnreadableError as error:
        return None, Problem(path, error.line, error.message)
    except NotYamlError as error:
        return None, Problem(path, error.line, str(error))
    return (documents[0], None) if documents else (None, Problem(path, 0, "is empty"))


def _is_compose(document: Located) -> bool:
    services, include = document.get("services"), document.get("include")
    return (services is not None and isinstance(services.value, dict)) or (
        include is not None and isinstance(include.value, list)
    )


def _env(folder: str, environ: Mapping[str, str]) -> tuple[dict[str, str], Problem | None]:
    """The folder's `.env`; only what it says itself, for the COMPOSE_* variables are about this
    folder."""
    path = os.path.join(folder, ".env")
    if not os.path.isfile(path):
        return {}, None
    try:
        return env_file.parse(from_disk(path), path, environ), None
    except UnreadableError as error:
        return {}, Problem(error.path, error.line, error.message)


def _given_name(document: Located | None, env: Mapping[str, str]) -> str:
    """The top-level `name:` of a document, empty where there is none."""
    name = document.get("name") if document is not None else None
    if name is None:
        return ""
    try:
        return interpolate(text(name.value), env)
    except (MissingVariableError, TemplateError):
        return ""


def name_of(document: Located | None, folder: str, env: Mapping[str, str]) -> str:
    """A project's name: COMPOSE_PROJECT_NAME of `.env`, else `name:`, else the folder's name, as
    Compose has it."""
    return env.get("COMPOSE_PROJECT_NAME") or _given_name(document, env) or folder_name(folder)
