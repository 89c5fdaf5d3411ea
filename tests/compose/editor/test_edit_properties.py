"""Whatever a compose text looks like: an edit is right, complete at once, and leaves all else
alone, or is refused."""

from __future__ import annotations

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from nebtui.compose.editor.apply import apply
from nebtui.compose.editor.expected import expected
from nebtui.compose.editor.verbs import ComposeEdit, EditRefusedError, Remove, Set
from nebtui.compose.yaml import located
from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.values import equivalent, to_data
from tests.bench.fidelity import comments, extra_lines
from tests.bench.fidelity_edits import budget
from tests.compose.editor.edit_texts import edits, texts

BY_DESIGN = (
    "a comment stands inside the brackets",
    "carries the anchor",
    "comes through `<<`",
    "the list ends in a block text",
    "its items have no values of that kind",
    "is a list; ",
    "is neither a list nor a mapping",
    "is not a mapping",
    "has not one port",
)
"""Beginnings and parts of the refusals that these texts may meet."""


@settings(max_examples=400, deadline=None)
@given(texts(), edits())
@example(
    "services:\n  web: {image: a, extra_hosts: [\n    x:1 # c\n  ]}\n",
    Remove(("services", "web", "extra_hosts")),
)
@example(
    'services:\n  web: { environment: [\n      "A=1", # why\n    ], x: 1 }\n',
    Set(("services", "web", "environment"), []),
)
def test_an_edit_is_right_and_small_or_refused(text: str, edit: ComposeEdit) -> None:
    """Our reader (another code) sees the intended data; twice is once; no comment goes; no other
    line is touched."""
    after, refusal = outcome(text, edit)
    event("refused" if refusal else "applied" if after != text else "nothing to do")
    if refusal:
        assert any(reason in refusal for reason in BY_DESIGN), refusal
        return
    goal = expected(located.plain_value(located.read(text, "")[0]), edit)
    assert equivalent(located.plain_value(located.read(after, "")[0]), goal)
    assert apply(after, edit) == after
    assert not comments(text) - comments(after)
    root = documents(text)[0]
    before = to_data(root)
    assert extra_lines(text, after, budget(text, root, before, expected(before, edit))) == 0


@settings(max_examples=100, deadline=None)
@given(texts(), st.lists(edits(), min_size=2, max_size=4))
def test_several_edits_in_one_go_mean_what_they_mean_one_by_one(
    text: str, several: list[ComposeEdit]
) -> None:
    """The data is the same, whether edits are made together or in turn."""
    try:
        together = apply(text, *several)
        in_turn = text
        for edit in several:
            in_turn = apply(in_turn, edit)
    except EditRefusedError:
        return
    assert equivalent(
        located.plain_value(located.read(together, "")[0]),
        located.plain_value(located.read(in_turn, "")[0]),
    )


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!<>|#'\"\n \t%@`?,", max_size=40), edits())
def test_any_text_is_edited_or_refused(text: str, edit: ComposeEdit) -> None:
    """Text made of YAML's own signs gives a text or a refusal, never another exception."""
    after, refusal = outcome(text, edit)
    assert after or not text or refusal


def outcome(text: str, edit: ComposeEdit) -> tuple[str, str]:
    """The text after an edit, or the sentence of its refusal."""
    try:
        return apply(text, edit), ""
    except EditRefusedError as error:
        return "", str(error)
