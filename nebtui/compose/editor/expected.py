"""What each edit of a compose file means, on plain data: the half of the editor that its splices
are checked against.

Works on bare data and on data whose scalars are `SourceScalar`; nothing is changed in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from nebtui.compose.editor.ports import unbound
from nebtui.compose.editor.verbs import (
    Add,
    Append,
    ComposeEdit,
    EditRefusedError,
    Expand,
    Path,
    Remove,
    Set,
    Unbind,
)
from nebtui.compose.editor.volumes import long_volume
from nebtui.compose.yaml.values import equivalent, unwrap
from nebtui.compose.yaml.writer import Tagged

_SEPARATORS = {
    "environment": "=",
    "labels": "=",
    "annotations": "=",
    "args": "=",
    "sysctls": "=",
    "extra_hosts": ":",
}
"""Lists whose items are a name and a value."""
_LONG: Mapping[str, Any] = {"depends_on": {"condition": "service_started"}, "networks": None}
"""Lists whose items are the keys of a long form, and what each key holds there when nothing else is
said."""
_ONE_OR_MANY = frozenset(("tmpfs", "dns", "dns_search", "env_file"))
"""Keys where one text stands for a list of one."""


def expected(data: Mapping[str, Any], edit: ComposeEdit) -> dict[str, Any]:
    """The data as the edit means it to become."""
    result = _at(
        data, edit.path, 0, lambda found, name: _leaf(found, name, edit), isinstance(edit, Remove)
    )
    return dict(unwrap(result))


def _leaf(body: Any, name: str, edit: ComposeEdit) -> Any:
    """The collection that holds the path's last name, after the edit."""
    if isinstance(edit, Remove):
        return _without(body, name, edit.path)
    if isinstance(edit, Set):
        if isinstance(body, list):
            return _item_set(body, edit)
        return {**body, name: edit.value}
    there = body.get(name) if isinstance(body, dict) else None
    if not isinstance(body, dict):
        raise EditRefusedError(f"`{edit.path[-2]}` is a list; name its long form")
    if isinstance(edit, Unbind):
        changed = unbound(there, edit)
    elif isinstance(edit, Append):
        changed = _appended(there, edit)
    else:
        changed = _added(there, edit) if isinstance(edit, Add) else _expanded(there, edit)
    return body if changed is there else {**body, name: changed}


def _at(
    value: Any, path: Path, depth: int, change: Callable[[Any, str], Any], removing: bool
) -> Any:
    """`value` with what lies at the end of the path changed; parents are made where they are
    absent."""
    if isinstance(value, Tagged):
        if value.tag == "!reset":
            raise EditRefusedError(
                f"`{path[depth - 1]}` is under `!reset`, which drops it; take the tag away first"
            )
        return Tagged(value.tag, _at(value.value, path, depth, change, removing))
    body = unwrap(value)
    name, last = path[depth], depth == len(path) - 1
    if isinstance(body, (list, str)) and depth and not (removing and isinstance(body, list)):
        body = _open_short(body, value, path, depth)
    if isinstance(body, list):
        return change(body, name) if last else value
    if body is None:
        body = {}
    if not isinstance(body, Mapping):
        raise EditRefusedError(f"`{path[depth - 1]}` is not a mapping")
    if last:
        return change(dict(body), name)
    below = body.get(name)
    changed = _at(below, path, depth + 1, change, removing)
    unchanged = changed is below or (unwrap(below) is None and changed == {})
    return value if unchanged else {**body, name: changed}


def _open_short(body: Any, value: Any, path: Path, depth: int) -> Any:
    """A short form on the way: kept where the path's last name is one of its items, else in its
    long form."""
    key = path[depth - 1]
    if isinstance(body, str):
        return {"context": value} if key == "build" else body
    if depth == len(path) - 1 and key not in _LONG:
        return body
    return long_form(key, body)


