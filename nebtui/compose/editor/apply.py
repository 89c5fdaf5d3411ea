"""Carries out the verbs of `edit` on a text as splices. Nothing is dumped.

`apply` checks itself: the edited text must parse to the intended data, else the edit is refused
with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from nebtui.compose.editor import line_files
from nebtui.compose.editor.diff import rewrite
from nebtui.compose.editor.document import document_of
from nebtui.compose.editor.expected import expected
from nebtui.compose.editor.splice import Splice, apply_splices, insert_lines
from nebtui.compose.editor.verbs import (
    ComposeEdit,
    Edit,
    EditRefusedError,
    Path,
    SetInstruction,
    SetVariable,
)
from nebtui.compose.yaml import writer
from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.nodes import Node
from nebtui.compose.yaml.parser import NotYamlError
from nebtui.compose.yaml.values import equivalent, to_data

__all__ = ["EditRefusedError", "apply"]


def apply(text: str, *edits: Edit) -> str:
    """The text after the edits, in order, all of one kind of file. Raises EditRefusedError with a
    sentence; returns the same text where nothing is to do. The edits of a compose file are made in
    one go, and checked once."""
    if together := [edit for edit in edits if not isinstance(edit, (SetVariable, SetInstruction))]:
        text = _edited(text, together)
    for edit in edits:
        if isinstance(edit, SetVariable):
            text = line_files.set_variable(text, edit)
        elif isinstance(edit, SetInstruction):
            text = line_files.set_instruction(text, edit)
    return text


def _edited(text: str, edits: Sequence[ComposeEdit]) -> str:
    try:
        roots = documents(text)
        before = [to_data(root) for root in roots]
    except NotYamlError as error:
        line = f"line {error.line}: " if error.line else ""
        raise EditRefusedError(f"{line}{error}; correct that first") from None
    goals = before[:] or [{}]
    for edit in edits:
        at = _chosen(goals, edit.path)
        goals[at] = expected(goals[at], edit)
    if equivalent(before or [{}], goals):
        return text
    if not all(goals):
        raise EditRefusedError("nothing would be left of the file; remove the file instead")
    if roots:
        every = zip(roots, before, goals, strict=True)
        splices = [
            splice
            for root, old, new in every
            for splice in rewrite(document_of(text, root), old, new)
        ]
    else:
        splices = _begun(text, goals[0])
    return _checked(apply_splices(text, splices), goals, roots, edits)


def _chosen(before: list[Any], path: Path) -> int:
    """The document to edit: the last of those that hold most of the path (a later one wins in
    Compose)."""
    depths = [_depth(document, path) for document in before]
    return max(range(len(depths)), key=lambda index: (depths[index], index), default=0)


def _depth(value: Any, path: Path) -> int:
    depth = 0
    while depth < len(path) and isinstance(value, dict) and path[depth] in value:
        value = value[path[depth]]
        depth += 1
    return depth


def _begun(text: str, goal: Mapping[str, Any]) -> list[Splice]:
    """What gives a text without content its first keys."""
    # People look for the services first.
    order = sorted(goal, key=lambda key: key != "services")
    new = [line for key in order for line in writer.entry(key, goal[key], 0, writer.IndentStyle())]
    return [insert_lines(text, len(text), new)]


def _checked(
    after: str, goals: Sequence[Any], roots: Sequence[Node], edits: Sequence[ComposeEdit]
) -> str:
    """The edited text, if it means what was intended."""
    try:
        results = [to_data(root) for root in documents(after)]
    except NotYamlError as error:
        reason = f"the edited file would be no YAML ({error}); edit it by hand"
        raise EditRefusedError(_why_not(roots, edits) or reason) from None
    if not equivalent(results, goals):
        raise EditRefusedError(
            _why_not(roots, edits) or "the edit would change more than it means to; make it by hand"
        )
    return after


def _why_not(roots: Sequence[Node], edits: Sequence[ComposeEdit]) -> str:
    """The likeliest reason why an edited text means something else than intended: an anchor on the
    way."""
    for node, edit in product(roots, edits):
        for name in edit.path:
            value = next((v for k, v in node.entries if k.text == name), None)
            if value is None:
                break
            if value.anchor:
                return (
                    f"`{name}` (line {value.line}) carries the anchor &{value.anchor}, "
                    "and what uses it would change "
                    "too; put the change into an override file (--override), or give the "
                    "others a body of their own"
                )
            node = value.target or value
    return ""
