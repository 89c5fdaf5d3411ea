"""Carries out the verbs of `edit` on a compose text as splices. Nothing is dumped.

`apply` checks itself: the edited text must parse to the intended data, else the edit is refused with the reason.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from nebtui.compose import emit
from nebtui.compose.edit import Add, Edit, Set, SetVariable
from nebtui.compose.marks import NotYaml, Tagged, construct, find, is_alias, keys, line_of, root
from nebtui.compose.splice import (
    Refused,
    Splice,
    add_item,
    add_key,
    column,
    insert_lines,
    insertion,
    is_flow,
    step_of,
    value_span,
)

__all__ = ["Refused", "apply", "intended"]


LONG_FORMS: Mapping[str, emit.Value] = {"depends_on": {"condition": "service_started"}, "networks": None}
"""Lists whose items are the keys of a long form, and what each key holds there when nothing else is said."""
_SEPARATORS = {"environment": "=", "labels": "=", "extra_hosts": ":", "sysctls": "="}


def apply(text: str, edit: Edit) -> str:
    """The edited text. Raises Refused with a sentence; returns the same text where nothing is to do."""
    if isinstance(edit, SetVariable):
        return _set_variable(text, edit)
    try:
        before = construct(root(text))
        after = _splice(text, edit)
        result = construct(root(after))
    except NotYaml as error:
        raise Refused(f"the file {error}" + (f" (line {error.line})" if error.line else "")) from None
    if result != intended(before, edit):
        raise Refused(_why_not(text, edit))
    return after


def intended(data: Mapping[str, Any], edit: Set | Add) -> dict[str, Any]:
    """Plain data as the edit means it to become; the other half of every edit's own check."""
    copied = copy.deepcopy(dict(data))
    at: Any = copied
    for name in edit.path[:-1]:
        at = _step_in(at, name)
    last = edit.path[-1]
    if isinstance(edit, Set):
        _put(at, last, _plain(edit.value))
        return copied
    collection = _bare(at).get(last)
    if isinstance(_bare(collection), dict):
        _bare(collection).setdefault(edit.name, edit.value)
    elif edit.name not in [_name(last, item) for item in _bare(collection) or []]:
        _put(at, last, [*(_bare(collection) or []), _item(last, edit)])
    return copied


def _plain(value: emit.Value) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Tagged) else value


def _put(at: Any, name: str, value: Any) -> None:
    _bare(at)[name] = value


def _step_in(at: Any, name: str) -> Any:
    """The child called `name`, made where absent; a short list becomes its long form on the way."""
    inner = _bare(at)
    child = _bare(inner.get(name))
    if isinstance(child, list) and name in LONG_FORMS:
        child = {item: copy.deepcopy(_plain(LONG_FORMS[name])) for item in child}
        inner[name] = child
    elif child is None:
        child = {}
        inner[name] = child
    if not isinstance(child, dict):
        raise Refused(f"`{name}` is not a mapping")
    return inner[name]


def _item(key: str, edit: Add) -> str:
    return edit.name if edit.value is None else f"{edit.name}{_SEPARATORS.get(key, '=')}{edit.value}"


def _name(key: str, item: object) -> str:
    text = str(item)
    separator = _SEPARATORS.get(key)
    if separator is None:
        return text
    return re.split(r"[=:]" if key == "extra_hosts" else separator, text, maxsplit=1)[0]


def _splice(text: str, edit: Set | Add) -> str:
    tree = root(text)
    parent: Node = tree
    parent_key: Node | None = None
    for depth, name in enumerate(edit.path[:-1]):
        found = find(parent, (name,))
        if found is None:
            return _add_missing(text, tree, parent, parent_key, edit, depth)
        key, value = found
        if is_alias(key, value):
            raise Refused(f"`{name}` (line {line_of(key)}) is an alias of another body; write it out there first")
        if isinstance(value, SequenceNode) and name in LONG_FORMS:
            return _splice(expand(text, key, value, step_of(tree)), edit)
        if isinstance(value, ScalarNode) and value.value == "":
            return _fill_empty(text, tree, key, value, _nest(edit, depth + 1))
        if not isinstance(value, MappingNode):
            raise Refused(f"`{name}` (line {line_of(key)}) is not a mapping")
        parent, parent_key = value, key
    found = find(parent, edit.path[-1:])
    if found is None:
        return _add_missing(text, tree, parent, parent_key, edit, len(edit.path) - 1)
    if isinstance(edit, Set):
        return _replace(text, tree, *found, edit.value)
    return _add_to(text, tree, *found, edit)


def _nest(edit: Set | Add, depth: int, inherited: Any = None) -> emit.Value:
    """The value to write at path[:depth] so that the rest of the path exists."""
    value: emit.Value = edit.value if isinstance(edit, Set) else [*(_bare(inherited) or []), _item(edit.path[-1], edit)]
    for name in reversed(edit.path[depth:]):
        value = {name: value}
    return value


def _add_missing(
    text: str, tree: MappingNode, parent: Node, parent_key: Node | None, edit: Set | Add, depth: int
) -> str:
    """Add path[depth] with everything below it to a mapping that lacks the key (or has it through `<<` only)."""
    assert isinstance(parent, MappingNode)  # only mappings are walked into
    name = edit.path[depth]
    merged = construct(parent).get(name) if any(k == "<<" for k, _, _ in keys(parent)) else None
    # Compose merges `<<` shallowly: an own key shadows the merged one, so its items are copied in.
    value = _nest(edit, depth + 1) if merged is None else intended({name: merged}, _below(edit, depth))[name]
    at_column = column(parent_key) if parent_key is not None else -1
    if not parent.value and not is_flow(parent):
        raise Refused("the mapping is empty in a form nebtui does not read")
    return add_key(text, tree, parent, at_column, name, value).on(text)


