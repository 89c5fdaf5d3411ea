"""Promises of the rails graph: what it looks like, and what no scene can do to it."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nebtui.graph.layout import Drawing, Edge, GraphModel, Group, NetworkLine, Row, draw, plain_text
from nebtui.graph.tracks import coloured
from nebtui.text.terminal import cell_width, plain, shorten
from tests.graph.scenes import row, sample

GOLDEN = Path(__file__).parent.parent / "golden"
PICTURES: dict[str, dict[str, Any]] = {
    "graph-120": {},
    "graph-selected-120": {"selected": "gantry/conductor"},
    "graph-collapsed-120": {"scene": sample("core")},
    "graph-ascii-120": {"ascii": True},
    "graph-all-edges-120": {"all_edges": True},
    "graph-80": {"width": 80},
    "graph-selected-80": {"width": 80, "selected": "gantry/conductor"},
    "graph-60": {"width": 60},
    "graph-200": {"width": 200},
}


def drawn(scene: GraphModel | None = None, **asked: Any) -> Drawing:
    """The drawing of a scene (the sample), 120 cells wide with nothing selected unless asked
    otherwise."""
    how = {"width": 120, "selected": None, "all_edges": False, "ascii": False, **asked}
    return draw(scene if scene is not None else sample(), **how)


def text_of(drawing: Drawing, id: str) -> str:
    """The line of a row or group without styles."""
    return "".join(segment.text for segment in drawing.lines[drawing.row_of[id]])


def styles_of(drawing: Drawing, id: str) -> dict[str, str]:
    """Texts of a line with their styles."""
    return {segment.text.strip(): segment.style for segment in drawing.lines[drawing.row_of[id]]}


@pytest.mark.parametrize("name", PICTURES)
def test_golden(name: str) -> None:
    """The sample scene looks as agreed; NEBTUI_UPDATE_GOLDEN=1 agrees to a new look."""
    text, file = plain_text(drawn(**PICTURES[name])), GOLDEN / f"{name}.txt"
    if os.environ.get("NEBTUI_UPDATE_GOLDEN") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_order_and_places() -> None:
    """Selectable ids come top to bottom, and the index of each points at its own line."""
    drawing = drawn(sample("core"))
    assert drawing.order[:3] == ("core", "gantry", "gantry/conductor")
    assert "core/redis" not in drawing.row_of
    assert [drawing.row_of[id] for id in drawing.order] == sorted(drawing.row_of.values())
    assert "tabbyapi" in text_of(drawing, "infer/tabbyapi")


def test_missing_network() -> None:
    """An absent external network says so, and its rail is dashed, bad and without solid dots."""
    networks = (NetworkLine("n", "nebulus", shared=True, external=True, missing=True),)
    rows = tuple(
        row("p", name, "healthy", nets) for name, nets in (("a", "n"), ("b", ""), ("c", "n"))
    )
    drawing = drawn(GraphModel(networks, (Group("p", "p", "3 services", "bad", rows),)))
    assert "nebulus (external, absent)" in plain_text(drawing)
    assert "┆" in text_of(drawing, "p/b")
    assert styles_of(drawing, "p/a")["○"] == "bad"


def test_ascii_only() -> None:
    """The ASCII drawing has nothing but ASCII in it, whatever the names and notes say."""
    odd = Row("p/x", "日本…→", "↻", "läuft", "ok", note="→ core ✗", gpu=50.0)
    scene = GraphModel(
        (), (Group("p", "プ", "×2", "dim", (odd,)), *sample("core").groups), sample().edges
    )
    assert plain_text(drawn(scene, ascii=True, all_edges=True)).isascii()
    assert plain_text(drawn(scene, ascii=True, width=50)).isascii()


def test_selection_adds_and_dims() -> None:
    """The selection brings its own edges and its networks forward and dims the names it has nothing
    to do with."""
    drawing = drawn(selected="gantry/conductor")
    assert styles_of(drawing, "gantry/conductor")["conductor"] == "selected title"
    assert styles_of(drawing, "core/chroma")["chroma"] == "name"
    assert styles_of(drawing, "core/redis")["redis"] == "dim"
    assert styles_of(drawing, "core/redis")["◄─╮"] == "wire"
    assert "◄" in text_of(drawing, "infer/tabbyapi")
    assert "rail-0 title" in {segment.style for segment in drawing.lines[0]}


def test_calm_by_default() -> None:
    """An edge that is not calm is drawn only when its end is selected or all edges are asked
    for."""
    assert "◄" not in text_of(drawn(), "core/postgres")
    assert "◄" in text_of(drawn(all_edges=True), "core/postgres")
    assert "◄" in text_of(drawn(selected="core/api"), "core/postgres")


def test_hint_in_words() -> None:
    """Where arcs find no room, a broken edge is told in words and keeps its cross."""
    text = text_of(drawn(width=60), "gantry/conductor")
    assert "→ core" in text
    assert text.endswith("✗")


def test_closed_group() -> None:
    """A closed group is one line with diamonds on its rails, a tally of its states and its arcs."""
    text = text_of(drawn(sample("core")), "core")
    assert text.count("◆") == 2
    assert "●2 ◉2 ◐1" in text
    assert "✗" in text


def test_unknown_ends() -> None:
    """Edges to unknown rows, networks that nobody declared and an unknown selection are ignored."""
    lone = row("p", "a", "healthy", "ghost")
    scene = GraphModel(
        (),
        (Group("p", "p", "", "ok", (lone,)),),
        (Edge("p/a", "q/b", "depends", "bad", True, True),),
    )
    drawing = drawn(scene, selected="nobody", all_edges=True)
    assert not {"●──", "✗", "◄"} & set(text_of(drawing, "p/a").split())
    assert drawn(GraphModel()).lines == ()


def test_spans_share_a_column_only_apart() -> None:
    """Interval colouring puts two spans into one column only if they have no line in common."""
    assert coloured([(0, 3), (4, 6), (3, 4), (7, 9)]) == [0, 0, 1, 0]


def test_widths_agree_with_the_terminal_library() -> None:
    """Every character that `plain` lets through is as wide as the screen library thinks."""
    odd = [
        code
        for code in range(0x110000)
        if cell_width(plain(chr(code))) != cell_len(plain(chr(code)))
    ]
    assert odd == []


def test_shorten_wide() -> None:
    """A cut through a double-width character leaves no half of it."""
    assert shorten("日本語", 4) == "日…"
    assert shorten("日本語", 6) == "日本語"
    assert shorten("abc", 0) == ""


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "[/usr/bin/x] closed",
            "\x1b[31mred",
            "日本語サービス",
            "🚀🇩🇪👍🏽",
            "a\nb\tc",
            "e\u0301\u202e",
            "",
        ]
    ),
)
TONES = st.sampled_from(["ok", "warn", "bad", "dim", "info"])
NETWORKS = st.lists(st.integers(0, 30), unique=True, max_size=6).map(
    lambda ns: tuple(f"n{n}" for n in ns)
)


@st.composite
def scenes(draw_: st.DrawFn) -> GraphModel:
    """Any scene: hostile names, unknown networks and edge ends, closed groups, many rails."""
    flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
    networks = tuple(
        NetworkLine(f"n{at}", draw_(HOSTILE), *draw_(flags))
        for at in range(draw_(st.integers(0, 25)))
    )
    groups = []
    for g in range(draw_(st.integers(0, 4))):
        rows = tuple(
            Row(
                f"g{g}/{at}",
                draw_(HOSTILE),
                draw_(st.sampled_from("●◉◐↻○?🚀")),
                draw_(HOSTILE),
                draw_(TONES),
                draw_(NETWORKS),
                draw_(st.none() | st.floats(-10, 200)),
                draw_(st.sampled_from(["", "64.8 tok/s", "123456.78 tokens/s"])),
                draw_(HOSTILE),
                draw_(TONES),
            )
            for at in range(draw_(st.integers(0, 6)))
        )
        groups.append(
            Group(f"g{g}", draw_(HOSTILE), draw_(HOSTILE), draw_(TONES), rows, draw_(st.booleans()))
        )
    end = st.tuples(st.integers(0, 4), st.integers(0, 6)).map(lambda at: f"g{at[0]}/{at[1]}")
    edge = st.builds(
        Edge,
        end,
        end,
        st.sampled_from(["depends", "references"]),
        TONES,
        st.booleans(),
        st.booleans(),
    )
    return GraphModel(networks, tuple(groups), tuple(draw_(st.lists(edge, max_size=15))))


@settings(max_examples=150, deadline=None)
@given(
    scenes(),
    st.integers(12, 200),
    st.none() | st.sampled_from(["g0", "g1/0", "g2/3"]),
    st.booleans(),
    st.booleans(),
)
def test_any_scene(
    scene: GraphModel, width: int, selected: str | None, all_edges: bool, ascii: bool
) -> None:
    """No scene makes a line wider than asked, lets a control character through or loses or repeats
    a row."""
    drawing = draw(scene, width=width, selected=selected, all_edges=all_edges, ascii=ascii)
    for line in drawing.lines:
        text = "".join(segment.text for segment in line)
        assert cell_len(text) <= width
        assert all(char.isprintable() for char in text)
        assert all(segment.text for segment in line)
    expected = [
        id
        for group in scene.groups
        for id in (group.id, *(row.id for row in group.rows if not group.collapsed))
    ]
    assert list(drawing.order) == expected
    assert len(set(drawing.row_of.values())) == len(expected)


def test_fast_enough() -> None:
    """Two hundred services are laid out and drawn in a few milliseconds (a wide margin here: the
    machine is shared)."""
    groups = tuple(
        Group(
            f"p{g}",
            f"p{g}",
            "10 services",
            "ok",
            tuple(row(f"p{g}", f"s{at}", "healthy", f"d{g} n") for at in range(10)),
        )
        for g in range(20)
    )
    networks = (
        NetworkLine("n", "n", shared=True, external=True),
        *(NetworkLine(f"d{g}", f"d{g}", shared=False, external=False) for g in range(20)),
    )
    edges = tuple(
        Edge(f"p{g}/s{at}", f"p{g}/s{at // 2}", "depends", "ok")
        for g in range(20)
        for at in range(1, 10)
    )
    scene, spent = GraphModel(networks, groups, edges), []
    for _ in range(5):
        start = time.process_time()
        drawn(scene, all_edges=True)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.06
