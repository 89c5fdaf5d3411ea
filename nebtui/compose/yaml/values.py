"""What the nodes of a YAML text mean to Compose: their data, and when two pieces of data are the
same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nebtui.compose.yaml.nodes import Node, merge_sources, merges, scalar_value
from nebtui.compose.yaml.parser import MAX_DEPTH, MAX_NODES, NotYamlError
from nebtui.compose.yaml.writer import SourceScalar, Tagged


def to_data(node: Node) -> Any:
    """Data of a node: dict, list, `SourceScalar` scalars, `Tagged`. Merge keys are resolved
    shallowly, as Compose does. Raises NotYamlError where the data is out of proportion (alias
    bomb)."""
    return _Construct().of(node, 0)


def merged(node: Node) -> dict[str, Any]:
    """What a mapping has through its merge keys only."""
    return _Construct().merged(node, 0)


class _Construct:
    """One construction with its budget of nodes."""

    def __init__(self) -> None:
        self.left = MAX_NODES

    def of(self, node: Node, depth: int) -> Any:
        """The data of one node."""
        self.left -= 1
        if self.left < 0:
            raise NotYamlError("aliases expand to too much data", node.line)
        if depth > MAX_DEPTH:
            raise NotYamlError("nested too deeply", node.line)
        value = self._bare(node, depth)
        return Tagged(node.tag, value) if node.tag in ("!reset", "!override") else value

    def _bare(self, node: Node, depth: int) -> Any:
        if node.kind == "scalar":
            source = "" if "\n" in node.source else node.source
            return SourceScalar(scalar_value(node), source)
        if node.kind == "list":
            return [self.of(item, depth + 1) for item in node.items]
        if node.target is not None:
            return self.of(node.target, depth + 1)
        own = {
            key.text: self.of(value, depth + 1) for key, value in node.entries if not merges(key)
        }
        return {**{k: v for k, v in self.merged(node, depth).items() if k not in own}, **own}

    def merged(self, node: Node, depth: int) -> dict[str, Any]:
        """What the merge keys of a mapping bring; the first of several sources wins."""
        result: dict[str, Any] = {}
        for source in merge_sources(node):
            result = unwrap(self.of(source, depth + 1)) | result
        return result


def unwrap(value: Any) -> Any:
    """A value without its tag, a scalar without its source."""
    value = value.value if isinstance(value, Tagged) else value
    return value.value if isinstance(value, SourceScalar) else value


def equivalent(one: Any, two: Any) -> bool:
    """True if two pieces of data mean the same; unlike `==`, true is not 1. A tuple is a list."""
    if one is two:
        return True
    if isinstance(one, Tagged) or isinstance(two, Tagged):
        return (
            isinstance(one, Tagged)
            and isinstance(two, Tagged)
            and one.tag == two.tag
            and equivalent(one.value, two.value)
        )
    one, two = unwrap(one), unwrap(two)
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(
            equivalent(value, two[key]) for key, value in one.items()
        )
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(map(equivalent, one, two))
    return type(one) is type(two) and bool(one == two)


def unwrapped(value: Any) -> Any:
    """Plain data: scalars without their sources; tags stay."""
    if isinstance(value, Tagged):
        return Tagged(value.tag, unwrapped(value.value))
    value = unwrap(value)
    if isinstance(value, Mapping):
        return {key: unwrapped(inner) for key, inner in value.items()}
    return [unwrapped(inner) for inner in value] if isinstance(value, (list, tuple)) else value
