"""The sign at a row that somebody is led to."""

from __future__ import annotations

from nebtui.graph.canvas import Segment
from nebtui.graph.pointer import with_sign

LINE = (Segment("●─", "wire"), Segment("◉", "ok"), Segment(" ", ""), Segment("db   ", "name"))


def test_in_the_blank_before_the_name() -> None:
    """The blank becomes the sign, the name is turned round without the blanks behind it, and no
    cell moves."""
    shown = with_sign(LINE, 3, "»")
    assert [segment.text for segment in shown] == ["●─", "◉", "»", "db", "   "]
    assert [segment.style for segment in shown[2:]] == ["pointed", "name pointed", "name"]
    tight = with_sign((*LINE[:3], Segment("db", "selected title")), 3, "»")
    assert tight[-1] == Segment("db", "selected title pointed")


def test_no_blank_there() -> None:
    """A line that is too narrow for names, or begins elsewhere, stays as it is."""
    assert with_sign(LINE, 2, "»") == LINE
    assert with_sign(LINE[:3], 3, "»") == LINE[:3]
    assert with_sign((), 3, "»") == ()
