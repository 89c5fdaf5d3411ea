"""A compose text as data in which every value still knows the file and line where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nebtui.compose import marks
from nebtui.compose.marks import NotYaml, line_of
from nebtui.facts.declared import Origin

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A value with its place: `value` is a dict of Spots, a list of Spots, or a plain scalar. For a
    mapping's value the place is the line of its key; None where a short form implies the value and
    nothing of it stands in a file. `tag` is "!reset", "!override" or empty."""

    value: Any
    origin: Origin | None = None
    tag: str = ""

    def get(self, key: str) -> Spot | None:
        """The Spot of a key, None where this is no mapping or has no such key."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def with_value(self, value: Any) -> Spot:
        """The same place and tag with another value."""
        return replace(self, value=value)

    def child(self, key: str, value: Any) -> Spot:
        """This mapping with one key set, to a Spot or to a plain value that stands nowhere."""
        spot = value if isinstance(value, Spot) else wrap(value)
        return replace(self, value={**self.value, key: spot})


def wrap(value: Any, origin: Origin | None = None) -> Spot:
    """Plain data as a Spot at one place; what is inside it stands nowhere."""
    if isinstance(value, dict):
        value = {k: wrap(v) for k, v in value.items()}
    elif isinstance(value, list):
        value = [wrap(item) for item in value]
    return Spot(value, origin)


def strip(spot: Spot) -> Any:
    """Plain data of a Spot; what is under `!reset` is left out."""
    if isinstance(spot.value, dict):
        return {k: strip(v) for k, v in spot.value.items() if v.tag != "!reset"}
    if isinstance(spot.value, list):
        return [strip(item) for item in spot.value if item.tag != "!reset"]
    return spot.value


def scalars(spot: Spot, change: Callable[[Spot, Path], Any], path: Path = ()) -> Spot:
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


def walk(spot: Spot, path: Path = ()) -> Iterator[tuple[Path, Origin]]:
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


def read(text: str, file: str) -> list[Spot]:
    """The documents of a text; raises NotYaml for bad YAML, duplicate keys, alias bombs and
    non-mappings."""
    documents = []
    for node in marks.parse(text):
        if not isinstance(node, MappingNode):
            raise NotYaml("must be a mapping at the top level", line_of(node))
        documents.append(_Reading(file).spot(node, line_of(node), 0))
    return documents


class _Reading:
    """One document's conversion with its budget of nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = marks.MAX_NODES

    def spot(self, node: Node, line: int, depth: int) -> Spot:
        self.left -= 1
        if self.left < 0:
            raise NotYaml("aliases expand to too much data", line)
        if depth > marks.MAX_DEPTH:
            raise NotYaml("nested too deeply", line)
        tag = str(node.tag)
        value = self._value(node, depth)
        return Spot(value, Origin(self.file, line), tag if tag in ("!reset", "!override") else "")

    def _value(self, node: Node, depth: int) -> Any:
        if isinstance(node, ScalarNode):
            return marks.scalar(node)
        if isinstance(node, SequenceNode):
            return [self.spot(item, line_of(item), depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Node, depth: int) -> dict[str, Spot]:
        own: dict[str, Spot] = {}
        merged: dict[str, Spot] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise NotYaml("a key is not a scalar", line_of(key))
            if key.value == "<<" and key.style is None:
                merged = self._merged(value, depth) | merged
            elif key.value in own:
                raise NotYaml(f"the key {key.value!r} stands twice in one mapping", line_of(key))
            else:
                own[key.value] = self.spot(value, line_of(key), depth + 1)
        return {**{k: v for k, v in merged.items() if k not in own}, **own}

    def _merged(self, value: Node, depth: int) -> dict[str, Spot]:
        merged: dict[str, Spot] = {}
        for source in value.value if isinstance(value, SequenceNode) else (value,):
            if not isinstance(source, MappingNode):
                raise NotYaml("`<<` needs a mapping", line_of(source))
            # The first of several sources wins, as YAML's merge says.
            merged = {**self.spot(source, line_of(source), depth + 1).value, **merged}
        return merged
