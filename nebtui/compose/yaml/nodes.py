"""The node tree of a YAML text, for reader and editor: where each key, value, alias and property
stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nebtui.compose.yaml.parser import NotYamlError
from nebtui.compose.yaml.scalars import plain
from nebtui.light_dataclass import dataclass

Kind = Literal["scalar", "list", "mapping", "alias"]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node as it stands in the text. `start` is that of its anchor and tag, `content` that of
    the rest; `end` is just after its last character: comments and blank lines that follow are not
    in it."""

    kind: Kind
    start: int
    content: int
    end: int
    line: int
    column: int
    """Of the content: a block list's dash, a block mapping's first key."""
    style: str = ""
    """A scalar's sign (`'`, `"`, `|`, `>`, empty for a plain one), `[` for a flow collection."""
    tag: str = ""
    anchor: str = ""
    text: str = ""
    """A scalar's value."""
    source: str = ""
    """What stands between `content` and `end` of a scalar or alias."""
    items: tuple[Node, ...] = ()
    entries: tuple[tuple[Node, Node], ...] = ()
    target: Node | None = None
    """What an alias stands for."""

    @property
    def flow(self) -> bool:
        return self.style == "["

    def leaves(self) -> Iterator[Node]:
        """The scalars below this node, in order."""
        pending = [self]
        while pending:
            node = pending.pop()
            if node.kind == "scalar":
                yield node
            pending += reversed([*node.items, *(part for pair in node.entries for part in pair)])


def merges(key: Node) -> bool:
    """True for a merge key, `<<`."""
    return key.text == "<<" and not key.style


def merge_sources(node: Node) -> Iterator[Node]:
    """The mappings that the merge keys of a mapping name, as they stand (aliases included); the
    first of several wins. Raises NotYamlError where one is no mapping."""
    for value in (value for key, value in node.entries if merges(key)):
        listed = value.target or value
        for source in listed.items if listed.kind == "list" else (value,):
            if (source.target or source).kind != "mapping":
                raise NotYamlError("`<<` needs a mapping", source.line)
            yield source


def scalar_value(node: Node) -> Any:
    """The value of a scalar as Compose reads it: text where it is quoted or tagged `!!str`, else
    what an unquoted one means."""
    return node.text if node.style or node.tag.endswith(":str") else plain(node.text)
