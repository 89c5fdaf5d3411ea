"""`nebtui reach`: the path between two services as text and JSON."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.analysis.reach import PathStep, Reach
from nebtui.report.contract.lines import ReachJson
from nebtui.rules.rule import Finding

GLYPHS = {"yes": "✓", "no": "✗", "unknown": "?"}
WORDS = {"yes": "reaches", "no": "does not reach", "unknown": "may reach"}
Mends = Mapping[str, Finding]
"""Step → the finding whose fix mends it."""
Tried = tuple[bool | None, str] | None
"""Whether a connection was made (None: it could not be tried), and the words of it; None = nobody
tried."""


def sentence(path: Reach) -> str:
    """`a/b reaches c/d as d:5432`."""
    at = f" as {path.host}{f':{path.port}' if path.port else ''}" if path.host else ""
    named = "" if path.named else f" (no text of {path.source.service} names it)"
    return f"{path.source} {WORDS[path.answer]} {path.target}{at}{named}"


def text(path: Reach, mends: Mends, tried: Tried) -> list[str]:
    """The sentence, each step, what mends it, and what a real connection gave."""
    lines = [sentence(path)]
    for step in path.steps:
        lines.append(f"  {GLYPHS[step.answer]} {step.name:<8} {step.message}")
        if step.answer != "yes" and (remedy := _remedy(step, mends)):
            lines.append(f"             {remedy}")
    if tried is not None:
        glyph = {True: "✓", False: "✗", None: "?"}[tried[0]]
        lines.append(f"  {glyph} {'tried':<8} {tried[1]}")
    return lines


def _remedy(step: PathStep, mends: Mends) -> str:
    finding = mends.get(step.name)
    if finding is None:
        return step.remedy
    if finding.evidence:
        to = f" --to {finding.target}" if len(finding.owners) > 1 and finding.target else ""
        return f"{finding.fix}: nebtui fix --rule {finding.rule} --service {finding.service}{to}"
    return f"{finding.fix}, on the screen (c)"


def as_json(path: Reach, mends: Mends, tried: Tried) -> ReachJson:
    """The same as data; `reachable` null = not known."""
    return {
        "version": 1,
        "from": str(path.source),
        "to": str(path.target),
        "reachable": {"yes": True, "no": False, "unknown": None}[path.answer],
        "host": path.host or None,
        "port": path.port,
        "named": path.named,
        "steps": [
            {
                "step": step.name,
                "answer": step.answer,
                "message": step.message,
                "rule": mends[step.name].rule if step.name in mends else None,
                "remedy": step.remedy or None,
            }
            for step in path.steps
        ],
        "tried": None if tried is None else {"connected": tried[0], "message": tried[1]},
    }
