"""Which thing stands in a cell: nothing that is drawn is without a name, and each name is right."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.explain.table import table
from nebtui.graph.canvas import ASCII, BOX, Glyphs
from nebtui.graph.figures import Figures
from nebtui.graph.layout import lay_out
from nebtui.graph.pieces import row_pieces
from nebtui.graph.pointing import line_pieces, piece_at
from nebtui.graph.scene import GraphModel, Group, NetworkLine, Row
from nebtui.graph.sheet import Sheet
from nebtui.text.terminal import cell_width
from tests.graph.edges import every_edge
from tests.graph.scenes import sample
from tests.graph.test_layout import scenes

CONDUCTOR = "gantry/conductor"
MEASURED = Figures("180%", "1.2G", "2.0G", "3h")


def sheet(scene: GraphModel | None = None, **asked: Any) -> Sheet:
    """The sheet of a scene (the sample), 200 cells wide unless asked otherwise."""
    how: dict[str, Any] = {
        "width": 200,
        "selected": None,
        "all_edges": False,
        "ascii": False,
        "figures": {},
    }
    return lay_out(scene if scene is not None else sample(), **{**how, **asked})


def drawn(page: Sheet, y: int) -> str:
    """A line as text, a wide character padded so that a cell is an index."""
    text = "".join(segment.text for segment in page.drawing.lines[y])
    return "".join(char + "\0" * (cell_width(char) - 1) for char in text)


def kinds(page: Sheet, y: int, figures: dict[str, Figures] | None = None) -> dict[str, str]:
    """What stands in the cells of a line: the characters of each kind that is met."""
    found: dict[str, str] = {}
    for x, char in enumerate(drawn(page, y)):
        piece = piece_at(page, x, y, figures or {})
        if piece is not None and char.strip():
            found[piece.kind] = found.get(piece.kind, "") + char
    return found


@settings(max_examples=150, deadline=None)
@given(
    scenes(),
    st.integers(12, 200),
    st.none() | st.sampled_from(["g0", "g1/0", "g2/3"]),
    st.booleans(),
    st.booleans(),
    st.none() | st.just({}),
)
def test_nothing_is_drawn_without_an_explanation(
    scene: GraphModel,
    width: int,
    selected: str | None,
    all_edges: bool,
    ascii: bool,
    figures: dict[str, Figures] | None,
) -> None:
    """Each cell of any scene, at any width, has a piece whose kind is in the table, but for the
    blanks between them."""
    page = sheet(
        scene, width=width, selected=selected, all_edges=all_edges, ascii=ascii, figures=figures
    )
    for y in range(len(page.drawing.lines)):
        for x, char in enumerate(drawn(page, y)):
            piece = piece_at(page, x, y, {})
            if char.strip(" \0"):
                assert piece is not None, (y, x, char, drawn(page, y))
            # The edges of this strategy have tones that no box has.
            assert piece is None or piece.kind in table() or piece.kind.startswith("edge.")


@pytest.mark.parametrize("alphabet", [BOX, ASCII])
def test_every_glyph_of_the_alphabets(alphabet: Glyphs) -> None:
    """Each sign that the drawing has is met on the sample, and is a thing that has a name."""
    lost = NetworkLine("lost", "lost", shared=True, external=True, missing=True)
    row = Row("x/a", "a", "●", "ready", "ok", ("lost",), gpu=50.0)
    whole = sample()
    scene = GraphModel(
        (*whole.networks, lost),
        (*whole.groups, Group("x", "x", "1 service", "ok", (row,))),
        whole.edges,
    )
    seen: dict[str, set[str]] = {}
    closed = GraphModel(scene.networks, (*sample("core").groups, *scene.groups[1:]), scene.edges)
    for one, width in ((scene, 120), (closed, 120), (scene, 60), (scene, 44)):
        page = sheet(one, width=width, all_edges=True, ascii=alphabet is ASCII, figures=None)
        for y in range(len(page.drawing.lines)):
            for kind, text in kinds(page, y).items():
                for char in text:
                    seen.setdefault(char, set()).add(kind)
    signs = [getattr(alphabet, f.name) for f in fields(Glyphs) if f.name not in ("joints", "dash")]
    assert [sign for sign in signs if sign not in seen] == []
    assert all(kind in table() for found in seen.values() for kind in found)


def test_the_words_of_a_row() -> None:
    """A measured row: each column is known by its cell, the text is that of this row."""
    scene, id = sample(), "infer/tabbyapi"
    page = sheet(scene, selected=CONDUCTOR)
    pieces = {piece.kind: piece for piece in row_pieces(page, id, MEASURED)}
    row = page.rows[id]
    assert pieces["column.name"].text == "tabbyapi"
    assert pieces[f"state.{'ready'}"].text == f"{row.glyph} {row.state}"
    assert pieces["column.gpu"].text == f"{row.gpu:.0f}%"
    assert pieces["column.rate"].text == row.rate
    y = page.drawing.row_of[id]
    found = kinds(page, y)
    assert found["column.name"] == "tabbyapi"
    assert found["column.rate"].replace(" ", "") == row.rate.replace(" ", "")
    assert found["state.ready"] == f"{row.glyph}{row.state}"
    assert found["column.gpu"].endswith(f"{row.gpu:.0f}%")


def test_what_has_no_room_is_told_all_the_same() -> None:
    """At 60 cells there is no column for CPU and ports; the row's pieces have them without a
    place."""
    row = Row("p/a", "a", "●", "ready", "ok", runs=True, limited=True, ports="80", image="x:1")
    page = sheet(GraphModel((), (Group("p", "p", "", "ok", (row,)),)), width=24)
    pieces = {p.kind: p for p in row_pieces(page, "p/a", MEASURED)}
    assert pieces["column.cpu"].text == "180%"
    assert pieces["column.memory"].text == "1.2G/2.0G"
    assert (pieces["column.ports"].text, len(pieces["column.ports"].cells)) == ("80", 0)
    wide = sheet(GraphModel((), (Group("p", "p", "", "ok", (row,)),)), figures={"p/a": MEASURED})
    found = kinds(wide, wide.drawing.row_of["p/a"], {"p/a": MEASURED})
    assert (found["column.cpu"], found["column.memory"]) == ("180%", "1.2G/2.0G")
    assert (found["column.uptime"], found["column.ports"]) == ("3h", "80")


def test_dots_lines_and_wires() -> None:
    """A dot is the network of its rail, a rail without a dot passes, the wire is neither."""
    page = sheet(width=120)
    y = page.drawing.row_of[CONDUCTOR]
    text = [piece.text for piece in row_pieces(page, CONDUCTOR, MEASURED)]
    rails = [piece for piece in row_pieces(page, CONDUCTOR, MEASURED) if piece.cells]
    for piece in rails:
        if piece.kind in ("network.on", "network.declared"):
            assert drawn(page, y)[piece.cells.start] == piece.text[0]
    assert any(one.startswith("● ") for one in text)


def test_both_ends_of_an_edge_are_named() -> None:
    """The one that needs and the one that is needed, from both of their rows, and the arc between
    them in each of its cells."""
    page = sheet(width=120, selected=CONDUCTOR)
    mine = [p.text for p in row_pieces(page, CONDUCTOR, MEASURED) if p.kind.startswith("edge.")]
    assert "→ core/chroma ✗" in mine
    other = [p.text for p in row_pieces(page, "core/chroma", MEASURED)]
    assert f"◄ {CONDUCTOR} ✗" in other
    y = page.drawing.row_of[CONDUCTOR]
    crossed = drawn(page, y).rindex("✗")
    assert (piece := piece_at(page, crossed, y, {}))
    assert piece.text.endswith("✗")


def test_lines_that_are_no_rows() -> None:
    """Titles, headings with their networks, a closed project's counts, names of columns."""
    page = sheet(sample("core"), width=160)
    heading = {p.kind: p.text for p in line_pieces(page, "core")}
    assert heading["project.name"] == "core"
    assert heading["state.ready"].startswith("●")
    assert "network.shared" in kinds(page, 0)
    opened = sheet(width=160)
    assert "network.own" in {p.kind for p in line_pieces(opened, "core")}
    top = {p.kind for p in line_pieces(opened, None)}
    assert {"network.shared", "column.name", "state.column"} <= top
    assert piece_at(page, 0, -1, {}) is None
    assert piece_at(page, 0, 10_000, {}) is None


def test_every_edge_of_a_box_is_told() -> None:
    """The edges that the other tests take for all there are: nine kinds and tones."""
    assert len({(edge.kind, edge.tone) for edge in every_edge()}) == 9
