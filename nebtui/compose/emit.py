"""YAML text for the few values nebtui writes: scalars quoted where Compose could misread them, lists, mappings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from nebtui.compose.scalars import plain

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]
"""What an edit may write. A tuple is written in flow style, a list in block style."""

_BARE = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@-]*$")
_YAML_11 = {"y", "n", "yes", "no", "on", "off"}


def scalar(value: str | int | bool | None, *, json_style: bool = False) -> str:
    """One scalar: bare where every YAML version reads it as the same text, else double-quoted."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    bare = _BARE.match(value) and plain(value) == value and value.lower() not in _YAML_11
    return value if bare and not json_style else json.dumps(value, ensure_ascii=False)


def flow(value: Value, *, json_style: bool = False) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{scalar(k, json_style=json_style)}: {flow(v, json_style=json_style)}" for k, v in value.items()
        )
        return "{" + inner + "}"
    if isinstance(value, (list, tuple)):
        # One quoted word in a list of words quotes them all: `["CMD", "curl", "-f"]` is how people write them.
        texts = [v for v in value if isinstance(v, str)]
        quoted = json_style or any(scalar(text) != text for text in texts)
        return "[" + ", ".join(flow(v, json_style=quoted) for v in value) + "]"
    return scalar(value, json_style=json_style)  # type: ignore[arg-type]


def block(key: str, value: Value, column: int, step: int) -> list[str]:
    """The lines of `key: value` in block style with the key at `column`; without line ends."""
    head = f"{' ' * column}{scalar(key)}:"
    if isinstance(value, Mapping) and value:
        return [head, *(line for k, v in value.items() for line in block(k, v, column + step, step))]
    if isinstance(value, list) and value:
        return [head, *(f"{' ' * (column + step)}- {flow(v)}" for v in value)]
    return [head if value is None else f"{head} {flow(value)}"]
