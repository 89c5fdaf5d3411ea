"""Ports in both of their forms, for who edits them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nebtui.compose.editor.verbs import EditRefusedError, Unbind
from nebtui.compose.yaml.values import unwrap
from nebtui.compose.yaml.writer import Tagged

_SHORT = re.compile(
    r"(?:(?:\[(?P<six>[^\[\]]*)\]|(?P<four>[^:\[\]]*)):)?(?P<rest>(\d{1,5}):(\d{1,5})(/tcp)?)",
    re.ASCII,
)
"""ADDRESS:PORT:TARGET, for TCP."""


def unbound(there: Any, edit: Unbind) -> Any:
    """The ports as the edit means them to become."""
    body = unwrap(there.value if isinstance(there, Tagged) else there)
    items = body if isinstance(body, list) else []
    bound = [at for at, item in enumerate(items) if _is(item, edit, edit.address)]
    if not bound and any(_is(item, edit, "") for item in items):
        return there
    if len(bound) != 1:
        what = f"{edit.port}:{edit.target} on {edit.address}"
        raise EditRefusedError(f"`{edit.path[-1]}` has not one port {what}; edit it by hand")
    changed = [_open(item) if at in bound else item for at, item in enumerate(items)]
    return Tagged(there.tag, changed) if isinstance(there, Tagged) else changed


def _is(item: Any, edit: Unbind, address: str) -> bool:
    """Whether an item publishes the port on this address, "" = on all."""
    body = unwrap(item)
    if isinstance(body, Mapping):
        own = {key: str(unwrap(value)) for key, value in body.items()}
        places = own.get("host_ip", "").strip("[]"), own.get("protocol", "tcp")
        numbers = own.get("published", ""), own.get("target", "")
    else:
        found = _SHORT.fullmatch(body) if isinstance(body, str) else None
        if found is None:
            return False
        places = found["six"] or found["four"] or "", "tcp"
        numbers = found[4], found[5]
    ports = tuple(int(n) if n.isascii() and n.isdecimal() else None for n in numbers)
    return (places, ports) == ((address, "tcp"), (edit.port, edit.target))


def _open(item: Any) -> Any:
    """The item without its address."""
    body = unwrap(item)
    if isinstance(body, Mapping):
        return {key: value for key, value in body.items() if key != "host_ip"}
    found = _SHORT.fullmatch(body)
    return found["rest"] if found else item
