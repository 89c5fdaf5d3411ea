"""The last line of a log in the row of its service."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.declared import Service
from nebtui.facts.logs import LogLine
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.layout import draw, plain_text
from nebtui.text.terminal import cell_width
from tests.builders import at, box, container, project

SHOP = project("shop", Service("api"), Service("db"))
LOOP = container("shop/api", "restarting", restarts=27, code=3)


def drawn(text: str, width: int, *, ascii: bool = False) -> list[str]:
    """The lines of a box where a service wrote this last."""
    said = {at("shop/api"): LogLine(0, at("shop/api"), "c", "stderr", text)}
    scene = graph_model(box(SHOP, LOOP, container("shop/db")), said=said)
    drawing = draw(scene, width=width, selected=None, all_edges=False, ascii=ascii)
    return plain_text(drawing).splitlines()


def test_the_row_says_what_it_wrote() -> None:
    """Behind why it is not well, named as its log, without time and level; no other row has it."""
    lines = drawn("2026-11-22 14:06:33,123 - app - ERROR - no EMBED_URL", 120)
    (row,) = (line for line in lines if "log: " in line)
    assert row.rstrip().endswith("crash loop  restarting ×27, exit 3  log: no EMBED_URL")
    (row,) = (line for line in drawn('{"level":"error","msg":"gone"}', 80) if "log: " in line)
    assert row.rstrip().endswith("log: gone")


def test_where_there_is_no_room_it_is_left_out() -> None:
    """A few letters of it say nothing; a long line is cut at the edge."""
    assert not any("log:" in line for line in drawn("x" * 300, 60))
    (row,) = (line for line in drawn("x" * 300, 100) if "log: " in line)
    assert row.endswith("x…")
    assert cell_width(row) == 100


@given(st.text(max_size=120), st.integers(12, 160), st.booleans())
def test_hostile_words_stay_in_the_row(text: str, width: int, ascii: bool) -> None:
    """Whatever was written, no line is wider than asked, none is added, and nothing in it steers
    the terminal."""
    lines = drawn(text, width, ascii=ascii)
    assert len(lines) == len(drawn("", width))
    assert all(cell_width(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)


def test_secrets_are_masked() -> None:
    """As everywhere."""
    text = "\n".join(drawn("ERROR password=hunter2 is wrong", 160))
    assert "password=•••" in text
    assert "hunter2" not in text
