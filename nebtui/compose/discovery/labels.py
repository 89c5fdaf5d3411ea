"""Projects that running containers name in their labels: believed only once their files prove
it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from nebtui.compose.discovery.candidate import Candidate, contains
from nebtui.compose.discovery.overrides import with_override
from nebtui.compose.yaml import located
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.disk.read import UnreadableError, from_disk
from nebtui.facts.declared import ProjectKey, Source
from nebtui.facts.project import Problem

_MAX_FILES = 100
"""A label with more config files than this is not one that Compose wrote."""


def confirm(candidate: Candidate) -> Candidate:
    """The candidate as confirmed, or with the problem that says why its files are not believed.
    Reads the files."""
    problem = _mismatch(candidate.key)
    return replace(candidate, confirmed=problem is None, problem=problem or candidate.problem)


def _mismatch(key: ProjectKey) -> Problem | None:
    if not key.files:
        return Problem(key.working_dir, 0, "the containers' labels name no config file")
    if len(key.files) > _MAX_FILES:
        return Problem(
            key.working_dir, 0, f"the containers' labels name {len(key.files)} config files"
        )
    if not os.path.isabs(key.working_dir):
        return Problem(
            key.working_dir, 0, "the working directory of the containers' labels is not absolute"
        )
    for path in key.files:
        if problem := _file_mismatch(path):
            return problem
    first, folder = key.files[0], key.working_dir
    if os.path.normpath(folder) == "/":
        return Problem(
            first, 0, "the working directory of the containers' labels is /, which says nothing"
        )
    if not contains(
        os.path.realpath(folder), os.path.realpath(os.path.dirname(first))
    ) or not contains(os.path.realpath(folder), os.path.realpath(first)):
        return Problem(
            first, 0, f"is not in the working directory {folder} that the containers' labels name"
        )
    return None


def _file_mismatch(path: str) -> Problem | None:
    if not os.path.isabs(path):
        return Problem(
            path, 0, "the containers' labels name it without a folder (read from standard input?)"
        )
    try:
        documents = located.read(from_disk(path), path)
    except UnreadableError as error:
        return Problem(path, error.line, error.message)
    except NotYamlError as error:
        return Problem(path, error.line, str(error))
    if not any(document.get("services") or document.get("include") for document in documents):
        return Problem(path, 0, "is not a compose file: it has neither `services` nor `include`")
    return None


_RANK: tuple[Source, ...] = ("label", "remembered", "search")


def join(*lists: Iterable[Candidate]) -> list[Candidate]:
    """The lists as one: the same (name, working directory) from labels, memory and search is one
    project, whose files are those of the label; variants of a folder stay beside it."""
    joined: dict[object, Candidate] = {}
    for candidate in sorted((one for many in lists for one in many), key=_rank):
        place = (candidate.key.name, os.path.normpath(candidate.key.working_dir))
        leading = joined.get(place)
        if leading is not None and (
            not candidate.variant or leading.key.files == candidate.key.files
        ):
            joined[place] = _united(leading, candidate)
        elif candidate.variant:
            joined.setdefault((place, candidate.key.files), candidate)
        else:
            joined[place] = candidate
    return sorted(joined.values(), key=lambda one: (one.key.working_dir, one.variant, one.key))


def _rank(candidate: Candidate) -> tuple[int, bool]:
    return min(
        (_RANK.index(source) for source in candidate.sources), default=len(_RANK)
    ), candidate.variant


def _united(leading: Candidate, other: Candidate) -> Candidate:
    sources = leading.sources | other.sources
    if (
        leading.confirmed
        and other.confirmed
        and _is_default_with_override(leading.key.files, other.key.files)
    ):
        # An override that appeared since: the next plain `up` in the folder reads it.
        return replace(leading, key=replace(leading.key, files=other.key.files), sources=sources)
    if (
        not leading.confirmed
        and other.confirmed
        and _is_default_with_override(other.key.files, leading.key.files)
    ):
        # The override that the containers were started with is gone: what is left is still this
        # project.
        return replace(other, sources=sources)
    if leading.confirmed or not other.confirmed:
        return replace(leading, sources=sources)
    if set(leading.key.files) == set(other.key.files):
        # A search found the very files that the label names: they are this project's.
        return replace(leading, sources=sources, confirmed=True, problem=other.problem)
    return replace(leading, sources=sources)


def _is_default_with_override(alone: tuple[str, ...], both: tuple[str, ...]) -> bool:
    """True if the second is the first, a file alone, with a standard override beside it."""
    return len(both) == 2 and both == with_override(alone, lambda path: path == both[1])
