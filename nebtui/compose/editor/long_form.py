"""Splices that write a short list or an alias in its long form, so that it can hold more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nebtui.compose.editor.block_style import dash
from nebtui.compose.editor.document import Document
from nebtui.compose.editor.splice import (
    Splice,
    after_line,
    insert_lines,
    insertion,
    line_start,
)
from nebtui.compose.yaml import writer
from nebtui.compose.yaml.nodes import Node


def open_alias(
    document: Document, key: Node, node: Node, in_flow: bool, more: Mapping[str, Any]
) -> list[Splice]:
    """Write `key: *a` as a mapping that merges `*a` and has more keys."""
    if in_flow:
        entries = ", ".join(f"{writer.scalar(k)}: {writer.flow(v)}" for k, v in more.items())
        return [Splice(node.start, node.end, f"{{<<: {node.source}, {entries}}}")]
    text = document.text
    column = key.column + document.habits.step
    lines = [f"{' ' * column}<<: {node.source}"]
    lines += [line for k, v in more.items() for line in writer.entry(k, v, column, document.habits)]
    head = document.behind_colon(key)
    return [Splice(head, node.end, ""), insert_lines(text, after_line(text, node.end), lines)]


def expand(document: Document, key: Node, node: Node, new: Mapping[str, Any]) -> list[Splice]:
    """A short list (`- db # why`) in its long form (`db: # why` and what the key holds); comments
    stay."""
    text, habits = document.text, document.habits
    column = max(node.column, key.column + habits.step)
    result = []
    for index, item in enumerate(node.items):
        start = line_start(text, dash(document, node, index))
        value = new[item.text]
        inline = "" if writer.nested(value) or value is None else f" {writer.inline(value)}"
        result.append(Splice(start, item.end, f"{' ' * column}{item.source}:{inline}"))
        if writer.nested(value):
            result.append(
                insert_lines(
                    text, after_line(text, item.end), list(writer.body(value, column, habits))
                )
            )
    names = [item.text for item in node.items]
    more = [
        line
        for k, v in new.items()
        if k not in names
        for line in writer.entry(k, v, column, habits)
    ]
    if more:
        result.append(insert_lines(text, insertion(text, node.end, key.column), more))
    return result
