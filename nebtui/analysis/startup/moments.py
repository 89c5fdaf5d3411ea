"""What happened in a start, moment by moment."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.facts.startup import Bar, Run, Start
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a container, `at` seconds after the begin of the start."""

    at: float
    service: str
    text: str


def moments(start: Start) -> tuple[Moment, ...]:
    """Everything that was seen of a start, in the order of time."""
    found = [
        Moment(at - start.began, bar.service, text)
        for bar in start.bars
        for at, text in _of_bar(bar)
    ]
    return tuple(sorted(found, key=lambda moment: moment.at))


def near(every: tuple[Moment, ...], at: float, within: float) -> tuple[Moment, ...]:
    """The moments around a second."""
    return tuple(moment for moment in every if abs(moment.at - at) <= within)


def _of_bar(bar: Bar) -> Iterator[tuple[float, str]]:
    if bar.created is not None:
        yield bar.created, "created"
    for run in bar.runs:
        yield run.started, "restarted by its policy" if run.restarted else "started"
        yield from _of_run(run)


def _of_run(run: Run) -> Iterator[tuple[float, str]]:
    for opened in run.opened:
        if opened.exact:
            yield opened.at, f"listens on {opened.port}"
    if run.healthy is not None:
        yield run.healthy, "healthy"
    for word, bursts in (("refused", run.refused), ("was refused", run.failed)):
        for burst in bursts:
            plural = "" if burst.count == 1 else "s"
            yield burst.since, f"{word} {burst.count} connection{plural}"
    if run.ended is not None:
        code = "out of memory" if run.oom else f"exit {run.exit_code}"
        yield run.ended, "done (exit 0)" if run.exit_code == 0 else f"died ({code})"
