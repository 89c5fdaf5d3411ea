"""When the picture of the first frame gives way to the newest one."""

from __future__ import annotations

from nebtui.facts.snapshot import Snapshot


def covers(snapshot: Snapshot, early: Snapshot) -> bool:
    """Whether a snapshot tells as much as an early picture showed, or all there is."""
    if snapshot.settled or snapshot.engine_problem:
        return True
    listed = bool(snapshot.containers) or not early.containers
    return listed and early.projects.keys() <= snapshot.projects.keys()
