"""Whether a start is over."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.readiness import STOPPED
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Bar, Run, Start

UNCHANGED = 10.0
"""Seconds without news after which a container that no healthcheck tests has come up."""
NEVER = 30.0
"""Seconds after which a container that was created, and that nothing holds, will not be started."""
LOOP, GIVEN_UP = 3, 60.0
"""A container that died so often, and did not come up within so many seconds, has failed."""
LONGEST = 900.0
"""Seconds after which a start counts as over, whatever still restarts."""


def settled(snapshot: Snapshot, start: Start, now: float) -> float | None:
    """When every container of a start was ready, done, failed, or unchanged for ten seconds and
    without a healthcheck; None while one is not. LONGEST after its begin it is over anyway."""
    ends = [_settled(snapshot, bar, now) for bar in start.bars]
    known = [at for at in ends if at is not None]
    if len(known) == len(ends):
        return max(known, default=start.began)
    return start.began + LONGEST if now - start.began > LONGEST else None


def _settled(snapshot: Snapshot, bar: Bar, now: float) -> float | None:
    """When one container had come up, or had failed for good; None while that is to come."""
    container = snapshot.containers.get(bar.container)
    newest = _rise(bar).last
    if container is None:
        return newest  # it was removed: nothing more comes of it
    if container.state == "created":
        failed = container.inspection is not None and bool(container.inspection.error)
        forgotten = now - newest >= NEVER and not _held(snapshot, bar, container)
        return newest if failed or forgotten else None
    if container.state == "running" and container.health == "healthy":
        return newest
    if container.state == "running" and container.health == "starting":
        return None
    unchanged = newest if now - newest >= UNCHANGED else None
    looping = bar.exits >= LOOP and bar.started is not None and now - bar.started > GIVEN_UP
    if looping and bar.started is not None and not (unchanged and container.state == "running"):
        return bar.started + GIVEN_UP  # each further exit is news, and changes nothing
    return unchanged


def given_up(bar: Bar) -> bool:
    """Whether it is over for a container without success: its newest run died, and not because it
    was told to stop."""
    newest = bar.runs[-1] if bar.runs else None
    if newest is None or not newest.faulty:
        return False
    if bar.exits >= LOOP:
        return True
    asked = newest.exit_code in STOPPED and not newest.oom
    return not asked and not any(map(_came_up, bar.runs))


def _came_up(run: Run) -> bool:
    """Whether a run that ended had come up before."""
    lasted = run.ended is not None and run.ended - run.started >= LONGEST
    return run.ended is not None and (run.healthy is not None or lasted)


def _rise(bar: Bar) -> Bar:
    """The bar up to where the container had come up: how that run ended, and what followed, is no
    longer of the start."""
    for at, run in enumerate(bar.runs):
        if _came_up(run):
            return replace(bar, runs=(*bar.runs[:at], replace(run, ended=None)))
    return bar


def _held(snapshot: Snapshot, bar: Bar, container: Container) -> bool:
    """It was created and waits for a condition that may still come true."""
    own = container.id
    waits = {wait.on for wait in bar.waits if wait.until is None}
    for other in snapshot.containers.values():
        if other.id != own and other.service in waits and other.project == container.project:
            gone = other.state in ("exited", "dead")
            if not gone and other.health != "unhealthy":
                return True
    return False
