"""Where `!` leads: to every line that is broken, and to no other."""

from __future__ import annotations

from nebtui.graph.cursor import next_broken
from nebtui.graph.scene import Edge, GraphModel, Group, Row


def rows(*told: Row) -> Group:
    return Group("p", "p", "", "ok", told)


FINE = Row("fine", "fine", "●", "ready", "ok")
ALERT = Row("alert", "alert", "●", "ready", "ok", note="computes on the CPU", note_tone="bad")
SICK = Row("sick", "sick", "▲", "unhealthy", "warn", degraded=True)
CUT = Row("cut", "cut", "●", "ready", "ok")
SLOW = Row("slow", "slow", "●", "ready", "ok", note="slow", note_tone="warn")


def tour(scene: GraphModel) -> list[str | None]:
    """Where four presses lead, from nowhere."""
    found: list[str | None] = []
    for _ in range(4):
        found.append(next_broken(scene, found[-1] if found else None))
    return found


def test_every_kind_of_broken_line_is_visited_in_turn() -> None:
    """An error, an unhealthy service and a broken edge; what is merely slow, or fine, is passed
    by."""
    edge = Edge("cut", "fine", "references", "bad", broken=True)
    assert tour(GraphModel((), (rows(FINE, ALERT, SLOW, SICK, CUT),), (edge,))) == [
        "alert",
        "sick",
        "cut",
        "alert",
    ]


def test_a_project_that_cannot_be_read_is_visited_itself() -> None:
    """Its line is broken where none of its services is; where one is, that is enough."""
    broken = Group("q", "q", "compose.yaml:4 is not YAML", "bad", (FINE,))
    assert tour(GraphModel((), (broken,), ())) == ["q"] * 4
    failed = Group("q", "q", "0/1 ready, 1 failed", "bad", (Row("x", "x", "✗", "failed", "bad"),))
    assert tour(GraphModel((), (failed,), ())) == ["x"] * 4


def test_nothing_broken_leads_nowhere() -> None:
    """Where all is well the cursor stays."""
    assert tour(GraphModel((), (rows(FINE, SLOW),), ())) == [None] * 4