def _below(edit: Set | Add, depth: int) -> Set | Add:
    if isinstance(edit, Set):
        return Set(edit.path[depth:], edit.value)
    return Add(edit.path[depth:], edit.name, edit.value)


def _fill_empty(text: str, tree: MappingNode, key: Node, value: Node, content: emit.Value) -> str:
    """Give a key without value (`networks:`) its content in block style."""
    _, end = value_span(text, key, value)
    assert isinstance(content, Mapping)  # _nest(…) below a key that has children to come
    step = step_of(tree)
    lines = [line for k, v in content.items() for line in emit.block(k, v, column(key) + step, step)]
    return insert_lines(text, insertion(text, end, column(key)), lines).on(text)


def _replace(text: str, tree: MappingNode, key: Node, value: Node, new: emit.Value) -> str:
    start, end = value_span(text, key, value)
    if _plain(new) == construct(value):
        return text
    nested = isinstance(new, (list, Mapping)) and bool(new)
    if not nested or is_flow(value):
        gap = "" if start > 0 and text[start - 1] in " \t" else " "
        return Splice(start, end, gap + emit.flow(new)).on(text)
    lines = emit.block("k", new, column(key), step_of(tree))[1:]
    colon = text.index(":", int(key.end_mark.index)) + 1
    return insert_lines(text[:colon] + text[end:], insertion(text[:colon] + text[end:], colon, 10**6), lines).on(
        text[:colon] + text[end:]
    )


def _add_to(text: str, tree: MappingNode, key: Node, value: Node, edit: Add) -> str:
    name = edit.path[-1]
    if is_alias(key, value):
        raise Refused(f"`{name}` (line {line_of(key)}) is an alias of another list; write it out there first")
    if isinstance(value, SequenceNode):
        if edit.name in [_name(name, item.value) for item in value.value if isinstance(item, ScalarNode)]:
            return text
        if not value.value and not is_flow(value):
            raise Refused(f"`{name}` is empty in a form nebtui does not read")
        return add_item(text, key, value, _item(name, edit)).on(text)
    if isinstance(value, ScalarNode) and value.value == "":
        return _fill_list(text, tree, key, value, _item(name, edit))
    if not isinstance(value, MappingNode):
        raise Refused(f"`{name}` (line {line_of(key)}) is neither a list nor a mapping")
    if find(value, (edit.name,)) is not None:
        return text
    return add_key(text, tree, value, column(key), edit.name, edit.value).on(text)


def _fill_list(text: str, tree: MappingNode, key: Node, value: Node, item: str) -> str:
    _, end = value_span(text, key, value)
    line = f"{' ' * (column(key) + step_of(tree))}- {emit.scalar(item)}"
    return insert_lines(text, insertion(text, end, column(key)), [line]).on(text)


def expand(text: str, key: Node, value: SequenceNode, step: int) -> str:
    """A short list (`- db # why`) in its long form (`db: # why` and what the key holds); comments stay."""
    default = LONG_FORMS[key.value]
    if any(not isinstance(item, ScalarNode) or item.start_mark.index < value.start_mark.index for item in value.value):
        raise Refused(f"`{key.value}` (line {line_of(key)}) holds more than plain names; write its long form by hand")
    if is_flow(value):
        return _expand_flow(text, value, default)
    at_column = max(column(value), column(key) + step)
    for item in reversed(value.value):
        dash = text.rindex("-", 0, int(item.start_mark.index))
        name_end = int(item.end_mark.index)
        lines = emit.block("k", default, at_column, step)[1:]
        if lines:
            text = insert_lines(text, insertion(text, name_end, 10**6), lines).on(text)
        start = text.rindex("\n", 0, dash) + 1 if "\n" in text[:dash] else 0
        text = Splice(start, name_end, f"{' ' * at_column}{emit.scalar(item.value)}:").on(text)
    return text


def _expand_flow(text: str, value: SequenceNode, default: emit.Value) -> str:
    start, end = int(value.start_mark.index), int(value.end_mark.index)
    text = Splice(end - 1, end, "}").on(text)
    for item in reversed(value.value):
        at = int(item.end_mark.index)
        text = Splice(at, at, f": {emit.flow(default)}").on(text)
    return Splice(start, start + 1, "{").on(text)


def _why_not(text: str, edit: Set | Add) -> str:
    """The likeliest reason why an edited text means something else than intended."""
    node: Node = root(text)
    for name in edit.path:
        found = find(node, (name,))
        if found is None:
            break
        node = found[1]
        if getattr(node, "anchor", None):
            return f"`{name}` carries the anchor &{node.anchor} that other bodies use; they would change too"
    return "the edit would change more than it means to; make it by hand"


_VARIABLE = r"(?m)^([ \t]*(?:export[ \t]+)?{name}[ \t]*=)([^\r\n]*)"


def _set_variable(text: str, edit: SetVariable) -> str:
    match = re.search(_VARIABLE.format(name=re.escape(edit.name)), text)
    if match:
        return Splice(match.start(2), match.end(2), edit.value).on(text)
    return insert_lines(text, len(text), [f"{edit.name}={edit.value}"]).on(text)