def long_form(key: str, items: list[Any]) -> Any:
    """The long form of a short list; EditRefusedError where it has none."""
    if key not in _LONG:
        raise EditRefusedError(f"`{key}` is a list; its items have no keys of their own")
    if not all(isinstance(unwrap(item), str) for item in items):
        raise EditRefusedError(f"`{key}` holds more than plain names; write its long form by hand")
    return {unwrap(item): _LONG[key] for item in items}


def _without(body: Any, name: str, path: Path) -> Any:
    if isinstance(body, list):
        key = path[-2]
        kept = [item for item in body if name not in (_name(key, item), str(unwrap(item)))]
        return kept if len(kept) < len(body) else body
    return {key: value for key, value in body.items() if key != name}


def _item_set(body: list[Any], edit: Set) -> list[Any]:
    key, name = edit.path[-2:]
    separator = _SEPARATORS.get(key)
    if separator is None or isinstance(edit.value, (Mapping, list, tuple)):
        raise EditRefusedError(f"`{key}` is a list; its items have no values of that kind")
    if name != _name(key, name):
        raise EditRefusedError(
            f"{name!r} is no name of an item of `{key}`; leave its value out of the path"
        )
    value = edit.value
    item = (
        name
        if value is None
        else f"{name}{separator}{str(value).lower() if isinstance(value, bool) else value}"
    )
    if name in [_name(key, old) for old in body]:
        return [item if _name(key, old) == name and unwrap(old) != item else old for old in body]
    return [*body, item]


def _added(there: Any, edit: Add) -> Any:
    key = edit.path[-1]
    if isinstance(there, Tagged):
        if there.tag == "!reset":
            raise EditRefusedError(
                f"`{key}` is under `!reset`, which drops it; take the tag away first"
            )
        return Tagged(there.tag, _added(there.value, edit))
    body = unwrap(there)
    if isinstance(body, Mapping):
        return there if edit.name in body else {**body, edit.name: edit.value}
    if isinstance(body, str) and key in _ONE_OR_MANY:
        body = [there]
    if body is not None and not isinstance(body, list):
        raise EditRefusedError(f"`{key}` is neither a list nor a mapping")
    if body and key in _LONG and edit.value is not None:
        return {**long_form(key, body), edit.name: edit.value}
    items = body or []
    new = edit.name if edit.value is None else f"{edit.name}{_SEPARATORS.get(key, '=')}{edit.value}"
    if any(edit.name == _name(key, item) or new == unwrap(item) for item in items):
        return there
    return [*items, new]


def _appended(there: Any, edit: Append) -> Any:
    if isinstance(there, Tagged) and there.tag != "!reset":
        return Tagged(there.tag, _appended(there.value, edit))
    items = unwrap(there)
    if items is not None and not isinstance(items, list):
        raise EditRefusedError(f"`{edit.path[-1]}` is no list")
    if any(equivalent(item, edit.item) for item in items or ()):
        return there
    return [*(items or ()), edit.item]


def _expanded(there: Any, edit: Expand) -> Any:
    key = edit.path[-1]
    if isinstance(there, Tagged):
        return Tagged(there.tag, _expanded(there.value, edit))
    body = unwrap(there)
    if edit.item is not None:
        if key != "volumes" or not isinstance(body, list):
            raise EditRefusedError(f"`{key}` has no items with a long form")
        if all(unwrap(item) != edit.item for item in body):
            return there
        return [long_volume(edit.item) if unwrap(item) == edit.item else item for item in body]
    if isinstance(body, list):
        return long_form(key, body)
    if isinstance(body, str) and key == "build":
        return {"context": there}
    return there


def _name(key: str, item: Any) -> str:
    """The name that an item gives, for lists of names and values; a long form's item has none."""
    text = unwrap(item)
    if not isinstance(text, str):
        return "" if isinstance(text, (dict, list)) else str(text)
    separator = _SEPARATORS.get(key)
    if separator is None:
        return text
    return re.split(r"[=:]" if key == "extra_hosts" else separator, text, maxsplit=1)[0]
