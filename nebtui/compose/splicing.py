"""Carries out the verbs of `edit` on a text as splices. Nothing is dumped.

`apply` checks itself: the edited text must parse to the intended data, else the edit is refused with the reason.
"""

from __future__ import annotations

from typing import Any

from nebtui.compose import emit, lines
from nebtui.compose.edit import ComposeEdit, Edit, Path, Refused, SetInstruction, SetVariable
from nebtui.compose.intent import intended
from nebtui.compose.marks import NotYaml
from nebtui.compose.page import page
from nebtui.compose.rewrite import rewrite
from nebtui.compose.splice import carried_out, insert_lines
from nebtui.compose.tree import Node, data, documents, same

__all__ = ["Refused", "apply", "intended"]


def apply(text: str, edit: Edit) -> str:
    """The edited text. Raises Refused with a sentence; returns the same text where nothing is to do."""
    if isinstance(edit, SetVariable):
        return lines.set_variable(text, edit)
    if isinstance(edit, SetInstruction):
        return lines.set_instruction(text, edit)
    try:
        roots = documents(text)
        before = [data(root) for root in roots]
    except NotYaml as error:
        raise Refused(f"the file {error}" + (f" (line {error.line})" if error.line else "")) from None
    at = _chosen(before, edit.path)
    goal = intended(before[at] if roots else {}, edit)
    if same(goal, before[at] if roots else {}):
        return text
    if not roots:
        return _checked(_begun(text, goal), [goal], roots, edit)
    after = carried_out(text, rewrite(page(text, roots[at]), before[at], goal))
    return _checked(after, [*before[:at], goal, *before[at + 1 :]], roots, edit)


def _chosen(before: list[Any], path: Path) -> int:
    """The document to edit: the last of those that hold most of the path (a later one wins in Compose)."""
    depths = [_depth(document, path) for document in before]
    return max(range(len(depths)), key=lambda index: (depths[index], index), default=0)


def _depth(value: Any, path: Path) -> int:
    depth = 0
    while depth < len(path) and isinstance(value, dict) and path[depth] in value:
        value = value[path[depth]]
        depth += 1
    return depth


def _begun(text: str, goal: dict[str, Any]) -> str:
    """A text without content, with its first keys."""
    new = [line for key, value in goal.items() for line in emit.entry(key, value, 0, emit.Habits())]
    return carried_out(text, [insert_lines(text, len(text), new)])


def _checked(after: str, goals: list[Any], roots: list[Node], edit: ComposeEdit) -> str:
    """The edited text, if it means what was intended."""
    try:
        results = [data(root) for root in documents(after)]
    except NotYaml as error:
        raise Refused(_why_not(roots, edit) or f"the edited file would be no YAML ({error}); edit it by hand") from None
    if not same(results, goals):
        reason = _why_not(roots, edit)
        raise Refused(reason or "the edit would change more than it means to; make it by hand")
    return after


def _why_not(roots: list[Node], edit: ComposeEdit) -> str:
    """The likeliest reason why an edited text means something else than intended: an anchor on the way."""
    for node in roots:
        for name in edit.path:
            value = next((v for k, v in node.entries if k.text == name), None)
            if value is None:
                break
            if value.anchor:
                return (
                    f"`{name}` (line {value.line}) carries the anchor &{value.anchor}, and what uses it would change "
                    "too; put the change into an override file (--override), or give the others a body of their own"
                )
            node = value.target or value
    return ""
