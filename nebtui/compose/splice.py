"""Where a splice goes in a YAML text: ends of values, insertion points, and the few insertions built on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nebtui.compose import emit
from nebtui.compose.marks import is_alias


class Refused(ValueError):
    """An edit cannot be made safely; the text is one sentence with the reason and a way out."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace text[start:end] by `new`."""

    start: int
    end: int
    new: str

    def on(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


def newline(text: str) -> str:
    """The line end the text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """The index of the line break (or end of text) of the line that holds `index`."""
    at = text.find("\n", index)
    if at < 0:
        return len(text)
    return at - 1 if at > 0 and text[at - 1] == "\r" else at


def after_line(text: str, index: int) -> int:
    """The start of the line after the one that holds `index`."""
    at = text.find("\n", index)
    return len(text) if at < 0 else at + 1


def column(node: Node) -> int:
    return int(node.start_mark.column)


def is_flow(node: Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def is_block_scalar(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style in ("|", ">")


_ALIAS = re.compile(r"\s*:\s*(\*[^\s,\[\]{}]+)")


def value_span(text: str, key: Node, value: Node) -> tuple[int, int]:
    """Start and end index of a value's own text (an alias token, a scalar, a flow or block collection)."""
    key_end = int(key.end_mark.index)
    if is_alias(key, value):
        match = _ALIAS.match(text, key_end)
        if match is None:
            raise Refused("an alias stands in a form nebtui does not read; write the value out first")
        return match.start(1), match.end(1)
    if isinstance(value, ScalarNode) and value.style is None and value.value == "":
        colon = text.index(":", key_end) + 1
        tagged = int(value.end_mark.index)
        end = tagged if colon < tagged <= line_end(text, colon) and text[colon:tagged].strip() else colon
        return end, end
    return int(value.start_mark.index), leaf_end(text, key, value)


def leaf_end(text: str, key: Node, value: Node) -> int:
    """The index just after the last character of a value's content; trailing comments and blank lines are not in it."""
    if is_alias(key, value):
        return value_span(text, key, value)[1]
    if isinstance(value, ScalarNode):
        if is_block_scalar(value):
            return _block_scalar_end(text, value)
        return value_span(text, key, value)[1] if value.value == "" else int(value.end_mark.index)
    if is_flow(value) or not value.value:
        return int(value.end_mark.index)
    last = value.value[-1]
    if isinstance(value, MappingNode):
        return leaf_end(text, last[0], last[1])
    return _item_end(text, value, last)


def _item_end(text: str, sequence: Node, item: Node) -> int:
    """The end of the last item of a block sequence, which may be an alias or empty."""
    if not item.start_mark.index < sequence.start_mark.index:
        if isinstance(item, ScalarNode) and not is_block_scalar(item):
            return int(item.end_mark.index)
        if isinstance(item, ScalarNode):
            return _block_scalar_end(text, item)
        return leaf_end(text, sequence, item) if not is_flow(item) else int(item.end_mark.index)
    raise Refused("the list ends in an alias; add the item by hand, or write the alias out first")


def _block_scalar_end(text: str, node: ScalarNode) -> int:
    end = int(node.end_mark.index)
    header = text[node.start_mark.index : line_end(text, node.start_mark.index)]
    if "+" in header.split("#")[0]:
        return end - 1 if end > 0 and text[end - 1] == "\n" else end
    while end > 0 and text[end - 1] in " \t\r\n":
        end -= 1
    return end


def unsafe_tail(text: str, value: Node) -> bool:
    """True if the value ends in a block scalar at the end of a text without final newline: a line put after it would
    lend the scalar a newline that it does not have."""
    if text.endswith("\n"):
        return False
    while isinstance(value, (MappingNode, SequenceNode)) and value.value and not is_flow(value):
        last = value.value[-1]
        value = last[1] if isinstance(last, tuple) else last
    return is_block_scalar(value) and not text[int(value.end_mark.index) :].strip()


def insertion(text: str, end: int, deeper_than: int) -> int:
    """The start of the line where a new sibling goes: after the line of `end` and after the comment lines that follow
    it directly and are indented deeper than the parent key."""
    at = after_line(text, end)
    while at < len(text):
        line = text[at : line_end(text, at)]
        stripped = line.lstrip(" ")
        if not stripped.startswith("#") or len(line) - len(stripped) <= deeper_than:
            break
        at = after_line(text, at)
    return at


def insert_lines(text: str, at: int, lines: list[str]) -> Splice:
    """Insert whole lines at a line start, keeping the text's line ends and a missing final newline missing."""
    nl = newline(text)
    if at == len(text) and text and not text.endswith("\n"):
        return Splice(at, at, nl + nl.join(lines))
    return Splice(at, at, nl.join(lines) + nl)


def step_of(root: MappingNode) -> int:
    """The indentation step of a file: how far its first nested block mapping stands in; 2 where there is none."""
    for key, value in root.value:
        if isinstance(value, MappingNode) and value.value and not is_flow(value) and not is_alias(key, value):
            inner = column(value.value[0][0]) - column(key)
            if 1 <= inner <= 8:
                return inner
    return 2


def add_key(
    text: str, root: MappingNode, parent: MappingNode, parent_column: int, key: str, value: emit.Value
) -> Splice:
    """Insert `key: value` as the last key of a mapping, in the style the mapping is written in."""
    if is_flow(parent):
        return _add_to_flow(text, parent, _flow_entry(text, parent, key, value))
    at_column = column(parent.value[0][0])
    lines = emit.block(key, value, at_column, step_of(root))
    for k, v in reversed(parent.value):
        if not unsafe_tail(text, v):
            at = insertion(text, leaf_end(text, k, v), parent_column)
            break
    else:
        at = line_start(text, int(parent.value[0][0].start_mark.index))
    if parent is root and at > 0 and _separated(text, root):
        lines = ["", *lines]
    return insert_lines(text, at, lines)


def _separated(text: str, root: MappingNode) -> bool:
    """True if the file keeps a blank line between its top-level sections, or between its services."""
    sections = [v.value for _, v in root.value if isinstance(v, MappingNode) and not is_flow(v)]
    entries = [*root.value[1:], *(entry for section in sections for entry in section[1:])]
    starts = [line_start(text, int(k.start_mark.index)) for k, _ in entries if isinstance(k, ScalarNode)]
    return any(re.search(r"\n[ \t]*\r?\n(#.*\r?\n)*$", text[:start]) for start in starts)


def add_item(text: str, key: Node, sequence: SequenceNode, item: str) -> Splice:
    """Append an item (a scalar's value) to a list, in the style the list is written in."""
    if is_flow(sequence):
        return _add_to_flow(text, sequence, emit.scalar(item, json_style=_json_like(text, sequence)))
    if unsafe_tail(text, sequence):
        raise Refused("the list ends in a block text without final newline; end the file with a newline first")
    end = leaf_end(text, key, sequence)
    dash = column(sequence)
    at = insertion(text, end, dash - 1 if dash > column(key) else dash)
    return insert_lines(text, at, [f"{' ' * dash}- {emit.scalar(item)}"])


def _json_like(text: str, node: Node) -> bool:
    """True if the flow collection writes its first key or item in double quotes."""
    if not node.value:
        return text.lstrip("\ufeff \t\r\n").startswith("{")
    first = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]
    return isinstance(first, ScalarNode) and first.style == '"'


