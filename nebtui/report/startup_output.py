"""A start as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence

from nebtui.analysis.startup.compare import compare, times_to_ready
from nebtui.analysis.startup.words import changes, headline, race_sentence, waits_sentence
from nebtui.facts.startup import Bar, Start
from nebtui.graph.timeline import draw_timeline, legend
from nebtui.report.contract.starts import StartedServiceJson, StartJson, StartsJson
from nebtui.text.units import clock_time


def text(start: Start, before: Start | None, width: int, now: float, ascii: bool) -> list[str]:
    """The timeline, the races, the waits, and what changed since the start before."""
    lines = [f"{headline(start)} · began {clock_time(start.began)}", ""]
    drawing = draw_timeline(start, width=width, now=now, ascii=ascii)
    lines += ["".join(part.text for part in line) for line in drawing.lines]
    lines += ["", "".join(part.text for part in legend(width, ascii=ascii)).rstrip()]
    lines += [f"{'x' if ascii else '✗'} {race_sentence(race)}" for race in start.races]
    lines += [sentence for bar in start.bars if (sentence := waits_sentence(start, bar))]
    lines += list(start.missing)
    if before is not None:
        lines += ["", f"since the start at {clock_time(before.began)}:"]
        lines += [f"  {sentence}" for sentence, _ in changes(compare(before, start))]
    return lines


def as_json(start: Start, before: Start | None) -> StartJson:
    """The contract of `startup --format json`: seconds from the project's first create, null where
    not seen."""
    return {
        "version": 1,
        "project": start.project.name,
        "began": start.began,
        "settled": _since(start, start.settled),
        "services": [_service(start, bar) for bar in start.bars],
        "races": [
            {
                "dependent": str(race.dependent),
                "target": str(race.target),
                "gap_seconds": _rounded(race.gap),
                "refused": race.refused,
                "exits": race.exits,
                "shared": race.shared,
            }
            for race in start.races
        ],
        "missing": list(start.missing),
        "before": None
        if before is None
        else {
            "began": before.began,
            "ready": {k: _rounded(v) for k, v in times_to_ready(before).items()},
            "races": len(before.races),
        },
    }


def all_as_json(pairs: Sequence[tuple[Start, Start | None]]) -> StartJson | StartsJson:
    """That of one start as it is, of several in a list."""
    parts = [as_json(*pair) for pair in pairs]
    return parts[0] if len(parts) == 1 else {"version": 1, "starts": parts}


def _service(start: Start, bar: Bar) -> StartedServiceJson:
    return {
        "name": bar.service,
        "number": bar.number,
        "created": _since(start, bar.created),
        "started": _since(start, bar.started),
        "listening": _since(start, bar.listening),
        "healthy": _since(start, bar.healthy),
        "ports": {
            str(opened.port): _since(start, opened.at) if opened.exact else None
            for run in bar.runs[-1:]
            for opened in run.opened
        },
        "exits": bar.exits,
        "refused": bar.refused,
        "waited_for": [
            {"service": w.on, "condition": w.condition, "until": _since(start, w.until)}
            for w in bar.waits
        ],
    }


def _since(start: Start, at: float | None) -> float | None:
    return None if at is None else _rounded(at - start.began)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
