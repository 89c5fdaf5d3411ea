"""The last start of a project: which containers took part, when it began, and what held whom
back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nebtui.analysis.startup.races import races
from nebtui.analysis.startup.runs import runs_of
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot, belongs
from nebtui.facts.startup import Bar, Run, Start, Wait
from nebtui.light_dataclass import dataclass

QUIET = 5.0
"""Seconds in which nothing comes up, after which what comes up next is another start."""
PREPARED = 600.0
"""A container created longer than this (seconds) before its first start was not made for it."""
MOST_RUNS = 100
"""Runs of a container that are kept of one start, the first ones."""
UNSEEN = "When {} began to listen was not seen: nebtui was not open yet."
ELSEWHERE = (
    "Listening and refused connections are not known: the engine's processes are not in /proc."
)


@dataclass(frozen=True, slots=True)
class _Rise:
    """A container comes up: from its creation or start to the last thing that made it ready."""

    container: Container
    began: float
    ready: float
    created: float | None
    runs: tuple[Run, ...]


def start_of(snapshot: Snapshot, project: ProjectKey) -> Start | None:
    """The newest start of a project, `settled` left open; None where it never started. A restart of
    one service alone is no start of a project that has several."""
    rises = [rise for c in _containers(snapshot, project) for rise in _rises(snapshot, c)]
    services = {rise.container.service for rise in rises}
    groups = _groups(rises)
    whole = [g for g in groups if len({r.container.service for r in g}) >= min(2, len(services))]
    if not whole:
        return None
    group = whole[-1]
    bars = tuple(sorted(map(_bar, group), key=by_start))
    start = Start(
        project,
        began=min(rise.began for rise in group),
        bars=tuple(replace(bar, waits=_waits(snapshot, project, bar, bars)) for bar in bars),
        missing=tuple(_missing(snapshot, bars)),
    )
    return replace(start, races=races(snapshot, start))


def _containers(snapshot: Snapshot, project: ProjectKey) -> list[Container]:
    return [
        c
        for c in snapshot.containers.values()
        if c.service and not c.one_off and belongs(c, project)
    ]


def by_start(bar: Bar) -> tuple[float, float, str, int]:
    """The order of bars: by their first start, those that never started last."""
    started = bar.started if bar.started is not None else float("inf")
    return started, bar.created or started, bar.service, bar.number


def _rises(snapshot: Snapshot, container: Container) -> list[_Rise]:
    """Each time the container came up: somebody started it, and perhaps its policy again."""
    runs = runs_of(container, snapshot.histories.get(container.id, ()))
    created = container.created or None
    if not runs:
        made = container.state == "created" and created is not None
        return [_Rise(container, created or 0.0, created or 0.0, created, ())] if made else []
    parts: list[list[Run]] = []
    for run in runs:
        if run.restarted and parts and run.started - parts[-1][-1].started < PREPARED:
            parts[-1].append(run)
        else:
            parts.append([run])
    return [
        _rise(container, created if at == 0 else None, tuple(part)) for at, part in enumerate(parts)
    ]


def _rise(container: Container, created: float | None, runs: tuple[Run, ...]) -> _Rise:
    first = runs[0].started
    made = created if created and 0 <= first - created < PREPARED else None
    moments = [runs[-1].started]
    for run in runs:
        moments += [at for at in (run.listening(), run.healthy) if at is not None]
    return _Rise(container, made or first, max(moments), made, runs)


def _groups(rises: Iterable[_Rise]) -> list[list[_Rise]]:
    """What came up together, oldest first: each begins before the others were ready for long."""
    groups: list[list[_Rise]] = []
    ready = float("-inf")
    for rise in sorted(rises, key=lambda one: one.began):
        if groups and rise.began <= ready + QUIET:
            groups[-1].append(rise)
            ready = max(ready, rise.ready)
        else:
            groups.append([rise])
            ready = rise.ready
    return [_newest_of_each(group) for group in groups]


def _newest_of_each(group: list[_Rise]) -> list[_Rise]:
    """Of a container that came up twice in a row the last time."""
    return list({rise.container.id: rise for rise in group}.values())


def _bar(rise: _Rise) -> Bar:
    container = rise.container
    return Bar(
        container.service or "",
        container.number,
        container.id,
        rise.created,
        rise.runs[:MOST_RUNS],
    )


def _waits(
    snapshot: Snapshot, project: ProjectKey, bar: Bar, bars: Sequence[Bar]
) -> tuple[Wait, ...]:
    """The conditions that its service declares for services of this start."""
    service = snapshot.service(ServiceKey(project, bar.service))
    if service is None:
        return ()
    found = []
    for dependency in service.depends_on.values():
        targets = [other for other in bars if other.service == dependency.service]
        if targets:
            times = [held_until(target, dependency.condition) for target in targets]
            seen = [at for at in times if at is not None]
            until = max(seen) if len(seen) == len(times) else None
            found.append(Wait(dependency.service, dependency.condition, until))
    return tuple(found)


def held_until(target: Bar, condition: str) -> float | None:
    """When a container first met a `depends_on` condition; None = not yet, or nobody saw it."""
    if condition == "service_healthy":
        return target.healthy
    if condition == "service_completed_successfully":
        done = (run.ended for run in target.runs if run.exit_code == 0)
        return next(done, None)
    return target.started


def _missing(snapshot: Snapshot, bars: Sequence[Bar]) -> list[str]:
    """What nobody could see of this start."""
    if snapshot.engine is not None and not snapshot.engine.local:
        return [ELSEWHERE]
    unseen = [
        bar.service
        for bar in bars
        if bar.listening is None
        and (
            bar.opened or ((process := snapshot.processes.get(bar.container)) and process.listening)
        )
    ]
    return [UNSEEN.format(", ".join(dict.fromkeys(unseen)))] if unseen else []
