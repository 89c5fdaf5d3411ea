"""Where each key of a YAML text stands: the node tree of ruamel.yaml's composer, and plain data built from it.

Scalars follow the YAML dialect of Compose (Go's yaml.v3): `yes` stays text, `0755` is octal, dates stay text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nebtui.compose.scalars import plain

MAX_BYTES = 4_000_000
"""Larger compose files are refused unread: the largest of the corpus has 60 kB."""
MAX_NODES = 200_000
"""Plain data of more nodes is an alias bomb, not a compose file."""
MAX_DEPTH = 100

Path = tuple[str, ...]


class NotYaml(ValueError):
    """The text is not YAML that nebtui reads; `line` counts from 1, 0 = unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under `!reset` or `!override`, Compose's merge instructions."""

    tag: str
    value: Any


def parse(text: str) -> list[Node]:
    """The root nodes of all documents with content; raises NotYaml with the line."""
    if len(text) > MAX_BYTES:
        raise NotYaml(f"larger than {MAX_BYTES // 1_000_000} MB")
    if "\0" in text:
        raise NotYaml("contains NUL bytes", text.count("\n", 0, text.index("\0")) + 1)
    # Same length, so that every mark stays an index into the text; ruamel refuses a BOM inside a string.
    clean = " " + text[1:] if text.startswith("\ufeff") else text
    try:
        return [node for node in YAML(typ="base", pure=True).compose_all(clean) if node is not None]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(str(error.problem or error.context or "not YAML"), mark.line + 1 if mark else 0) from None
    except RecursionError:
        raise NotYaml("nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise NotYaml(str(error).splitlines()[0]) from None


def root(text: str) -> MappingNode:
    """The single mapping that a compose file is; NotYaml for anything else. An empty file is an empty mapping."""
    documents = parse(text)
    if not documents:
        raise NotYaml("is empty")
    if len(documents) > 1:
        raise NotYaml("holds several YAML documents", documents[1].start_mark.line + 1)
    if not isinstance(documents[0], MappingNode):
        raise NotYaml("must be a mapping at the top level", documents[0].start_mark.line + 1)
    return documents[0]


def find(node: Node, path: Path) -> tuple[Node, Node] | None:
    """Key and value node at a path of mapping keys (merged `<<` keys are not looked into), None if absent."""
    key: Node = node
    for name in path:
        if not isinstance(node, MappingNode):
            return None
        for k, v in node.value:
            if isinstance(k, ScalarNode) and k.value == name:
                key, node = k, v
                break
        else:
            return None
    return key, node


def line_of(node: Node) -> int:
    """The line of a node, counted from 1."""
    return int(node.start_mark.line) + 1


def is_alias(key: Node, value: Node) -> bool:
    """True if the value is `*name`: the composer hands out the anchored node itself, which starts elsewhere."""
    return bool(value.start_mark.index < key.start_mark.index)


def keys(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Name, key node and value node of a mapping's own scalar keys."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield key.value, key, value


def scalar(node: ScalarNode) -> Any:
    """The value of a scalar as Compose reads it."""
    # Plain words and numbers carry a type tag unless the text says `!!str`.
    if node.style is not None or str(node.tag).endswith(":str"):
        return node.value
    return plain(node.value)


def construct(node: Node) -> Any:
    """Plain data of a node: dict, list, scalars, `Tagged`. Merge keys are resolved shallowly, as Compose does.
    Raises NotYaml where the data is out of proportion (alias bomb) or too deep."""
    return _Construct().of(node, 0)


class _Construct:
    """One construction with its budget of nodes."""

    def __init__(self) -> None:
        self.left = MAX_NODES

    def of(self, node: Node, depth: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise NotYaml("aliases expand to too much data", line_of(node))
        if depth > MAX_DEPTH:
            raise NotYaml("nested too deeply", line_of(node))
        value = self._bare(node, depth)
        tag = str(node.tag)
        return Tagged(tag, value) if tag in ("!reset", "!override") else value

    def _bare(self, node: Node, depth: int) -> Any:
        if isinstance(node, ScalarNode):
            return scalar(node)
        if isinstance(node, SequenceNode):
            return [self.of(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == "<<" and key.style is None:
                for source in value.value if isinstance(value, SequenceNode) else (value,):
                    data = self.of(source, depth + 1)
                    if isinstance(data, dict):
                        merged = data | merged
            elif isinstance(key, ScalarNode):
                own[key.value] = self.of(value, depth + 1)
            else:
                raise NotYaml("a key is not a scalar", line_of(key))
        return {**{k: v for k, v in merged.items() if k not in own}, **own}


def load(text: str) -> dict[str, Any]:
    """Plain data of a one-document text whose top level is a mapping; raises NotYaml."""
    data = construct(root(text))
    assert isinstance(data, dict)  # root() returned a mapping node
    return data
