"""A document of a text with its habits: how deep it indents, where its dashes stand, whether it
keeps blank lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from nebtui.compose.editor.splice import line_start
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml.nodes import Node
from nebtui.compose.yaml.writer import IndentStyle
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A text, one of its documents, and the habits that new lines follow."""

    text: str
    root: Node
    habits: IndentStyle

    def behind_colon(self, key: Node) -> int:
        """The index after the colon that follows a key."""
        match = _COLON.match(self.text, key.end)
        if match is None:
            raise EditRefusedError(
                f"the key `{key.text}` (line {key.line}) is written in a form nebtui does "
                "not edit (`? key`)"
            )
        return match.end()


_COLON = re.compile(r"[ \t]*:")


def document_of(text: str, root: Node) -> Document:
    """The document of a document."""
    return Document(text, root, _habits(root))


def _habits(root: Node) -> IndentStyle:
    steps = [inner.column - key.column for key, inner in _blocks(root) if inner.kind == "mapping"]
    step = next((step for step in steps if 1 <= step <= 8), 2)
    dashes = Counter(
        inner.column - key.column for key, inner in _blocks(root) if inner.kind == "list"
    )
    dash, times = dashes.most_common(1)[0] if dashes else (step, 0)
    return IndentStyle(step, dash if times and 0 <= dash <= 8 else step)


def _blocks(root: Node) -> Iterator[tuple[Node, Node]]:
    """The block collections that stand below a key of a block mapping, in order, with their
    keys."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.flow:
            continue
        for key, value in node.entries:
            if value.kind in ("mapping", "list") and not value.flow:
                yield key, value
        pending += reversed([value for _, value in node.entries])


def separated(document: Document, mapping: Node) -> bool:
    """True if a blank line stands between entries of the mapping; for the root also between its
    sections' entries."""
    entries = [*mapping.entries[1:]]
    if mapping is document.root:
        entries += [
            entry
            for _, section in mapping.entries
            if not section.flow
            for entry in section.entries[1:]
        ]
    return any(
        _blank_before(document.text, line_start(document.text, key.start)) for key, _ in entries
    )


def _blank_before(text: str, at: int) -> bool:
    """True if a blank line stands above the line that starts at `at`, comment lines between them
    left out."""
    while at > 0:
        above = line_start(text, at - 1)
        line = text[above:at].strip()
        if not line.startswith("#"):
            return not line
        at = above
    return False
