"""A compose text as data in which every value still knows the file and line where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.nodes import Node, merge_sources, merges, scalar_value
from nebtui.compose.yaml.parser import MAX_DEPTH, MAX_NODES, NotYamlError
from nebtui.facts.declared import Origin
from nebtui.light_dataclass import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its place: `value` is a dict of Located, a list of Located, or a plain scalar.
    For a mapping's value the place is the line of its key; None where a short form implies the
    value and nothing of it stands in a file. `tag` is "!reset", "!override" or empty."""

    value: Any
    origin: Origin | None = None
    tag: str = ""

    def get(self, key: str) -> Located | None:
        """The Located of a key, None where this is no mapping or has no such key."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def with_value(self, value: Any) -> Located:
        """The same place and tag with another value."""
        return replace(self, value=value)

    def child(self, key: str, value: Any) -> Located:
        """This mapping with one key set, to a Located or to a plain value that stands nowhere."""
        spot = value if isinstance(value, Located) else locate(value)
        return replace(self, value={**self.value, key: spot})


def locate(value: Any, origin: Origin | None = None) -> Located:
    """Plain data as a Located at one place; what is inside it stands nowhere."""
    if isinstance(value, dict):
        value = {k: locate(v) for k, v in value.items()}
    elif isinstance(value, list):
        value = [locate(item) for item in value]
    return Located(value, origin)


def plain_value(spot: Located) -> Any:
    """Plain data of a Located; what is under `!reset` is left out."""
    if isinstance(spot.value, dict):
        return {k: plain_value(v) for k, v in spot.value.items() if v.tag != "!reset"}
    if isinstance(spot.value, list):
        return [plain_value(item) for item in spot.value if item.tag != "!reset"]
    return spot.value


def scalars(spot: Located, change: Callable[[Located, Path], Any], path: Path = ()) -> Located:
    """The same tree with every text scalar replaced by what `change` makes of it."""
    if isinstance(spot.value, dict):
        return spot.with_value({k: scalars(v, change, (*path, k)) for k, v in spot.value.items()})
    if isinstance(spot.value, list):
        return spot.with_value(
            [scalars(v, change, (*path, str(i))) for i, v in enumerate(spot.value)]
        )
    if not isinstance(spot.value, str):
        return spot
    value = change(spot, path)
    if value == spot.value or spot.origin is None:
        return spot.with_value(value)
    return replace(spot, value=value, origin=replace(spot.origin, written=spot.value))


def walk(spot: Located, path: Path = ()) -> Iterator[tuple[Path, Origin]]:
    """Path and place of the value and of everything below it that stands somewhere; list items
    count from 0."""
    if spot.origin is None:
        return
    yield path, spot.origin
    if isinstance(spot.value, dict):
        for key, value in spot.value.items():
            if value.tag != "!reset":
                yield from walk(value, (*path, key))
    elif isinstance(spot.value, list):
        for index, value in enumerate(spot.value):
            yield from walk(value, (*path, str(index)))


def read(text: str, file: str) -> list[Located]:
    """The documents of a text; raises NotYamlError for bad YAML, duplicate keys, alias bombs and
    non-mappings."""
    return [_Reading(file).located(node, node.line, 0) for node in documents(text)]


class _Reading:
    """One document's conversion with its budget of nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MAX_NODES

    def located(self, node: Node, line: int, depth: int) -> Located:
        """A node's value at a line, aliases replaced by what they stand for."""
        node = node.target or node
        self.left -= 1
        if self.left < 0:
            raise NotYamlError("aliases expand to too much data", line)
        if depth > MAX_DEPTH:
            raise NotYamlError("nested too deeply", line)
        tag = node.tag if node.tag in ("!reset", "!override") else ""
        return Located(self._value(node, depth), Origin(self.file, line), tag)

    def _value(self, node: Node, depth: int) -> Any:
        if node.kind == "scalar":
            return scalar_value(node)
        if node.kind == "list":
            return [self.located(item, item.line, depth + 1) for item in node.items]
        own = {
            key.text: self.located(value, key.line, depth + 1)
            for key, value in node.entries
            if not merges(key)
        }
        brought: dict[str, Located] = {}
        for source in merge_sources(node):
            # The first of several sources wins, as YAML's merge says.
            brought = {**self.located(source, source.line, depth + 1).value, **brought}
        return {**{k: v for k, v in brought.items() if k not in own}, **own}
