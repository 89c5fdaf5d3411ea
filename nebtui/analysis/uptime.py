"""How a container was over the last minutes, from its events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container

Condition = Literal["", "up", "starting", "unhealthy", "down"]
"""Worst last; "" = it was not there yet, or nothing tells."""

WORST: tuple[Condition, ...] = ("", "up", "starting", "unhealthy", "down")
_BEFORE: dict[str, Condition] = {
    "create": "",
    "start": "down",
    "die": "up",
    "health_status: healthy": "starting",
    "health_status: unhealthy": "up",
}
"""What a container was before the first event that is known of it."""
_UP = ("running", "paused")


def conditions(
    container: Container, history: Sequence[ContainerEvent], now: float, each: float, number: int
) -> tuple[Condition, ...]:
    """The worst condition of each of the last `number` spans of `each` seconds, oldest first; times
    are the engine's machine's."""
    tested = container.health not in ("", "none")
    turns = [(e.at, after) for e in history if (after := _after(e.action, tested)) is not None]
    begin = now - each * number
    known = next((_BEFORE[e.action] for e in history if e.action in _BEFORE), None)
    current: Condition = _now(container) if known is None else known
    result: list[Condition] = []
    for index in range(number):
        low, high = begin + index * each, begin + (index + 1) * each
        while turns and turns[0][0] < low:
            current = turns.pop(0)[1]
        seen: list[Condition] = [current]
        while turns and turns[0][0] < high:
            current = turns.pop(0)[1]
            seen.append(current)
        result.append(max(seen, key=WORST.index) if high > container.created else "")
    return tuple(result)


def _after(action: str, tested: bool) -> Condition | None:
    match action:
        case "start":
            return "starting" if tested else "up"
        case "die":
            return "down"
        case "health_status: healthy":
            return "up"
        case "health_status: unhealthy":
            return "unhealthy"
    return None


def _now(container: Container) -> Condition:
    if container.state not in _UP:
        return "down"
    match container.health:
        case "starting":
            return "starting"
        case "unhealthy":
            return "unhealthy"
    return "up"
