"""YAML text for the few values nebtui writes: scalars quoted where Compose could misread them,
lists, mappings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nebtui.compose.yaml.scalars import plain
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SourceScalar:
    """A scalar of the file: what it means, and how it is written there ("" = in more than one
    line)."""

    value: str | int | float | bool | None
    source: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under `!reset` or `!override`, Compose's merge instructions; written in flow
    style."""

    tag: str
    value: Any


Scalar = str | int | float | bool | None
Value = Scalar | SourceScalar | Tagged | Sequence["Value"] | Mapping[str, "Value"]
"""What an edit may write. A tuple is written in flow style, a list in block style."""


@dataclass(frozen=True, slots=True)
class IndentStyle:
    """How a file is indented: nested mappings by `step`, the dashes of a list below its key by
    `dash`."""

    step: int = 2
    dash: int = 2


_BARE = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@-]*\Z")
_YAML_11 = {"y", "n", "yes", "no", "on", "off"}
# JSON leaves these as they are, YAML calls some of them line breaks and the others not printable.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def scalar(value: Scalar | SourceScalar, *, json_style: bool = False, in_flow: bool = False) -> str:
    """One scalar: bare where every YAML version reads it as the same text, else double-quoted."""
    if isinstance(value, SourceScalar):
        return _verbatim(value, json_style, in_flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    bare = _BARE.match(value) and plain(value) == value and value.lower() not in _YAML_11
    return value if bare and not json_style else quoted(value)


def quoted(value: str) -> str:
    """A text in double quotes."""
    return _UNPRINTABLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False)
    )


def _verbatim(value: SourceScalar, json_style: bool, in_flow: bool) -> str:
    source = value.source
    if not source and value.value is None:
        return "null"
    if source[:1] == '"' or (source[:1] == "'" and not json_style):
        return source
    special = not source or (in_flow and re.search(r"[,\[\]{}]", source)) or json_style
    return scalar(value.value, json_style=json_style) if special else source


def flow(value: Value, *, json_style: bool = False) -> str:
    """A value on one line."""
    if isinstance(value, Tagged):
        return f"{value.tag} {flow(value.value, json_style=json_style)}"
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{scalar(k, json_style=json_style)}: {flow(v, json_style=json_style)}"
            for k, v in value.items()
        )
        return "{" + inner + "}"
    if isinstance(value, (list, tuple)):
        # One quoted word in a list of words quotes them all: `["CMD", "curl", "-f"]` is how people
        # write them.
        texts = [v for v in value if isinstance(v, str)]
        all_quoted = json_style or any(scalar(text) != text for text in texts)
        return "[" + ", ".join(flow(v, json_style=all_quoted) for v in value) + "]"
    return scalar(value, json_style=json_style, in_flow=True)  # type: ignore[arg-type]


def nested(value: Value) -> bool:
    """True for a value that block style writes on lines of its own."""
    return isinstance(value, (list, Mapping)) and bool(value)


def entry(key: str, value: Value, column: int, habits: IndentStyle) -> list[str]:
    """The lines of `key: value` in block style with the key at `column`; without line ends."""
    head = f"{' ' * column}{scalar(key)}:"
    if nested(value):
        return [head, *body(value, column, habits)]
    if value is None or (isinstance(value, SourceScalar) and value.value is None):
        return [head]
    return [f"{head} {inline(value)}"]


def inline(value: Value) -> str:
    """A value as it stands behind a key or a dash in block style."""
    if isinstance(value, (Mapping, list, tuple, Tagged)):
        return flow(value)
    return scalar(value)  # type: ignore[arg-type]


def body(value: Value, column: int, habits: IndentStyle) -> Iterator[str]:
    """The lines of a nested value below a key at `column`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from entry(key, inner, column + habits.step, habits)
    elif isinstance(value, list):
        for inner in value:
            yield from item(inner, column + habits.dash, habits)


def item(value: Value, column: int, habits: IndentStyle) -> list[str]:
    """The lines of a list item with its dash at `column`."""
    dash = f"{' ' * column}- "
    if isinstance(value, Mapping) and value:
        lines = [line for k, v in value.items() for line in entry(k, v, column + 2, habits)]
        return [dash + lines[0][column + 2 :], *lines[1:]]
    return [dash + inline(value)]
