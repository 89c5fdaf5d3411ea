"""A fix as replacements of regions: applied to the old text they give the new one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nebtui.report.replacements import Replacement, replacements


def offset(text: str, line: int, column: int) -> int:
    """Where a place is in a text."""
    begin = 0
    for _ in range(line - 1):
        begin = text.index("\n", begin) + 1
    return begin + column - 1


def applied(text: str, edits: tuple[Replacement, ...]) -> str:
    """The text after the edits, each counted in the text before all of them."""
    result, done = "", 0
    for edit in edits:
        begin = offset(text, edit.start_line, edit.start_column)
        assert begin >= done
        result += text[done:begin] + edit.inserted
        done = offset(text, edit.end_line, edit.end_column)
    return result + text[done:]


LINES = st.lists(st.sampled_from(["a", "b", "  c: 1", "é\x85\u2028", "", "x\r"]), max_size=8)


@given(LINES, LINES)
def test_they_make_the_new_text(before: list[str], after: list[str]) -> None:
    """Whatever the texts hold at their ends and between their lines."""
    old, new = "\n".join(before), "\n".join(after)
    assert applied(old, replacements(old, new)) == new


def test_only_what_differs_is_named() -> None:
    """A line in the middle, an insertion, and a text that ends without a line break."""
    assert replacements("a\nb\nc\n", "a\nB\nc\n") == (Replacement(2, 1, 3, 1, "B\n"),)
    assert replacements("a\nc\n", "a\nb\nc\n") == (Replacement(2, 1, 2, 1, "b\n"),)
    assert replacements("a\nb", "a\nc\n") == (Replacement(2, 1, 2, 2, "c\n"),)
    assert replacements("a\n", "a\n") == ()
