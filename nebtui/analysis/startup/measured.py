"""How long a service takes to be of use, from its starts."""

from __future__ import annotations

import math
from dataclasses import replace

from nebtui.facts.declared import ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.snapshot import Snapshot

SHORTEST, STEP = 10.0, 5.0
"""A start period is at least so long, and a multiple of this (seconds)."""
OFTEN, SELDOM = 5.0, 30.0
"""Seconds between two probes: a quick server is asked every five, one that takes minutes more
seldom."""
START_INTERVAL = (1, 44)
"""The API version from which the engine has a `start_interval`."""


def slowest(snapshot: Snapshot, key: ServiceKey) -> float | None:
    """The longest time (seconds) from a start of a service's container to its first listening, of
    the starts that are kept; None where none was seen."""
    times = [
        listening - run.started
        for start in snapshot.starts.get(key.project, ())
        for bar in start.bars
        if bar.service == key.service
        for run in bar.runs
        if (listening := run.listening()) is not None
    ]
    return max(times, default=None)


def timed(
    snapshot: Snapshot, key: ServiceKey, test: Healthcheck, *, patient: bool
) -> tuple[Healthcheck, str]:
    """A test with a start period of twice the longest start that was seen, and the reason in words;
    the same test and "" where none was seen. `patient`: a server that loads models, whose next one
    may be larger, keeps the period it has."""
    longest = slowest(snapshot, key)
    if longest is None:
        return test, ""
    period = max(SHORTEST, math.ceil(2 * longest / STEP) * STEP)
    if patient:
        period = max(period, test.start_period or 0.0)
    interval = min(SELDOM, max(OFTEN, math.ceil(longest / 4 / STEP) * STEP))
    known = len(snapshot.starts.get(key.project, ()))
    plural = "" if known == 1 else "s"
    reason = (
        f"start_period {period:g} s: {key.service} took up to {longest:.1f} s to listen in "
        f"{known} start{plural}"
    )
    changed = replace(test, start_period=period, interval=interval)
    if asks_early(snapshot):
        changed = replace(changed, start_interval=1.0)
    return changed, reason


def asks_early(snapshot: Snapshot) -> bool:
    """The engine asks more often while a container starts (`start_interval`, API 1.44)."""
    words = snapshot.engine.api_version.split(".") if snapshot.engine else []
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return False
    return (int(words[0]), int(words[1])) >= START_INTERVAL
