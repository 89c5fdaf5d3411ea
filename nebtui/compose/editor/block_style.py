"""Splices of block style: whole lines added and removed, values replaced.

No comment is lost: those inside what is taken away stay as lines of their own above its key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nebtui.compose.editor.document import Document, separated
from nebtui.compose.editor.splice import (
    Splice,
    after_line,
    comments,
    insert_lines,
    insertion,
    line_end,
    line_start,
    newline,
    unsafe_tail,
)
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml import writer
from nebtui.compose.yaml.nodes import Node


def add_entries(document: Document, key: Node | None, node: Node, new: Mapping[str, Any]) -> Splice:
    """Insert keys after the last one of a block mapping."""
    text = document.text
    column = node.entries[0][0].column
    parent_column = key.column if key is not None else -1
    blank = (
        [""]
        if (node is document.root or _is_section(document, node)) and separated(document, node)
        else []
    )
    lines = [
        line
        for k, v in new.items()
        for line in (*blank, *writer.entry(k, v, column, document.habits))
    ]
    for _, value in reversed(node.entries):
        if not unsafe_tail(text, value):
            return insert_lines(text, insertion(text, value.end, parent_column), lines)
    return insert_lines(text, line_start(text, node.entries[0][0].start), lines)


def _is_section(document: Document, node: Node) -> bool:
    return any(value is node for _, value in document.root.entries)


def remove_entry(document: Document, key: Node, node: Node, following: Node | None) -> Splice:
    """Take away the lines of a key; comments in them stay. Of the first key behind a dash the next
    one (`following`) takes the place."""
    text = document.text
    end = max(node.end, document.behind_colon(key))
    shares = text[line_start(text, key.start) : key.start].strip(" ") == "-"
    if shares and following is not None and not text[end : following.start].strip():
        return Splice(key.start, following.start, "")
    return _remove_lines(document, key.start, end, key.column, (key, node))


def remove_item(document: Document, node: Node, index: int) -> Splice:
    """Take away the lines of a list item; comments in them stay."""
    item = node.items[index]
    return _remove_lines(document, dash(document, node, index), item.end, node.column, (item,))


def _remove_lines(
    document: Document, start: int, end: int, column: int, nodes: Sequence[Node]
) -> Splice:
    text = document.text
    first = line_start(text, start)
    if text[first:start].strip(" "):
        raise EditRefusedError(
            "what is to go shares its line with something else; remove it by hand"
        )
    stop = after_line(text, end)
    kept = comments(text, start, stop, nodes)
    nl = newline(text)
    return Splice(first, stop, "".join(f"{' ' * column}{comment}{nl}" for comment in kept))


def dash(document: Document, node: Node, index: int) -> int:
    """The index of a block list item's dash."""
    if index == 0:
        return node.content
    start = node.items[index - 1].end
    gap = re.sub(
        r"(?:^|(?<=\s))#[^\n]*",
        lambda match: " " * len(match[0]),
        document.text[start : node.items[index].start],
    )
    return start + gap.index("-")


def add_items(document: Document, key: Node, node: Node, index: int, new: Sequence[Any]) -> Splice:
    """Insert items so that the first of them has the given index."""
    text, column = document.text, node.column
    lines = [line for value in new for line in writer.item(value, column, document.habits)]
    if index == 0:
        return insert_lines(text, line_start(text, node.content), lines)
    before = node.items[index - 1]
    if index < len(node.items):
        return insert_lines(text, after_line(text, before.end), lines)
    if unsafe_tail(text, before):
        raise EditRefusedError(
            "the list ends in a block text without final newline; end the file with a newline first"
        )
    return insert_lines(
        text, insertion(text, before.end, column - 1 if column > key.column else column), lines
    )


def replace_item(document: Document, node: Node, index: int, new: Any) -> list[Splice]:
    """Write another item in an item's place."""
    item = node.items[index]
    if node.flow:
        return [Splice(item.start, item.end, writer.flow(new, json_style=item.style == '"'))]
    if not writer.nested(new) and item.kind in ("scalar", "alias") and item.style not in ("|", ">"):
        return [Splice(item.start, item.end, _in_style(item, new))]
    at = dash(document, node, index)
    kept = comments(document.text, at, item.end, (item,))
    lines = writer.item(new, node.column, document.habits)
    above = [
        Splice(
            line_start(document.text, at),
            line_start(document.text, at),
            _above(document, node.column, kept),
        )
    ]
    first, *rest = (line[node.column :] for line in lines)
    # The first line takes the item's place, so that a comment behind it stays behind it.
    stop = line_end(document.text, item.end)
    nl = newline(document.text) + " " * node.column
    return [
        *above,
        Splice(at, item.end, first),
        Splice(stop, stop, "".join(nl + line for line in rest)),
    ]


def _above(document: Document, column: int, kept: Sequence[str]) -> str:
    return "".join(f"{' ' * column}{comment}{newline(document.text)}" for comment in kept)


def _in_style(node: Node, new: Any) -> str:
    """A scalar in the quotes that the old one has."""
    if isinstance(new, str) and node.style == '"':
        return writer.quoted(new)
    if isinstance(new, str) and node.style == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return writer.inline(new)


def replace(
    document: Document, key: Node, node: Node, in_flow: bool, start: int, new: Any
) -> list[Splice]:
    """Write another value in a value's place; `start` is behind a tag that stays."""
    text = document.text
    gap = "" if start > 0 and text[start - 1] in " \t" else " "
    if in_flow:
        if comments(text, start, node.end, (node,)):
            raise EditRefusedError(
                "a comment stands inside the brackets of what is replaced; remove it by hand"
            )
        return [Splice(start, node.end, gap + writer.flow(new, json_style=key.style == '"'))]
    is_block = node.kind in ("mapping", "list") and not node.flow
    if not writer.nested(new) and not is_block:
        kept = comments(text, start, node.end, (node,))
        return [
            *_put_above(document, key, kept),
            Splice(start, node.end, gap + _in_style(node, new)),
        ]
    return _replace_lines(document, key, node, start, new)


def _put_above(document: Document, key: Node, kept: Sequence[str]) -> list[Splice]:
    at = line_start(document.text, key.start)
    return [Splice(at, at, _above(document, key.column, kept))] if kept else []


def _replace_lines(document: Document, key: Node, node: Node, start: int, new: Any) -> list[Splice]:
    """Replace where the old or the new value has lines of its own."""
    text = document.text
    # Behind the colon, and behind a tag that stays.
    head = document.behind_colon(key) if start == node.start else len(text[:start].rstrip())
    empty = node.kind == "scalar" and not node.source
    kept = comments(text, head, max(head, node.end), (node,))
    above = _put_above(document, key, kept)
    if not writer.nested(new):
        return [*above, Splice(head, max(head, node.end), f" {writer.inline(new)}")]
    lines = list(writer.body(new, key.column, document.habits))
    if empty:
        return [insert_lines(text, insertion(text, head, key.column), lines)]
    if node.kind in ("mapping", "list") and not node.flow:
        nl = newline(text)
        return [*above, Splice(head, node.end, "".join(nl + line for line in lines))]
    return [
        *above,
        Splice(head, node.end, ""),
        insert_lines(text, after_line(text, node.end), lines),
    ]


def one_line_items(document: Document, node: Node) -> bool:
    """True if each item stands on its dash's line and ends there."""
    return all(
        "\n" not in document.text[dash(document, node, index) : item.end] and item.source
        for index, item in enumerate(node.items)
    )
