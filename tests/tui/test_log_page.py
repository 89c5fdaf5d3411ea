"""The lines that a log screen holds: bounded, searched round, broken into rows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.logs import LogLine
from nebtui.tui.log_page import LONGEST, MOST_LINES, LogPage, line_at


def page_of(*texts: str) -> LogPage:
    """A page with these lines."""
    page = LogPage()
    page.add(LogLine(at, None, "c", "stdout", text) for at, text in enumerate(texts))
    return page


@given(st.lists(st.text(max_size=60), max_size=20), st.integers(1, 30))
def test_each_row_belongs_to_one_line(texts: list[str], width: int) -> None:
    """Rows follow one another without a gap: each line has at least one, and every row leads back
    to its line."""
    page = page_of(*texts)
    rows = page.rows(width)
    assert len(rows) == len(texts)
    found = [line_at(rows, row) for row in range(rows[-1] if rows else 0)]
    assert found == sorted(found)
    assert {line for line, _ in found} == set(range(len(texts)))
    for line in range(len(texts)):
        parts = [part for one, part in found if one == line]
        assert parts == list(range(len(parts)))


@given(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=12), st.integers(0, 30))
def test_a_search_goes_round_and_finds_all(texts: list[str], start: int) -> None:
    """Going on from each match visits every line that has one; None where no line has."""
    page, pattern = page_of(*texts), re.compile("b")
    wanted = {at for at, text in enumerate(texts) if "b" in text}
    for by in (1, -1):
        seen: set[int] = set()
        at = page.find(pattern, start, by)
        while at is not None and at not in seen:
            seen.add(at)
            at = page.find(pattern, at + by, by)
        assert seen == wanted
        assert (at is None) == (not wanted)


def test_a_page_is_bounded() -> None:
    """The oldest lines go and are counted; a long line is cut; nothing steers the terminal."""
    page = page_of(*(str(number) for number in range(MOST_LINES)))
    assert page.add([LogLine(0, None, "c", "stdout", "\x1b[2Jred\x07" + "x" * 5000)]) == 1
    assert page.dropped == 1
    assert len(page.lines) == len(page.texts) == MOST_LINES
    assert page.texts[0] == "1"
    assert page.texts[-1].isprintable()
    assert "red" in page.texts[-1]
    assert len(page.texts[-1]) <= LONGEST + 1
