"""Makes the node tree of a YAML text from the parser's events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from nebtui.compose.yaml.nodes import Node
from nebtui.compose.yaml.parser import MAX_DEPTH, MAX_NODES, NotYamlError, events
from nebtui.light_dataclass import dataclass

REMEMBERED = 100_000
"""Characters of a text whose nodes are kept for a while; the largest of the corpus has 60,000."""


def documents(text: str) -> list[Node]:
    """The mappings that the documents of a text are; raises NotYamlError for anything else."""
    found = _remembered(text) if len(text) <= REMEMBERED else tuple(_Composer(text).documents())
    for node in found:
        if node.kind != "mapping":
            raise NotYamlError("must be a mapping at the top level", node.line)
    return list(found)


@lru_cache(8)
def _remembered(text: str) -> tuple[Node, ...]:
    """The nodes of a text, which never change: planning, editing and proving a fix read the same
    two or three texts a dozen times."""
    return tuple(_Composer(text).documents())


@dataclass(slots=True)
class _Open:
    """A collection whose end was not met yet."""

    event: CollectionStartEvent
    children: list[Node]


class _Composer:
    """Makes nodes of the parser's events, without recursion and with a budget."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.anchors: dict[str, Node] = {}
        self.open: list[_Open] = []
        self.left = MAX_NODES

    def documents(self) -> list[Node]:
        """The root nodes; documents without content are left out."""
        result: list[Node] = []
        for event in events(self.text):
            if isinstance(event, CollectionStartEvent):
                self.open.append(_Open(event, []))
                if len(self.open) > MAX_DEPTH:
                    raise NotYamlError("nested too deeply", event.start_mark.line + 1)
                continue
            if isinstance(event, DocumentEndEvent):
                self.anchors = {}
            node = self._node(event)
            if node is None:
                continue
            if self.open:
                self.open[-1].children.append(node)
            elif node.end > node.start:
                result.append(node)
        return result

    def _node(self, event: Event) -> Node | None:
        self.left -= 1
        if self.left < 0:
            raise NotYamlError("has too many nodes", event.start_mark.line + 1)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            node = self._collection(self.open.pop(), event)
        else:
            return None
        if node.anchor:
            self.anchors[node.anchor] = node
        return node

    def _scalar(self, event: ScalarEvent) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        properties = _PROPERTIES.match(self.text, start) if _marked(event) else None
        content = min(end, properties.end()) if properties else start
        if style in ("|", ">"):
            end = _block_scalar_end(self.text, content, end)
        return Node(
            kind="scalar",
            start=start,
            content=content,
            end=end,
            line=event.start_mark.line + 1,
            column=event.start_mark.column,
            style=style,
            tag=str(event.tag or ""),
            anchor=event.anchor or "",
            text=event.value,
            source=self.text[content:end],
        )

    def _alias(self, event: AliasEvent) -> Node:
        target = self.anchors.get(event.anchor)
        line = event.start_mark.line + 1
        if target is None:
            raise NotYamlError(
                f"has the alias *{event.anchor} and no anchor of that name before it", line
            )
        start, end = event.start_mark.index, event.end_mark.index
        source = self.text[start:end]
        return Node(
            "alias",
            start,
            start,
            end,
            line,
            event.start_mark.column,
            text=target.text,  # an alias may stand for a key
            source=source,
            target=target,
        )

    def _collection(self, opened: _Open, closing: Event) -> Node:
        event, children = opened.event, opened.children
        content, column = _content(self.text, event)
        is_list = isinstance(event, SequenceStartEvent)
        pairs = () if is_list else zip(children[::2], children[1::2], strict=True)
        entries = tuple((key, self._placed(key, value)) for key, value in pairs)
        _refuse_duplicates(entries)
        return Node(
            kind="list" if is_list else "mapping",
            start=event.start_mark.index,
            content=content,
            end=closing.end_mark.index if event.flow_style else _end(children, entries),
            line=event.start_mark.line + 1,
            column=column,
            style="[" if event.flow_style else "",
            tag=str(event.tag or ""),
            anchor=event.anchor or "",
            items=tuple(children) if is_list else (),
            entries=entries,
        )

    def _placed(self, key: Node, value: Node) -> Node:
        """A value; one of which nothing stands in the text gets its place behind the colon (the
        parser puts it before the next token)."""
        if value.kind != "scalar" or value.end > value.start:
            return value
        colon = _COLON.match(self.text, key.end)
        at = colon.end() if colon else key.end
        return replace(value, start=at, content=at, end=at, line=key.line)


_COLON = re.compile(r"[ \t]*:")


_PROPERTIES = re.compile(r"(?:[!&][^\s,\[\]{}]*(?:\s+|$))*")


def _marked(event: ScalarEvent) -> bool:
    return bool(event.anchor or event.tag)


def _content(text: str, event: CollectionStartEvent) -> tuple[int, int]:
    """Index and column of a collection's first sign, behind its anchor and tag."""
    end = event.end_mark
    # ruamel ends the event behind the bracket, behind the first dash of an unindented list, else
    # before the content.
    back = (
        1
        if event.flow_style
        or text[end.index - 1 : end.index + 1] in ("- ", "-\n", "-\r", "-\t", "-")
        else 0
    )
    return end.index - back, end.column - back


def _end(children: Sequence[Node], entries: Sequence[tuple[Node, Node]]) -> int:
    """Where a block collection's last part ends. An item of which nothing stands counts with its
    dash."""
    if entries:
        return max(entries[-1][0].end, entries[-1][1].end)
    return children[-1].end


def _refuse_duplicates(entries: Sequence[tuple[Node, Node]]) -> None:
    seen: set[str] = set()
    for key, _ in entries:
        if (key.target or key).kind != "scalar":
            raise NotYamlError("a key is not a scalar", key.line)
        if key.text in seen:
            raise NotYamlError(f"the key {key.text!r} stands twice in one mapping", key.line)
        seen.add(key.text)


def _block_scalar_end(text: str, start: int, end: int) -> int:
    header = text[start : text.find("\n", start)].split("#")[0]
    if "+" in header:
        return end - 1 if text[end - 1 : end] == "\n" else end
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end
