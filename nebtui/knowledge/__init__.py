"""What is known about images beforehand: where they listen, how to ask whether they are ready, what
they ship.

The data is `images.toml`, each entry with its source, its date and the basis it rests on: D a
Dockerfile or source was read, U upstream's own compose file, W compose files in the wild, I an
issue thread, K general knowledge that nobody verified here. Health tests stand as in a compose
*file*: `$$` where the container shall see one dollar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from nebtui.facts.declared import Healthcheck
from nebtui.knowledge.probes import By, command, http_test, on_port, port_test, probe_programs

__all__ = [
    "By",
    "ImageKnowledge",
    "about",
    "command",
    "entries",
    "http_test",
    "on_port",
    "port_test",
    "probe_programs",
    "repository",
]

_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?=$|[-+._])")
_COMPARISON = re.compile(r"(>=|<=|<|>)(\d+(?:\.\d+)*)")
_TIMING = {"interval": 5, "timeout": 5, "retries": 12, "start_period": 30}


@dataclass(frozen=True, slots=True)
class ImageKnowledge:
    """One entry: the images it speaks of, and what holds for them."""

    name: str
    images: tuple[str, ...]
    """Globs of repositories, without registry and tag."""
    tags: str = ""
    """Which tags it holds for: "" all, else comparisons and globs, all of which must hold: `>=1.0`,
    `server*`, `!cpu*`. A tag that carries no version passes every comparison."""
    ports: tuple[int, ...] = ()
    """Where it listens inside the container, the port of the test first."""
    test: Healthcheck | None = None
    """How to ask it; where `built_in` is set only for images that turn out to lack their own
    test."""
    needs: tuple[str, ...] = ()
    """The programs that the test needs in the image."""
    ready: Literal["ready", "alive"] = "ready"
    """What a pass says: it serves requests, or merely its process answers."""
    built_in: bool = False
    """The image has a HEALTHCHECK of its own, which is not to be overridden."""
    basis: str = "K"
    source: str = ""
    date: str = ""
    note: str = ""
    drops_privileges: bool = False
    """It starts as root and becomes another user by itself, so `user:` is not the way to other
    files' owners."""
    one_shot: bool = False
    """A job: it does its work and exits."""
    role: str = ""
    without_gpu: Literal["", "refuses", "falls-back"] = ""
    """What it does when a GPU was asked for and is not there: refuses to start, or computes on the
    CPU in silence."""


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
    for candidate in candidates:
        fitting = [
            (_weight(glob), -place, entry)
            for place, entry in enumerate(entries())
            for glob in entry.images
            if fnmatchcase(candidate, glob) and _admits(entry.tags, tag)
        ]
        if fitting:
            return max(fitting, key=lambda item: item[:2])[2]
    return None


def repository(image: str) -> tuple[str, str]:
    """An image reference as (repository, tag): without registry host, digest and Docker Hub's
    `library/`. Variables that were not interpolated count as unknown and leave nothing."""
    name = _VARIABLE.sub("", image).partition("@")[0].lower().strip("/")
    first, slash, rest = name.partition("/")
    if slash and (":" in first or "." in first or first == "localhost"):
        name = rest
    name, _, tag = name.partition(":")
    return name.rsplit("library/", 1)[-1].strip("/"), tag


@cache
def entries() -> tuple[ImageKnowledge, ...]:
    """All entries, in the order of the file (of two equally specific ones the earlier, newer one
    wins)."""
    text = files("nebtui.knowledge").joinpath("images.toml").read_text(encoding="utf-8")
    return tuple(_entry(row) for row in tomllib.loads(text)["image"])


def _entry(row: Mapping[str, Any]) -> ImageKnowledge:
    """A TOML table as an entry; `http` and `tcp` are short for the tests that `probes` builds."""
    fields = {
        key: _frozen(value)
        for key, value in row.items()
        if key not in {"test", "http", "tcp", *_TIMING}
    }
    test = _test(row)
    if test is None:
        return ImageKnowledge(**fields)
    timing = {
        key: float(row.get(key, default)) for key, default in _TIMING.items() if key != "retries"
    }
    healthcheck = Healthcheck(test, retries=row.get("retries", _TIMING["retries"]), **timing)
    return ImageKnowledge(**{"needs": probe_programs(healthcheck), **fields, "test": healthcheck})


def _test(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "http" in row:
        return http_test(**row["http"])
    if "tcp" in row:
        return port_test(row["tcp"]).test
    return tuple(row["test"]) if "test" in row else None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _weight(glob: str) -> int:
    """How specific a glob is: its literal characters, an exact name before any pattern."""
    literal = len(glob.replace("*", ""))
    return literal if "*" in glob else literal + 1000


def _admits(tags: str, tag: str) -> bool:
    return all(_holds(condition.strip(), tag) for condition in tags.split(",") if condition.strip())


def _holds(condition: str, tag: str) -> bool:
    comparison = _COMPARISON.fullmatch(condition)
    if comparison is None:
        wanted = not condition.startswith("!")
        return fnmatchcase(tag, condition.lstrip("!")) is wanted
    version = _VERSION.match(tag)
    if version is None:
        return True
    left, right = _padded(version[1], comparison[2])
    match comparison[1]:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left < right


def _padded(*versions: str) -> Iterable[tuple[int, ...]]:
    """Versions as tuples of one length, so that `1` equals `1.0`."""
    parts = [tuple(int(number) for number in version.split(".")) for version in versions]
    longest = max(len(part) for part in parts)
    return [part + (0,) * (longest - len(part)) for part in parts]
