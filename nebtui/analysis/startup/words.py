"""A start in sentences: one for each container, race, wait and difference."""

from __future__ import annotations

from nebtui.analysis.startup.compare import Comparison, Difference
from nebtui.analysis.startup.settled import given_up
from nebtui.analysis.verdict import Tone
from nebtui.facts.startup import Bar, Race, Start


def seconds(value: float | None) -> str:
    """A time in seconds: `6.2 s`; – for None."""
    return "–" if value is None else f"{value:.1f} s"


def times(count: int) -> str:
    """`once`, `5 times`."""
    return "once" if count == 1 else f"{count} times"


def outcome(start: Start, bar: Bar) -> tuple[str, Tone]:
    """What became of a container, with seconds since the begin of the start, and its tone."""

    def at(moment: float) -> str:
        return seconds(moment - start.began)

    died = f", died ×{bar.exits}" if bar.exits else ""
    if not bar.runs:
        held = [wait.on for wait in bar.waits if wait.until is None]
        return ("held by " + ", ".join(held), "warn") if held else ("created", "dim")
    last = bar.runs[-1]
    if last.ended is not None and last.exit_code == 0:
        return f"done {at(last.ended)}{died}", "ok"
    if last.ended is not None:
        code = "out of memory" if last.oom else f"exit {last.exit_code}"
        return f"{code} at {at(last.ended)}" + (f", ×{bar.exits}" if bar.exits > 1 else ""), "bad"
    if bar.healthy is not None:
        return f"healthy {at(bar.healthy)}{died}", "warn" if bar.exits else "ok"
    if bar.listening is not None:
        return f"listening {at(bar.listening)}{died}", "warn" if bar.exits else "ok"
    return f"started {at(last.started)}{died}", "warn" if bar.exits else "dim"


def race_sentence(race: Race) -> str:
    """`core/ingest raced core/chroma: there 6.2 s before it listened; 5 connections refused, died 5
    times`."""
    gap = (
        "it does not listen yet"
        if race.gap is None
        else f"there {seconds(race.gap)} before it listened"
    )
    what = []
    if race.refused:
        plural = "" if race.refused == 1 else "s"
        shared = " (others were there too)" if race.shared else ""
        what.append(f"{race.refused} connection{plural} refused{shared}")
    if race.exits:
        what.append(f"died {times(race.exits)}")
    told = ", ".join(what)
    return f"{race.dependent} raced {race.target}: {gap}{'; ' + told if told else ''}"


def waits_sentence(start: Start, bar: Bar) -> str:
    """`api waited for postgres (healthy 5.0 s), redis (healthy 5.0 s)`; "" where nothing held
    it."""
    kinds = {
        "service_healthy": "healthy",
        "service_completed_successfully": "done",
        "service_started": "started",
    }
    told = [
        f"{wait.on} ({kinds.get(wait.condition, wait.condition)} "
        + ("not yet" if wait.until is None else seconds(wait.until - start.began))
        + ")"
        for wait in bar.waits
        if wait.condition != "service_started"
    ]
    return f"{bar.service} waited for {', '.join(told)}" if told else ""


def headline(start: Start) -> str:
    """`core started in 10.0 s · 1 race`. No race is only told of a start that was seen in full."""
    name, count = start.project.name, len(start.races)
    failed = dict.fromkeys(bar.service for bar in start.bars if given_up(bar))
    took = (
        "is starting"
        if start.settled is None
        else f"started in {seconds(start.settled - start.began)}"
    )
    if start.settled is not None and failed:
        took += f", without {', '.join(failed)}"
    races = f"{count} race{'' if count == 1 else 's'}"
    if not count:
        races = "races were not watched in all of it" if start.missing else "no race seen"
    return f"{name} {took} · {races}"


def changes(comparison: Comparison) -> list[tuple[str, Tone]]:
    """What changed since another start, one sentence each, races first."""
    lines: list[tuple[str, Tone]] = [
        (f"race gone: {race.dependent} for {race.target}", "ok") for race in comparison.gone
    ]
    lines += [(f"new race: {race_sentence(race)}", "bad") for race in comparison.new]
    notable = [one for one in comparison.differences if one.notable]
    lines += [_difference(one, one.service) for one in notable]
    if comparison.length.notable:
        lines.append(_difference(comparison.length, "the whole start"))
    return lines or [("no difference", "dim")]


def _difference(one: Difference, name: str) -> tuple[str, Tone]:
    change = one.seconds
    if change is None:
        slower = one.after is None
        word = "was ready, is not" if slower else "was not ready, is"
        when = seconds(one.before if slower else one.after)
        return f"{name} {word} ({when})", "bad" if slower else "ok"
    word = "slower" if change > 0 else "faster"
    tone: Tone = "warn" if change > 0 else "ok"
    return f"{name} {seconds(one.before)} → {seconds(one.after)} ({abs(change):.1f} s {word})", tone
