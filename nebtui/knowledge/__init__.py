"""What is known about images beforehand: where they listen, how to ask whether they are ready, what
they ship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase, translate
from functools import cache, lru_cache

from nebtui.knowledge.entry import Condition, ImageKnowledge, entries, test_at
from nebtui.knowledge.probes import By, command, http_test, on_port, port_test, probe_programs
from nebtui.knowledge.tags import admits

__all__ = [
    "By",
    "Condition",
    "ImageKnowledge",
    "about",
    "by_command",
    "command",
    "entries",
    "http_test",
    "on_port",
    "port_test",
    "probe_programs",
    "repository",
    "test_at",
]

_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")


@lru_cache(4096)
def about(image: str | None) -> ImageKnowledge | None:
    """What is known about an image, by its most specific entry whose tags admit it; None for a
    stranger."""
    if not image:
        return None
    repo, tag = repository(image)
    # A pull-through registry puts its own project in front (`proxy/chromadb/chroma`), so the last
    # two words count too.
    candidates = dict.fromkeys((repo, "/".join(repo.split("/")[-2:])))
    fitting = [
        (not entry.family, -rank, weight, -place, entry)
        for rank, candidate in enumerate(candidates)
        for place, weight, entry in _named(candidate)
        if not any(fnmatchcase(candidate, other) for other in entry.not_images)
        and admits(entry.tags, tag)
    ]
    return max(fitting, key=lambda item: item[:4])[4] if fitting else None


def _named(candidate: str) -> Iterator[tuple[int, int, ImageKnowledge]]:
    """The entries with a glob that matches this repository, each with its place in the order of the
    files and how specific the glob is."""
    names, patterns = _globs()
    yield from names.get(candidate, ())
    for pattern, found in patterns:
        if pattern.match(candidate):
            yield found


@cache
def _globs() -> tuple[
    Mapping[str, list[tuple[int, int, ImageKnowledge]]],
    Sequence[tuple[re.Pattern[str], tuple[int, int, ImageKnowledge]]],
]:
    """All globs, plain names apart from patterns: fnmatch's own cache is smaller than the table."""
    names: dict[str, list[tuple[int, int, ImageKnowledge]]] = {}
    patterns = []
    for place, entry in enumerate(entries()):
        for glob in entry.images:
            found = place, _weight(glob), entry
            if "*" in glob:
                patterns.append((re.compile(translate(glob)), found))
            else:
                names.setdefault(glob, []).append(found)
    return names, patterns


def repository(image: str) -> tuple[str, str]:
    """An image reference as (repository, tag): without registry host, digest and Docker Hub's
    `library/`. Variables that were not interpolated count as unknown and leave nothing."""
    name = _VARIABLE.sub("", image).partition("@")[0].lower().strip("/")
    first, slash, rest = name.partition("/")
    if slash and (":" in first or "." in first or first == "localhost"):
        name = rest
    name, _, tag = name.partition(":")
    return name.rsplit("library/", 1)[-1].strip("/"), tag


@lru_cache(4096)
def by_command(command: str) -> ImageKnowledge | None:
    """The server that a command line means, whatever its image is called; None for a stranger."""
    return next(
        (entry for entry in entries() if any(piece in command for piece in entry.commands)), None
    )


def _weight(glob: str) -> int:
    """How specific a glob is: its literal characters, an exact name before any pattern."""
    literal = len(glob.replace("*", ""))
    return literal if "*" in glob else literal + 1000
