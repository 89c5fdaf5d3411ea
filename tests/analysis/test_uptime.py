"""The condition of a container over the last minutes, from its events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.uptime import Condition, conditions
from nebtui.facts.event import ContainerEvent
from tests.builders import container

NOW = 1000.0


def told(*events: tuple[float, str], health: str = "none", state: str = "running") -> str:
    """Six spans of ten seconds as first letters; `-` where it was not there."""
    one = replace(container("shop/db"), health=health, state=state, created=0.0)
    history = [ContainerEvent(NOW - ago, one.id, action) for ago, action in events]
    found: tuple[Condition, ...] = conditions(one, history, NOW, 10.0, 6)
    return "".join(word[:2] if word in ("up", "un") else word[:1] or "-" for word in found)


@pytest.mark.parametrize(
    ("events", "health", "state", "expected"),
    [
        ((), "none", "running", "upupupupupup"),
        ((), "none", "exited", "dddddd"),
        (((25, "start"),), "none", "running", "dddd" + "upup"),
        (((25, "start"), (12, "health_status: healthy")), "healthy", "running", "dddds" + "up"),
        (((35, "die"), (34, "start")), "none", "running", "upup" + "d" + "upupup"),
        (((15, "health_status: unhealthy"),), "unhealthy", "running", "upupupup" + "uu"),
        (((500, "die"),), "none", "exited", "dddddd"),
        (((25, "create"), (24, "start")), "none", "running", "---" + "upupup"),
    ],
)
def test_the_worst_of_each_span(
    events: tuple[tuple[float, str], ...], health: str, state: str, expected: str
) -> None:
    """Before the first event what it must have been; a death and a start within a span is a
    death."""
    assert told(*events, health=health, state=state) == expected


def test_nothing_is_told_of_before_it_was_created() -> None:
    """Its spans are empty."""
    one = replace(container("shop/db"), created=NOW - 15, health="none")
    assert conditions(one, (), NOW, 10.0, 3) == ("", "up", "up")
