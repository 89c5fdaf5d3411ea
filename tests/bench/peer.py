"""A program beside others: what was measured of it, and the table of them all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median


@dataclass(slots=True)
class Peer:
    """A program to measure, and what was measured so far (seconds, percent of one core, MB)."""

    name: str
    command: tuple[str, ...]
    key: str
    """A key that shows something at once, by tmux's name for it."""
    shows: str
    """A word that is on the screen then, and not before."""
    launch: list[float] = field(default_factory=list)
    acted: list[float] = field(default_factory=list)
    stop: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    engine: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    absent: bool = False
    """It showed none of our names once: it is left out of the rest."""


def heading() -> str:
    """The first two lines of the table."""
    columns = (
        *("containers", "what", "lazydocker", "docksurf", "nebtui", "empty Textual app"),
        *("nebtui / lazydocker", "nebtui / docksurf"),
    )
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def rows(count: int, peers: list[Peer], before: float) -> Iterable[str]:
    """The table of one count: medians, and how many values each stands for where not all."""
    load = os.getloadavg()[0]
    lines = (
        ("launch → first name, s", "launch", 2, ""),
        ("launch → key acted on, s", "acted", 2, ""),
        ("stop → row differs, s", "stop", 3, ""),
        ("start → row differs, s", "start", 3, ""),
        ("own CPU idle, %", "own", 1, ""),
        (
            "dockerd + containerd, %",
            "engine",
            1,
            f" (nobody looking: {before:.1f}; load {load:.1f})",
        ),
        ("memory, MB", "memory", 0, ""),
    )
    for title, name, digits, remark in lines:
        values = [getattr(peer, name) for peer in peers]
        cells = [f"{median(value):.{digits}f} ({len(value)})" if value else "–" for value in values]
        ours = median(values[2]) if values[2] else None
        ratios = [_ratio(ours, median(other) if other else None) for other in values[:2]]
        yield f"| {count} | {title}{remark} | {' | '.join((*cells, *ratios))} |"


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "–"
