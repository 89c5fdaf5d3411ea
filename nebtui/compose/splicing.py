"""Carries out the verbs of `edit` on a text as splices. Nothing is dumped.

`apply` checks itself: the edited text must parse to the intended data, else the edit is refused
with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from nebtui.compose import emit, lines
from nebtui.compose.edit import ComposeEdit, Edit, Path, Refused, SetInstruction, SetVariable
from nebtui.compose.intent import intended
from nebtui.compose.marks import NotYaml
from nebtui.compose.meaning import data, same
from nebtui.compose.page import page
from nebtui.compose.rewrite import rewrite
from nebtui.compose.splice import Splice, carried_out, insert_lines
from nebtui.compose.tree import Node, documents

__all__ = ["Refused", "apply", "intended"]


def apply(text: str, *edits: Edit) -> str:
    """The text after the edits, in order, all of one kind of file. Raises Refused with a sentence;
    returns the same text where nothing is to do. The edits of a compose file are made in one go,
    and checked once."""
    if together := [edit for edit in edits if not isinstance(edit, (SetVariable, SetInstruction))]:
        text = _edited(text, together)
    for edit in edits:
        if isinstance(edit, SetVariable):
            text = lines.set_variable(text, edit)
        elif isinstance(edit, SetInstruction):
            text = lines.set_instruction(text, edit)
    return text


def _edited(text: str, edits: Sequence[ComposeEdit]) -> str:
    try:
        roots = documents(text)
        before = [data(root) for root in roots]
    except NotYaml as error:
        line = f"line {error.line}: " if error.line else ""
        raise Refused(f"{line}{error}; correct that first") from None
    goals = before[:] or [{}]
    for edit in edits:
        at = _chosen(goals, edit.path)
        goals[at] = intended(goals[at], edit)
    if same(before or [{}], goals):
        return text
    if not all(goals):
        raise Refused("nothing would be left of the file; remove the file instead")
    if roots:
        every = zip(roots, before, goals, strict=True)
        splices = [
            splice for root, old, new in every for splice in rewrite(page(text, root), old, new)
        ]
    else:
        splices = _begun(text, goals[0])
    return _checked(carried_out(text, splices), goals, roots, edits)


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
    new = [line for key in order for line in emit.entry(key, goal[key], 0, emit.Habits())]
    return [insert_lines(text, len(text), new)]


def _checked(
    after: str, goals: Sequence[Any], roots: Sequence[Node], edits: Sequence[ComposeEdit]
) -> str:
    """The edited text, if it means what was intended."""
    try:
        results = [data(root) for root in documents(after)]
    except NotYaml as error:
        reason = f"the edited file would be no YAML ({error}); edit it by hand"
        raise Refused(_why_not(roots, edits) or reason) from None
    if not same(results, goals):
        raise Refused(
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
