"""`nebtui reach` from box to box, as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.analysis.reach_probe import TriedConnection
from nebtui.facts.crossing import Crossing
from nebtui.report.contract.lines import ReachAcrossJson
from nebtui.report.json_output import crossing_json

GLYPHS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "?"}


def works(crossing: Crossing, tried: TriedConnection | None) -> bool:
    """Whether it can work: as a connection showed, else as far as can be seen."""
    if tried is not None and tried.made is not None:
        return tried.made
    return not crossing.broken


def text(
    source: str,
    target: str,
    found: tuple[Crossing, ...],
    tried: Mapping[Crossing, TriedConnection],
) -> Iterator[str]:
    """The sentence, then a line for each name and port, and what a real connection gave."""
    if not found:
        yield f"{source} names no port that {target} publishes"
        return
    well = any(works(one, tried.get(one)) for one in found)
    yield f"{source} {'may reach' if well else 'does not reach'} {target}"
    for one in found:
        seen = None if one.answer in ("unseen", "unknown", "published") else False
        yield f"  {GLYPHS[seen]} {one.host}:{one.port}  {one.told}"
        if one.text:
            yield f"      {one.text}{f' ({one.origin})' if one.origin else ''}"
        if (trial := tried.get(one)) is not None:
            yield f"  {GLYPHS[trial.made]} tried     {trial}"


def as_json(
    source: str,
    target: str,
    found: tuple[Crossing, ...],
    tried: Mapping[Crossing, TriedConnection],
) -> ReachAcrossJson:
    """The same as data."""
    return {
        "version": 1,
        "from": source,
        "to": target,
        "crossings": [crossing_json(one) for one in found],
        "tried": [
            {"connected": trial.made, "message": trial.said, "at": trial.at}
            for trial in (tried[one] for one in found if one in tried)
        ],
    }
