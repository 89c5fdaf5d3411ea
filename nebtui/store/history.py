"""The events of one container, bounded."""

from __future__ import annotations

from dataclasses import replace

from nebtui.facts.event import ContainerEvent

HISTORY = 256
"""Events kept per container: enough for a start with some dozen restarts."""
COUNTED = ("refused", "failed")
"""Events that carry a count: a storm of them is told once a second."""
BURST = 1.0
NEAR = 4
"""How many events back another of the same burst is looked for."""


def with_event(
    history: tuple[ContainerEvent, ...], event: ContainerEvent
) -> tuple[ContainerEvent, ...]:
    """The history with one more event, in the order of time; counts of the same second are added
    up, and what is there already is not added again."""
    if event in history[-HISTORY:]:
        return history
    if event.action in COUNTED and (at := _burst(history, event)) is not None:
        known = history[at]
        merged = replace(known, at=event.at, count=known.count + event.count)
        return (*history[:at], *history[at + 1 :], merged)
    if history and event.at < history[-1].at:
        return tuple(sorted((*history, event), key=lambda one: one.at))[-HISTORY:]
    return (*history, event)[-HISTORY:]


def _burst(history: tuple[ContainerEvent, ...], event: ContainerEvent) -> int | None:
    """Where the burst stands that this event goes on with; None = it begins one."""
    for at in range(len(history) - 1, max(-1, len(history) - 1 - NEAR), -1):
        known = history[at]
        if known.action == event.action:
            begun = known.since if known.since is not None else known.at
            return at if event.at - begun <= BURST else None
        if known.action in ("start", "die"):
            return None
    return None
