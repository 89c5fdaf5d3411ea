"""The editor on every hard case: only the meant lines change, twice is once, Compose still reads
it."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from nebtui.compose.binary.command import ComposeCommand
from nebtui.compose.editor.apply import apply
from nebtui.compose.editor.verbs import (
    Add,
    EditRefusedError,
    Remove,
    Set,
    SetInstruction,
    SetVariable,
)
from nebtui.disk.read import MAX_BYTES
from tests.compose.editor.edit_pages import Case, load
from tests.compose.judged import accepts

CASES = list(load())
APPLIED = [case for case in CASES if case.after is not None]
OF_COMPOSE = [
    case for case in APPLIED if not isinstance(case.edits[0], (SetVariable, SetInstruction))
]


@pytest.mark.parametrize("case", APPLIED, ids=str)
def test_it_becomes_what_the_page_says(case: Case) -> None:
    """The text after all edits, byte by byte."""
    assert apply(case.before, *case.edits) == case.after


@pytest.mark.parametrize("case", APPLIED, ids=str)
def test_twice_is_once(case: Case) -> None:
    """The same edits on their own result change nothing."""
    assert case.after is not None
    assert apply(case.after, *case.edits) == case.after


@pytest.mark.parametrize("case", APPLIED, ids=str)
def test_one_by_one_is_all_at_once(case: Case) -> None:
    """Edits made in one go give what they give one after the other."""
    text = case.before
    for edit in case.edits:
        text = apply(text, edit)
    assert text == case.after


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=str)
def test_it_is_refused_with_reason_and_way_out(case: Case) -> None:
    """The refusal is the page's sentence."""
    with pytest.raises(EditRefusedError) as caught:
        apply(case.before, *case.edits)
    assert str(caught.value) == case.refused


@pytest.mark.parametrize("case", OF_COMPOSE, ids=str)
def test_compose_accepts_the_result(case: Case, compose: ComposeCommand, tmp_path: Path) -> None:
    """What Compose read before, it reads after."""
    assert case.after is not None
    if not accepts(compose, case.before, tmp_path):
        pytest.skip("Compose refuses the original")
    assert accepts(compose, case.after, tmp_path)


SET = Set(("services", "a", "user"), "1000")
HOSTILE = {
    "larger than 1 MB": "services: {a: {image: b}}\n#" + "x" * MAX_BYTES,
    "has too many nodes": "services: {a: {image: b}}\nx-a: [" + "a," * 300_000 + "]\n",
    "nested too deeply": "services: {a: {image: b}}\nx-a: " + "[" * 5000,
    "aliases expand to too much data": "\n".join(
        ["services: {a: {image: b}}", "x-0: &x0 [a, b, c, d, e, f, g, h, i]"]
        + [f"x-{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 12)]
    ),
    "contains NUL bytes": "services: {a: {image: \0}}\n",
    "found undefined tag handle": "services: {a: {image: !x!y b}}\n",
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_file_is_refused(reason: str) -> None:
    """Size, nodes, depth and expansion are bounded while the text is read, so is the time; the
    reason is told."""
    with pytest.raises(EditRefusedError, match=reason):
        apply(HOSTILE[reason], SET)


def test_an_alias_that_contains_itself_is_refused() -> None:
    """A mapping cannot hold itself."""
    with pytest.raises(EditRefusedError, match="no anchor of that name before it"):
        apply("services:\n  a: &a\n    image: b\n    x: *a\n", SET)


def test_a_wide_file_is_edited() -> None:
    """Ten thousand services are no reason to refuse, and one line changes."""
    text = "services:\n" + "".join(f"  s{n}:\n    image: i\n" for n in range(10_000))
    after = apply(text, Set(("services", "s5000", "image"), "j"))
    old, new = text.splitlines(), after.splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [
        ("    image: i", "    image: j")
    ]
    assert apply(text, Set(("networks", "ai"), {"external": True})).startswith(text)


def test_nothing_to_do_is_the_same_text() -> None:
    """An edit of what is so already, and the removal of what is not there, give the text back."""
    text = "services: {a: {image: b, environment: [A=1], extra_hosts: ['h=1']}}\n"
    for edit in (
        Set(("services", "a", "image"), "b"),
        Set(("services", "a", "environment", "A"), 1),
        Add(("services", "a", "extra_hosts"), "h", "2"),
        Remove(("services", "a", "deploy", "resources")),
        Remove(("volumes",)),
    ):
        assert apply(text, edit) is text


def test_lines_around_the_edit_are_the_same() -> None:
    """On a file with everything in it, each verb leaves every other line alone."""
    text = (Path(__file__).parent / "edit_cases" / "everything.yaml.txt").read_text()
    for edit, touched in (
        (Add(("services", "web", "extra_hosts"), "h", "g"), 0),
        (Set(("services", "web", "depends_on", "db", "condition"), "service_healthy"), 2),
        (Set(("services", "db", "image"), "postgres:17"), 1),
        (Remove(("version",)), 1),
        (Set(("networks", "n"), {"external": True}), 0),
        (Add(("services", "db", "cap_drop"), "ALL"), 1),
    ):
        old, new = text.splitlines(), apply(text, edit).splitlines()
        codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        assert sum(end - start for tag, start, end, *_ in codes if tag != "equal") == touched, edit
