"""The runs of a container, from its events; where the events of a start are missing, from its
inspection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.startup import Burst, OpenedPort, Run

SAME = 1.0
"""Seconds within which a start in the events and one in an inspection are the same."""
LOG = 5
"""Probes that the engine keeps: in a full log the first pass may be missing."""
ASKED = ("kill", "stop")
"""Events that tell that somebody ended a run."""


def runs_of(container: Container, history: Sequence[ContainerEvent]) -> tuple[Run, ...]:
    """Its runs, oldest first, as far back as the events go."""
    runs: list[Run] = []
    asked = True
    for event in history:
        if event.action == "start":
            runs.append(Run(event.at, restarted=bool(runs) and not asked))
            asked = False
        elif event.action in ASKED:
            asked = True
        elif runs:
            runs[-1] = _after(runs[-1], event)
    return _completed(tuple(runs), container.inspection)


def _after(run: Run, event: ContainerEvent) -> Run:
    """The run with one more thing that happened in it."""
    since = event.since if event.since is not None else event.at
    match event.action:
        case "listening":
            opened = tuple(OpenedPort(port, since, event.at) for port in event.ports)
            return replace(run, opened=(*run.opened, *opened))
        case "refused":
            return replace(run, refused=(*run.refused, Burst(since, event.at, event.count)))
        case "failed":
            return replace(run, failed=(*run.failed, Burst(since, event.at, event.count)))
        case "health_status: healthy" if run.healthy is None:
            return replace(run, healthy=event.at)
        case "oom":
            return replace(run, oom=True)
        case "die":
            return replace(run, ended=event.at, exit_code=event.exit_code)
    return run


def _completed(runs: tuple[Run, ...], inspection: Inspection | None) -> tuple[Run, ...]:
    """The runs with what only the inspection tells: a start before the first event, and a first
    healthy probe that no event told of."""
    if inspection is None or inspection.started is None:
        return runs
    if not runs or runs[-1].started < inspection.started - SAME:
        over = inspection.finished if not inspection.pid else None
        ended = over if over and over >= inspection.started else None
        code = inspection.exit_code if ended else None
        again = inspection.restart_count > 0
        run = Run(inspection.started, ended=ended, exit_code=code, restarted=again)
        runs = (*runs, replace(run, oom=bool(ended) and inspection.oom_killed))
    last = runs[-1]
    if last.healthy is None:
        last = replace(last, healthy=_first_pass(inspection, last.started))
    return (*runs[:-1], last)


def _first_pass(inspection: Inspection, started: float) -> float | None:
    """The end of the first probe that passed since the start; None where the log may have lost
    it."""
    probes = [probe for probe in inspection.probes if probe.start >= started - SAME]
    passed = next((probe for probe in probes if probe.exit_code == 0), None)
    if passed is None or (passed is probes[0] and len(inspection.probes) >= LOG):
        return None
    return passed.end
