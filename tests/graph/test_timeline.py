"""The drawing of a start: it fits its width, its marks are where they happened, ASCII is
complete."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.declared import ProjectKey
from nebtui.facts.startup import Bar, Burst, OpenedPort, Run, Start
from nebtui.graph.axis import Axis
from nebtui.graph.timeline import draw_timeline, legend
from nebtui.text.terminal import cell_width

SHOP = ProjectKey("shop", "/shop")
DB = Run(100.0, (OpenedPort(80, 103.9, 104.0),), healthy=108.0, refused=(Burst(102.0, 102.4, 3),))
APP = (Run(101.0, ended=102.0, exit_code=1), Run(105.0, ended=109.0, exit_code=0, restarted=True))
START = Start(SHOP, 100.0, 110.0, (Bar("db", 1, "a", 100.0, (DB,)), Bar("app", 1, "b", 100.0, APP)))


def lines(width: int, *, ascii: bool = True, **more: Any) -> list[str]:
    """The drawing as text."""
    drawn = draw_timeline(START, width=width, now=110.0, ascii=ascii, **more)
    return ["".join(part.text for part in line) for line in drawn.lines]


def test_what_happened_stands_at_its_time() -> None:
    """A hundred cells for ten seconds and a little: phases, exits and refused connections."""
    _, ticks, db, app = lines(140)
    axis = draw_timeline(START, width=140, now=110.0, ascii=True)
    at = {mark: db.index(mark) - axis.left for mark in "!=#"}
    assert at == {mark: axis.axis.column(second) for mark, second in (("!", 2), ("=", 4), ("#", 8))}
    assert app[axis.left + axis.axis.column(0.5)] == "."
    assert app[axis.left + axis.axis.column(2)] == "x"
    assert app[axis.left + axis.axis.column(9)] == "y"
    assert ticks.strip().startswith("+")
    assert db.endswith("healthy 8.0 s")
    assert app.endswith("done 9.0 s, died ×1".replace("×", "x")) or "died" in app


@given(
    width=st.integers(24, 250),
    ascii=st.booleans(),
    cursor=st.none() | st.floats(-5, 30),
    window=st.none() | st.tuples(st.floats(0, 5), st.floats(6, 20)),
)
def test_it_fits(
    width: int, ascii: bool, cursor: float | None, window: tuple[float, float] | None
) -> None:
    """No line is wider than asked, whatever is looked at."""
    drawn = lines(width, ascii=ascii, cursor=cursor, window=window)
    assert len(drawn) == 2 + len(START.bars)
    assert all(cell_width(line) <= width for line in drawn)
    assert all(line.isascii() for line in drawn) or not ascii


def test_the_legend_names_every_mark() -> None:
    """In both alphabets."""
    for ascii, marks in ((True, ".-=#x!"), (False, "┄░▒█✗!")):
        text = "".join(part.text for part in legend(100, ascii=ascii))
        assert [text.count(mark) for mark in marks] == [1] * 6


@pytest.mark.parametrize(("end", "width"), [(5.0, 60), (0.7, 40), (900.0, 120), (61.0, 30)])
def test_the_scale_has_round_marks(end: float, width: int) -> None:
    """Some marks, each a multiple of the step, none beyond the end."""
    axis = Axis(0.0, end, width)
    ticks = axis.ticks()
    assert 1 < len(ticks) <= width // 3
    assert all(0 <= tick <= end for tick in ticks)
