"""Finds the splices that turn a document into its intended data: whatever means the same already is
not touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from nebtui.compose.editor import block_style, flow_style, long_form
from nebtui.compose.editor.document import Document
from nebtui.compose.editor.splice import Splice
from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml import writer
from nebtui.compose.yaml.nodes import Node
from nebtui.compose.yaml.values import equivalent, merged, unwrap
from nebtui.compose.yaml.writer import Tagged


def rewrite(document: Document, old: Any, new: Mapping[str, Any]) -> list[Splice]:
    """The splices for a whole document."""
    return _entries(document, None, document.root, old, new)


def _entries(
    document: Document, key: Node | None, node: Node, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Splice]:
    """The splices for a mapping's entries: changed, removed and new ones."""
    own = {k.text: (k, v) for k, v in node.entries if k.text != "<<" or k.style}
    brought = merged(node) if len(own) < len(node.entries) else {}
    lost = [name for name in brought if name not in new]
    if lost:
        raise EditRefusedError(
            f"`{lost[0]}` (line {node.line}) comes through `<<`; remove it where the anchor stands"
        )
    result: list[Splice] = []
    gone = [
        index for index, (k, _) in enumerate(node.entries) if k.text in own and k.text not in new
    ]
    for name, (k, v) in own.items():
        if name in new:
            result += _value(document, k, v, node.flow, old[name], new[name])
        elif not node.flow:
            result.append(block_style.remove_entry(document, k, v, _following(node, k)))
    more = {
        n: v
        for n, v in new.items()
        if n not in own and not (n in brought and equivalent(brought[n], v))
    }
    if gone and node.flow:
        result += flow_style.remove(document, node, gone)
    if more and node.flow:
        result.append(flow_style.add_entries(document, node, more))
    elif more:
        result.append(block_style.add_entries(document, key, node, more))
    return result


def _following(node: Node, key: Node) -> Node | None:
    """The key behind one of a mapping, None for the last."""
    keys = [k for k, _ in node.entries]
    return next((after for k, after in pairwise(keys) if k is key), None)


def _value(
    document: Document, key: Node, node: Node, in_flow: bool, old: Any, new: Any
) -> list[Splice]:
    """The splices for the value of one key."""
    if equivalent(old, new):
        return []
    tagged = isinstance(old, Tagged) and isinstance(new, Tagged) and old.tag == new.tag
    if tagged:
        old, new = old.value, new.value
    elif isinstance(old, Tagged) or isinstance(new, Tagged):
        return block_style.replace(document, key, node, in_flow, node.start, new)
    before, after = unwrap(old), unwrap(new)
    if node.kind == "alias":
        if _extends(node, before, after):
            return long_form.open_alias(document, key, node, in_flow, _shadowing(before, after))
    elif after and not _replaced(document, node, in_flow, before, after):
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return _entries(document, key, node, before, after)
        if isinstance(before, list) and isinstance(after, (list, tuple)):
            return _items(document, key, node, before, after)
        if isinstance(after, Mapping) and _is_short(document, node, after):
            return (
                flow_style.expand(document, node, after)
                if node.flow
                else long_form.expand(document, key, node, after)
            )
    start = node.content if tagged else node.start
    return block_style.replace(document, key, node, in_flow, start, new)


def _extends(node: Node, before: Any, after: Any) -> bool:
    """True if an alias of a mapping can stay, as a merge key beside what is new."""
    is_mapping = node.target is not None and node.target.kind == "mapping" and not node.target.tag
    return (
        is_mapping and isinstance(after, Mapping) and bool(before) and before.keys() <= after.keys()
    )


def _shadowing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in after.items()
        if name not in before or not equivalent(before[name], value)
    }


def _replaced(document: Document, node: Node, in_flow: bool, before: Any, after: Any) -> bool:
    """True where a collection is better written anew: nothing of it stays, or it is empty and gets
    nested values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if node.flow and not in_flow and not before:
            return any(writer.nested(value) for value in after.values())
        gone = [name for name in before if name not in after]
        return bool(gone) and len(gone) == len(before)
    if (
        isinstance(before, list)
        and isinstance(after, (list, tuple))
        and node.flow
        and not in_flow
        and not before
    ):
        return any(isinstance(value, Mapping) for value in after)
    return False


def _is_short(document: Document, node: Node, after: Mapping[str, Any]) -> bool:
    """True for a list of plain names that are all keys of the long form."""
    names = [
        item.text
        for item in node.items
        if item.kind == "scalar" and not item.tag and not item.anchor
    ]
    whole = node.kind == "list" and names and len(names) == len(node.items) == len(set(names))
    return (
        bool(whole)
        and all(name in after for name in names)
        and (node.flow or block_style.one_line_items(document, node))
    )


def _only_less(item: Node, before: Any, after: Any) -> bool:
    """True for a mapping in a list of which keys go and some stay: the rest is not written anew."""
    if item.kind != "mapping" or not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    return bool(after) and after.keys() <= before.keys()


def _items(
    document: Document, key: Node, node: Node, before: list[Any], after: Sequence[Any]
) -> list[Splice]:
    """The splices for a list: what is equal at both ends stays, what is between is replaced,
    removed or added."""
    head = 0
    while head < min(len(before), len(after)) and equivalent(before[head], after[head]):
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and equivalent(
        before[-1 - tail], after[-1 - tail]
    ):
        tail += 1
    gone = len(before) - head - tail
    come = list(after[head : len(after) - tail])
    both = min(gone, len(come))
    result: list[Splice] = []
    for index in range(head, head + both):
        value = come[index - head]
        if _only_less(node.items[index], before[index], value):
            result += _entries(document, None, node.items[index], before[index], value)
        else:
            result += block_style.replace_item(document, node, index, value)
    if node.flow and gone > both:
        result += flow_style.remove(document, node, range(head + both, head + gone))
    elif gone > both:
        result += [
            block_style.remove_item(document, node, index)
            for index in range(head + both, head + gone)
        ]
    if come[both:] and node.flow:
        if tail:
            return block_style.replace(document, key, node, True, node.content, tuple(after))
        result.append(flow_style.add_items(document, node, come[both:]))
    elif come[both:]:
        result.append(block_style.add_items(document, key, node, head + both, come[both:]))
    return result
