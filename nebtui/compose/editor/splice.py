"""Splices of a text, and the geometry of its lines: where a line starts and ends, where a new one
goes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml.nodes import Node
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace text[start:end] by `new`."""

    start: int
    end: int
    new: str


def apply_splices(text: str, splices: Iterable[Splice]) -> str:
    """The text after all splices, which do not overlap; those of one place keep their order."""
    parts, at = [], 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < at:
            raise EditRefusedError("the edit would touch one place twice; make it by hand")
        parts += [text[at : splice.start], splice.new]
        at = splice.end
    return "".join((*parts, text[at:]))


def newline(text: str) -> str:
    """The line end that most lines of the text have."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def line_start(text: str, index: int) -> int:
    """The index of the first character of the line that holds `index`; a byte order mark is not in
    the line."""
    start = text.rfind("\n", 0, index) + 1
    return 1 if start == 0 and text.startswith("\ufeff") else start


def line_end(text: str, index: int) -> int:
    """The index of the line break (or end of text) of the line that holds `index`."""
    at = text.find("\n", index)
    if at < 0:
        return len(text)
    return at - 1 if at > index and text[at - 1] == "\r" else at


def after_line(text: str, index: int) -> int:
    """The start of the line after the one that holds `index`."""
    at = text.find("\n", index)
    return len(text) if at < 0 else at + 1


def insertion(text: str, end: int, deeper_than: int) -> int:
    """The start of the line where a new sibling goes: after the line of `end` and after the comment
    lines that follow it directly and are indented deeper than the parent key."""
    at = after_line(text, end)
    while at < len(text):
        line = text[at : line_end(text, at)]
        stripped = line.lstrip(" ")
        if not stripped.startswith("#") or len(line) - len(stripped) <= deeper_than:
            break
        at = after_line(text, at)
    return at


def insert_lines(text: str, at: int, lines: list[str]) -> Splice:
    """Insert whole lines at a line start, keeping the text's line ends and a missing final newline
    missing."""
    nl = newline(text)
    if at == len(text) and text.strip("\ufeff") and not text.endswith("\n"):
        return Splice(at, at, nl + nl.join(lines))
    return Splice(at, at, "".join(line + nl for line in lines))


_COMMENT = re.compile(r"(?:^|(?<=[\s]))#[^\r\n]*", re.MULTILINE)
_HEADER_COMMENT = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)")


def comments(text: str, start: int, end: int, nodes: Iterable[Node]) -> list[str]:
    """The comments of text[start:end], which holds the given nodes."""
    found, at = [], start
    for leaf in (leaf for node in nodes for leaf in node.leaves()):
        found += _COMMENT.findall(text[at : max(at, leaf.content)])
        if leaf.style in ("|", ">") and (header := _HEADER_COMMENT.match(text, leaf.content)):
            found.append(header[1])
        at = max(at, leaf.end)
    return [comment.rstrip() for comment in (*found, *_COMMENT.findall(text[at:end]))]


def unsafe_tail(text: str, node: Node) -> bool:
    """True if the node ends in a block scalar at the end of a text without final newline: a line
    put after it would lend the scalar a newline that it does not have."""
    if text.endswith("\n") or text[node.end :].strip():
        return False
    while (node.items or node.entries) and not node.flow:
        node = node.items[-1] if node.items else node.entries[-1][1]
    return node.style in ("|", ">")
