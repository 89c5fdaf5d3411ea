"""The verbs of an edit, as values: what a rule wants changed. `splicing.apply` carries them out on a text."""

from __future__ import annotations

from dataclasses import dataclass

from nebtui.compose.emit import Value

Path = tuple[str, ...]
"""Mapping keys from the top of the file."""


@dataclass(frozen=True, slots=True)
class Set:
    """Give the key at `path` this value: replaced where it stands, else added with its missing parents.
    A short list on the way (`depends_on: [db]`, `networks: [a]`) becomes its long form, comments kept."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Add:
    """Add one name (with a value where the collection has values) to a named collection, in whichever style it is
    written: `NAME`, `NAME=value` or `name:value` items of a list, or keys of a mapping. Nothing is added twice."""

    path: Path
    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class SetVariable:
    """Give a variable of an env file a value, in place or as a new last line."""

    name: str
    value: str


Edit = Set | Add | SetVariable
