"""Promises of the table of explanations: it is complete, short, and says each thing once."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from nebtui.analysis.throughput.summary import BARS
from nebtui.analysis.verdict import WORDS
from nebtui.explain.pages import line_entry, told, word_entry
from nebtui.explain.table import explained, page, table
from nebtui.explain.timeline import FIELDS, mark_key
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.columns import ORDER
from nebtui.graph.pieces import COLUMNS
from nebtui.graph.timeline import BLOCKS, LETTERS
from nebtui.tour.step import TABS
from nebtui.tui.header import header
from nebtui.tui.legend_parts import legend_parts
from tests.graph.edges import every_edge


@pytest.mark.parametrize("key", table())
def test_a_row_is_whole(key: str) -> None:
    """Name, meaning and source are there; the meaning is one to three short sentences, of which
    each ends."""
    told_ = explained(key)
    assert told_.name
    assert told_.source
    assert not told_.source.endswith(".")
    assert told_.means.endswith((".", "?"))
    assert len(re.findall(r"[.:?](?= |$)", told_.means)) <= 4
    assert len(told_.means) <= 190


def test_no_two_rows_say_the_same() -> None:
    """A meaning stands once; a row that needs it again refers to it."""
    own = Counter(
        entry.explanation.means
        for key, entry in table().items()
        if sum(other.explanation is entry.explanation for other in table().values()) == 1
    )
    again = {means for means, times in own.items() if times > 1}
    referring = {e.explanation.means for e in table().values() if e.match}
    assert again <= referring


def test_every_state_column_and_edge() -> None:
    """Each verdict, each column of a line, each kind and tone of an edge has its row; no row is
    about one that is never drawn."""
    columns = {COLUMNS.get(part, part) for part in ORDER} - {"arcs", "state"} | {"log"}
    assert {key for key in table() if key.startswith("column.")} == {f"column.{c}" for c in columns}
    states = {f"state.{word}" for word in WORDS} | {"state.column"}
    assert {key for key in table() if key.startswith("state.")} == states
    drawn = {f"edge.{edge.kind}.{edge.tone}" for edge in every_edge()} | {"edge.out"}
    assert {key for key in table() if key.startswith("edge.")} == drawn


def test_every_tab_and_mark() -> None:
    """Each tab has a page, each mark of a start's bars a row."""
    assert all(page(tab) for tab in TABS)
    assert all(f"timeline.{field}" in table() for field in FIELDS)
    assert set(BLOCKS.__slots__) == set(FIELDS)


def test_a_state_has_the_words_of_its_own_table() -> None:
    """What a state means is said once, in the table of states."""
    for word, look in WORDS.items():
        assert explained(f"state.{word}").means.lower().startswith(look.meaning.lower())


@pytest.mark.parametrize("ascii", [False, True])
def test_the_legend_is_explained(ascii: bool) -> None:
    """Each mark of the legend has a row, and it is the one of the mark."""
    text = "".join(part for part, _ in legend_parts(ascii=ascii, key="i"))
    names = [entry.key for entry, _ in told("legend", [text], by_word=True)]
    assert names == [f"legend.{n}" for n in ("on", "declared", "needs", "needed", "cut", "explain")]


def test_the_top_line_of_an_empty_box() -> None:
    """Each word of it has a row."""
    for snapshot in (Snapshot(), Snapshot(settled=True)):
        parts = header(snapshot, (), "", locked=True, recording="x.jsonl")
        text = "".join(part for part, _ in parts)
        for word in re.finditer(r"\S+(?: \S+)*", text):
            assert word_entry("header", text, word.start()), word.group()


def test_a_line_goes_on() -> None:
    """What is wrapped belongs to the line that it begins on; below an empty line nothing does."""
    lines = ["networks    a, b,", "c", "", "c"]
    assert (found := line_entry("why", lines, 1))
    assert found.key == "why.networks"
    assert line_entry("why", lines, 3) is None


@pytest.mark.parametrize("marks", [BLOCKS, LETTERS])
def test_marks_of_a_bar(marks: object) -> None:
    """A mark in a bar is known by its cell, in both alphabets; a letter of a word is none."""
    signs = {field: getattr(marks, field) for field in FIELDS}
    bar = "".join(2 * signs[name] for name in ("held", "starting", "listening", "healthy"))
    text = f"conductor-1  {bar}{signs['died']}   {signs['refused']}   exit 1 at 5.0 s"
    assert mark_key(text, 13) == "timeline.held"
    assert mark_key(text, 20) == "timeline.healthy"
    assert mark_key(text, 21) == "timeline.died"
    assert mark_key(text, 25) == "timeline.refused"
    elsewhere = [mark_key(text, x) for x in (*range(13), *range(26, len(text) + 2))]
    assert set(elsewhere) == {""}
    assert mark_key("a sentence, 5.0 s - and on", 18) == ""


def test_bars_are_those_of_the_speeds() -> None:
    """A piece of an hour's bars that stands apart is known as one."""
    assert (found := word_entry("header", f"  {BARS}", 4))
    assert found[0].explanation == explained("header.speed")
