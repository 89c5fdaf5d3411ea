"""An action done on the far side, as it goes."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

from nebtui.action import Action, Cancel, Progress
from nebtui.facts.codec import decode_fact
from nebtui.hosts.remote.exchange import Exchange
from nebtui.hosts.remote.lines import encoded_action

LOOK = 0.1
"""Seconds between two looks whether it is not wanted any more."""
MOST = 10_000
"""Lines of an action that wait to be taken; those after them are left out."""


def done_there(
    exchange: Exchange, name: str, action: Action, stop: Cancel | None
) -> Iterator[Progress]:
    """Ask for it and yield what is told; the last Progress is done. Left alone, it goes on there.
    `name`: of the box."""
    encoded = encoded_action(action)
    if encoded is None:
        told = f"A program of yours runs on this machine, and this box is {name}: run it there."
        yield Progress(told, done=True, exit_code=1)
        return
    arrived: queue.Queue[dict[str, Any]] = queue.Queue(MOST)

    def heard(data: dict[str, Any]) -> None:
        if arrived.qsize() < MOST - 1 or not data or "error" in data or _is_last(data):
            arrived.put(data)

    number = exchange.ask({"do": encoded}, heard)
    if number is None:
        yield Progress(f"{name} is not connected now: nothing was done.", done=True, exit_code=1)
        return
    asked = False
    try:
        while True:
            if stop is not None and stop.is_set() and not asked:
                asked = True
                exchange.tell({"id": number, "stop": True})
            try:
                data = arrived.get(timeout=LOOK)
            except queue.Empty:
                continue
            yield (progress := _progress(data, name))
            if progress.done:
                return
    finally:
        exchange.forget(number)


def _is_last(data: dict[str, Any]) -> bool:
    told = data.get("progress")
    return isinstance(told, dict) and told.get("done") is True


def _progress(data: dict[str, Any], name: str) -> Progress:
    """What an answer tells; one that tells nothing ends it."""
    if not data:
        told = f"The connection to {name} was lost: what was begun there goes on by itself."
        return Progress(told, done=True, exit_code=1)
    if isinstance(why := data.get("error"), str):
        return Progress(why, done=True, exit_code=1)
    progress = decode_fact(Progress, data.get("progress"))
    return progress or Progress(f"{name} answered what is no answer.", done=True, exit_code=1)
