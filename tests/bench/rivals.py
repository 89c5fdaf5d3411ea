"""The same edits with other libraries, as a careful person would write them: ruamel.yaml (tuned)
and yaml-edit.

yaml-edit writes a new list in block style only, so the healthcheck's test counts as extra lines
there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, MutableMapping, MutableSequence, Sequence
from importlib import import_module
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from nebtui.compose.editor.verbs import Add, ComposeEdit, Remove, Set
from nebtui.compose.yaml.writer import Value

Engine = Callable[[str, Sequence[ComposeEdit]], str]


def engines() -> tuple[dict[str, Engine], str]:
    """The rivals that are installed, and a note on the one that is not."""
    found: dict[str, Engine] = {"ruamel.yaml, tuned": with_ruamel}
    try:
        import_module("yaml_edit")
    except ImportError:
        return found, "yaml-edit is not installed: run with `uv run --with yaml-edit`."
    return {**found, "yaml-edit": with_yaml_edit}, ""


def with_ruamel(text: str, edits: Sequence[ComposeEdit]) -> str:
    """Round trip with quotes preserved, no re-wrapping, indents guessed, byte order mark and line
    ends restored."""
    crlf = text.count("\r\n") * 2 > text.count("\n")
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n")
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10**9
    yaml.explicit_start = True if clean.startswith("---") else None
    mapping, dash = _indents(clean)
    yaml.indent(mapping=mapping, sequence=dash + 2, offset=dash)
    document = yaml.load(clean)
    for edit in edits:
        perform(document, edit, _with_flow)
    stream = io.StringIO()
    yaml.dump(document, stream)
    after = stream.getvalue()
    if not clean.endswith("\n"):
        after = after.removesuffix("\n")
    return ("\ufeff" if text.startswith("\ufeff") else "") + (
        after.replace("\n", "\r\n") if crlf else after
    )


def _indents(text: str) -> tuple[int, int]:
    """The mapping indent and the dashes' offset that most lines of the file have."""
    steps: dict[int, int] = {}
    offsets: dict[int, int] = {}
    above = 0
    for line in text.splitlines():
        stripped = line.lstrip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        column = len(line) - len(stripped)
        if stripped.startswith("- ") and column >= above:
            offsets[column - above] = offsets.get(column - above, 0) + 1
        elif not stripped.startswith("- ") and column > above:
            steps[column - above] = steps.get(column - above, 0) + 1
        if re.match(r"[^-#].*:\s*(#.*)?$", stripped):
            above = column
    return max(steps, key=lambda n: steps[n], default=2), max(
        offsets, key=lambda n: offsets[n], default=2
    )


def with_yaml_edit(text: str, edits: Sequence[ComposeEdit]) -> str:
    """yaml-edit, a lossless editor in Rust."""
    document: Any = import_module("yaml_edit").Document.parse(text)
    for edit in edits:
        perform(document, edit, _plain)
    return str(document)


def perform(document: Any, edit: ComposeEdit, plain: Callable[[Value], Any]) -> None:
    """One edit on any tree with the interface of dict and list."""
    at, above = _open(document), document
    for name in edit.path[:-1]:
        if name not in at and isinstance(edit, Remove):
            return
        if name not in at or _absent(at[name]):
            at[name] = {}
        above, at = at, _open(at[name])
        if _is_list(at):
            above[name] = {_text(item): {"condition": "service_started"} for item in at}
            at = _open(above[name])
    last = edit.path[-1]
    if isinstance(edit, Remove):
        if last in at:
            del at[last]
    elif isinstance(edit, Set):
        at[last] = plain(edit.value)
    elif isinstance(edit, Add):
        _add(at, edit)


def _add(at: Any, edit: Add) -> None:
    last = edit.path[-1]
    item = edit.name if edit.value is None else f"{edit.name}:{edit.value}"
    if last not in at or _absent(at[last]):
        at[last] = [item]
        return
    inner = _open(at[last])
    if not _is_list(inner):
        if edit.name not in inner:
            inner[edit.name] = edit.value
    elif item not in [_text(one) for one in inner]:
        inner.append(item)


def _open(node: Any) -> Any:
    """The mapping or list that a node of yaml-edit is; anything else as it is."""
    if isinstance(node, (MutableMapping, MutableSequence)) or not hasattr(node, "as_mapping"):
        return node
    for inner in (node.as_mapping(), node.as_sequence()):
        if inner is not None:
            return inner
    return node


def _text(item: Any) -> str:
    return str(item.to_python() if hasattr(item, "to_python") else item)


def _is_list(value: Any) -> bool:
    return hasattr(value, "append") and not hasattr(value, "keys")


def _absent(value: Any) -> bool:
    return value is None or (hasattr(value, "to_python") and value.to_python() is None)


def _plain(value: Value) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _with_flow(value: Value) -> Any:
    """Plain data in which a tuple is a list in flow style."""
    if isinstance(value, dict):
        return {key: _with_flow(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        row = CommentedSeq(value)
        row.fa.set_flow_style()
        return row
    return [_with_flow(inner) for inner in value] if isinstance(value, list) else value
