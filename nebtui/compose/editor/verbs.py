"""The verbs of an edit, as values: what a rule wants changed. `expected` has what each means,
`apply` does it."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.compose.yaml.writer import Value
from nebtui.light_dataclass import dataclass

Path = tuple[str, ...]
"""Mapping keys from the top of the file. Below a short list (`networks: [a]`, `environment: [A=1]`)
the name in an item counts as a key."""


class EditRefusedError(ValueError):
    """An edit cannot be made safely; the text is one sentence with the reason and a way out."""


@dataclass(frozen=True, slots=True)
class Set:
    """Give the key at `path` this value: replaced where it stands, else added with its missing
    parents. A mapping over a mapping changes what differs. A short list on the way (`depends_on:
    [db]`) becomes its long form."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Add:
    """Add one name (with a value where the collection has values) to a named collection, in
    whichever style it is written: `NAME`, `NAME=value` or `name:value` items of a list, or keys of
    a mapping. Nothing is added twice."""

    path: Path
    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Append:
    """Put one item, a mapping, at the end of the list at `path`, made where it is absent. Nothing
    is added twice."""

    path: Path
    item: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Remove:
    """Take away the key at `path`, or the list item of that name. Comments inside stay, an emptied
    parent becomes `{}` or `[]`. Nothing happens where it does not stand."""

    path: Path


@dataclass(frozen=True, slots=True)
class Expand:
    """Write the short form at `path` in its long form: a `depends_on` or `networks` list, `build:
    FOLDER`, or the one `item` of a `volumes` list."""

    path: Path
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Unbind:
    """Take the host's address away from the one TCP port of the `ports` at `path` that is bound to
    it: `ADDRESS:PORT:TARGET` becomes `PORT:TARGET`, of the long form `host_ip` goes. Refused where
    more than one is, or none. Nothing happens where it has no address already."""

    path: Path
    address: str
    """Without the brackets of IPv6."""
    port: int
    target: int


@dataclass(frozen=True, slots=True)
class SetVariable:
    """Give a variable of an env file a value, in place or as a new last line."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SetInstruction:
    """Put `new` in the place of the Dockerfile instruction `old` (both whole, as one line:
    continuation lines count as one space), or add it after the last FROM where `old` is empty."""

    old: str
    new: str


ComposeEdit = Set | Add | Append | Remove | Expand | Unbind
"""Edits of a compose file, each with a path."""

Edit = ComposeEdit | SetVariable | SetInstruction
