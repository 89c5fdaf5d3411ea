"""The modules of nebtui that serving a box can load, found in the text of their imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources.abc import Traversable

from nebtui.light_dataclass import dataclass

PACKAGE = "nebtui"
ROOTS = ("nebtui.__main__", "nebtui.cli.serve", "nebtui.cli.version")
"""What is run there; the module of a verb is named nowhere, as the command line makes its name."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What can be loaded, beginning at ROOTS."""

    modules: dict[str, Traversable]
    """Dotted names of modules of nebtui, packages among them, with their files."""
    others: frozenset[str]
    """First words of all other modules, those of the standard library among them."""


def imported(package: Traversable) -> Imported:
    """Follows every import statement, also those within functions. `package`: the folder of
    nebtui."""
    found: dict[str, Traversable] = {}
    others: set[str] = set()
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        first, *rest = name.split(".")
        if first != PACKAGE:
            others.add(first)
            continue
        file = _file(package, rest)
        if name in found or file is None:
            continue  # a name within a module looks like a module
        found[name] = file
        waiting += (".".join((first, *rest[:length])) for length in range(len(rest)))
        waiting += _names(file.read_text(encoding="utf-8"))
    return Imported(found, frozenset(others))


def _file(package: Traversable, words: list[str]) -> Traversable | None:
    for word in words[:-1]:
        package = package / word
    last = package / words[-1] if words else package
    for file in (last / "__init__.py", package / f"{words[-1]}.py" if words else last):
        if file.is_file():
            return file
    return None


def _names(text: str) -> Iterator[str]:
    """The modules that a text may import, and names in them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
