"""Splices inside flow collections (`{…}`, `[…]`), on one line or several, with or without a
trailing comma."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nebtui.compose.editor.document import Document
from nebtui.compose.editor.splice import Splice, comments, line_end, line_start, newline
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml import writer
from nebtui.compose.yaml.nodes import Node


def json_like(document: Document, node: Node) -> bool:
    """True if the flow collection writes its first key or item in double quotes."""
    first = node.entries[0][0] if node.entries else node.items[0] if node.items else None
    if first is None:
        return document.root.flow and document.text.lstrip("\ufeff \t\r\n").startswith("{")
    return first.style == '"'


def add_entries(document: Document, node: Node, new: Mapping[str, Any]) -> Splice:
    """Add keys to a flow mapping."""
    return _add(document, node, _written(document, node, new))


def _written(document: Document, node: Node, new: Mapping[str, Any]) -> list[str]:
    style = json_like(document, node)
    return [
        f"{writer.scalar(k, json_style=style)}: {writer.flow(v, json_style=style)}"
        for k, v in new.items()
    ]


def add_items(document: Document, node: Node, new: Sequence[Any]) -> Splice:
    """Add items to a flow list."""
    style = json_like(document, node)
    return _add(document, node, [writer.flow(value, json_style=style) for value in new])


def _add(document: Document, node: Node, entries: list[str]) -> Splice:
    """Insert before the closing bracket: on the same line, or on own lines where the entries have
    them."""
    text, close = document.text, node.end - 1
    parts = _parts(node)
    if not parts:
        inside = text[node.content + 1 : close]
        start = close if inside.strip() else node.content + 1
        return Splice(start, close, ", ".join(entries))
    end = parts[-1][1]
    comma = _COMMA.match(_masked(text[end:close]))
    stop = end + comma.end() if comma else end
    if "\n" not in text[stop:close]:
        new = ", ".join(entries)
        return Splice(stop, stop, f" {new}," if comma else f", {new}")
    # The last entry's line, with its comment, ends before the new lines.
    first = line_start(text, parts[-1][0])
    indent = text[first : len(text[:first]) + _width(text, first)]
    tail = text[end : line_end(text, stop)]
    lines = [f"{newline(text)}{indent}{entry}" for entry in entries]
    return Splice(
        end, end + len(tail), f"{'' if comma else ','}{tail}{','.join(lines)}{',' if comma else ''}"
    )


_COMMA = re.compile(r"\s*,")


def _width(text: str, start: int) -> int:
    return len(text[start : line_end(text, start)]) - len(
        text[start : line_end(text, start)].lstrip(" \t")
    )


def _masked(text: str) -> str:
    return re.sub(r"(?:^|(?<=\s))#[^\n]*", lambda match: " " * len(match[0]), text)


def _parts(node: Node) -> list[tuple[int, int]]:
    """Start and end of each entry or item."""
    return [(k.start, max(k.end, v.end)) for k, v in node.entries] or [
        (item.start, item.end) for item in node.items
    ]


def remove(document: Document, node: Node, gone: Sequence[int]) -> list[Splice]:
    """Take away entries or items (by index) with their commas; at least one stays."""
    parts = _parts(node)
    last = max(index for index in range(len(parts)) if index not in gone)
    spans = [(parts[index][0], parts[index + 1][0]) for index in gone if index < last]
    if any(index > last for index in gone):
        spans.append((parts[last][1], parts[-1][1]))
    for start, end in spans:
        inside = [part for pair in node.entries for part in pair] or node.items
        if comments(
            document.text, start, end, [part for part in inside if start <= part.start < end]
        ):
            raise EditRefusedError(
                "a comment stands inside the brackets beside what is to go; remove it by hand"
            )
    return [Splice(start, end, "") for start, end in spans]


def expand(document: Document, node: Node, new: Mapping[str, Any]) -> list[Splice]:
    """Write `[a, b]` as `{a: …, b: …}`; comments and spacing stay."""
    style = json_like(document, node)
    names = [item.text for item in node.items]
    more = {name: value for name, value in new.items() if name not in names}
    result = [Splice(node.content, node.content + 1, "{"), Splice(node.end - 1, node.end, "}")]
    result += [
        Splice(item.end, item.end, f": {writer.flow(new[item.text], json_style=style)}")
        for item in node.items
    ]
    if more:
        entries = [
            f"{writer.scalar(k, json_style=style)}: {writer.flow(v, json_style=style)}"
            for k, v in more.items()
        ]
        result.append(_add(document, node, entries))
    return result
