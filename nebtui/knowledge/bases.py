"""Which programs a base image and the packages added to it bring, known by their names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from nebtui.knowledge import repository
from nebtui.knowledge.tags import admits
from nebtui.light_dataclass import dataclass
from nebtui.text.shipped import shipped

_PACKAGES = {
    "curl": ("curl",),
    "wget": ("wget",),
    "bash": ("bash",),
    "python3": ("python3",),
    "python": ("python3",),
    "python3-minimal": ("python3",),
    "netcat": ("nc",),
    "netcat-openbsd": ("nc",),
    "netcat-traditional": ("nc",),
    "nodejs": ("node",),
}
"""Package → the programs it brings that healthchecks call."""


@dataclass(frozen=True, slots=True)
class BaseImage:
    """One row: the images it holds for, and what of the usual programs they have."""

    images: tuple[str, ...]
    programs: tuple[str, ...]
    tags: str = ""


@lru_cache(1024)  # each rule asks for each service: it was half of a search for findings
def programs_of_base(image: str) -> tuple[str, ...] | None:
    """The programs of a base image; None for one that no row knows."""
    if image == "scratch":
        return ()
    repo, tag = repository(image)
    for base in _bases():
        if admits(base.tags, tag) and any(fnmatchcase(repo, glob) for glob in base.images):
            return base.programs
    return None


def programs_of_packages(packages: Iterable[str]) -> tuple[str, ...]:
    """The programs that these packages bring."""
    names = (package.partition("=")[0] for package in packages)
    return tuple(dict.fromkeys(program for name in names for program in _PACKAGES.get(name, ())))


@cache
def _bases() -> tuple[BaseImage, ...]:
    text = shipped("nebtui.knowledge", "bases.toml")
    return tuple(
        BaseImage(tuple(row["images"]), tuple(row["programs"]), row.get("tags", ""))
        for row in tomllib.loads(text)["base"]
    )