def _flow_entry(text: str, parent: MappingNode, key: str, value: emit.Value) -> str:
    json_style = _json_like(text, parent)
    return f"{emit.scalar(key, json_style=json_style)}: {emit.flow(value, json_style=json_style)}"


def _add_to_flow(text: str, node: Node, entry: str) -> Splice:
    """Insert an entry before the closing bracket: on the same line, or on its own where the entries have lines."""
    close = int(node.end_mark.index) - 1
    if not node.value:
        return Splice(int(node.start_mark.index) + 1, close, entry)
    last = node.value[-1]
    end = leaf_end(text, *last) if isinstance(node, MappingNode) else int(last.end_mark.index)
    if not isinstance(node, MappingNode) and last.start_mark.index < node.start_mark.index:
        raise Refused("the list ends in an alias; add the item by hand, or write the alias out first")
    first = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]
    tail = text[end:close]
    comma = re.match(r"\s*,", re.sub(r"#[^\n]*", lambda m: " " * len(m.group()), tail))
    if first.start_mark.line == node.start_mark.line or "\n" not in tail:
        glue = "" if comma else ", "
        at = end + comma.end() if comma else end
        return Splice(at, at, f"{glue}{' ' if comma else ''}{entry}{',' if comma else ''}")
    indent = " " * column(first)
    stop = line_end(text, end + (comma.end() if comma else 0))
    kept = text[end:stop]
    new = f"{'' if comma else ','}{kept}{newline(text)}{indent}{entry}{',' if comma else ''}"
    return Splice(end, stop, new)
