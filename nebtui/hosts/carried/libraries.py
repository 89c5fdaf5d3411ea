"""The files of the libraries that modules need, and of those that these need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from nebtui.hosts.carried.errors import CarryError

CERTIFICATES = "certifi"
"""It holds certificates, which that machine has of its own."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r";.*\bextra\s*==")


def library_files(
    modules: Iterable[str], owners: Mapping[str, list[str]]
) -> Iterator[tuple[str, Path]]:
    """The name that each has in sys.path, and where it lies. `owners`: the distributions that have
    a module, as importlib.metadata tells them; CarryError where the files of one are not known."""
    waiting = [owner for module in modules for owner in owners.get(module, ())]
    seen: set[str] = set()
    while waiting:
        name = _plain(waiting.pop())
        if name in seen or name == CERTIFICATES:
            continue
        seen.add(name)
        try:
            library = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other systems or older Pythons only
        waiting += _needed(library)
        yield from _files(library, name)


def _needed(library: Distribution) -> Iterator[str]:
    for requirement in library.requires or ():
        found = _NAME.match(requirement)
        if found and not _EXTRA.search(requirement):
            yield found[0]


def _files(library: Distribution, name: str) -> Iterator[tuple[str, Path]]:
    if library.files is None:
        raise CarryError(
            f"which files {name} has is not known here (no RECORD of it): no file is made; install "
            "nebtui there, or install it here by pip, pipx or uv."
        )
    for file in library.files:
        # What is compiled is for one Python on one machine: each is whole without.
        if file.suffix == ".py" and file.parts[0] != "..":
            yield file.as_posix(), Path(str(file.locate()))


def _plain(name: str) -> str:
    """One of the spellings of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()
