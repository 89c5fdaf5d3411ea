"""The lines that a log screen holds: bounded, searched round, broken into rows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.logs.level import LogLevel
from nebtui.facts.logs import LogLine
from nebtui.tui.log_page import LONGEST, MOST_LINES, LogFilter, LogPage, line_at


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
    assert len(page.held) == len(page.shown) == len(page.rows(80)) == MOST_LINES
    assert page.text(page.shown[0]) == "1"
    last = page.text(page.shown[-1])
    assert last.isprintable()
    assert "red" in last
    assert len(last) <= LONGEST + 1


WORDS = ("ERROR a", "WARN b", "c", '{"level":"error","msg":"d"}', "INFO ab")
FILTERS = st.builds(
    LogFilter,
    st.sampled_from((None, "warning", "error")),
    st.sampled_from((None, re.compile("a"), re.compile("level"))),
)


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.lists(st.tuples(FILTERS, st.booleans())))
def test_a_filter_shows_the_same_whenever_it_is_set(
    texts: list[str], steps: list[tuple[LogFilter, bool]]
) -> None:
    """Lines that come while a filter is set are shown as if it were set after them; each place
    leads to its line and back, and there is a row for each."""
    page = LogPage()
    cut = len(texts) // 2
    lines = [LogLine(at, None, "c", "stdout", text) for at, text in enumerate(texts)]
    page.add(lines[:cut])
    for filter, raw in steps:
        page.show(filter, raw=raw)
    page.add(lines[cut:])
    kept = list(page.shown)
    assert kept == [
        number
        for number in range(len(texts))
        if page.filter.keeps(page.line(number), page.text(number))
    ]
    assert [page.place(number) for number in kept] == list(range(len(kept)))
    assert len(page.rows(80)) == len(kept)
    page.show(page.filter, raw=page.raw)
    assert list(page.shown) == kept


def test_levels_and_matches() -> None:
    """Errors only, warnings too; a match is looked for in what is drawn; a note always stays."""
    page = page_of(*WORDS)
    page.add([LogLine(9, None, "", "note", "3 lines skipped")])

    def shown(
        least: LogLevel | None, pattern: str | None = None, *, raw: bool = False
    ) -> list[str]:
        page.show(LogFilter(least, re.compile(pattern) if pattern else None), raw=raw)
        return [page.text(number) for number in page.shown][:-1]

    assert shown("error") == ["ERROR a", "ERROR d"]
    assert shown("warning") == ["ERROR a", "WARN b", "ERROR d"]
    assert shown("error", "a") == ["ERROR a"]
    assert shown(None, "level") == []
    assert shown(None, "level", raw=True) == [WORDS[3]]
    assert shown(None) == ["ERROR a", "WARN b", "c", "ERROR d", "INFO ab"]


def test_narrowed_lines_go_as_the_others_do() -> None:
    """What is dropped is dropped from what is shown, and how many of those is told."""
    page = LogPage()
    page.show(LogFilter("error"), raw=False)
    half = MOST_LINES // 2
    texts = ["ERROR x", "INFO y"] * half
    assert page.add(LogLine(at, None, "c", "stdout", text) for at, text in enumerate(texts)) == 0
    assert len(page.shown) == half
    assert page.add([LogLine(0, None, "c", "stdout", "INFO z")] * 3) == 2
    assert page.shown[0] == 4
    assert page.place(0) == 0
    assert page.place(5) == 1
    assert len(page.rows(10)) == len(page.shown) == half - 2
