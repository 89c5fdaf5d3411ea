"""Findings as the screen lists them: which concern a selection, and how each reads."""

from __future__ import annotations

from textual.content import Content

from nebtui import rules
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.rules.rule import Finding
from nebtui.text.paths import shortened
from nebtui.tui.widgets.markup import SEVERITY, joined, lines, pressed


def counted(number: int) -> str:
    """`no findings`, `1 finding`, `2 findings`."""
    return "no findings" if not number else f"{number} finding{'s' if number > 1 else ''}"


def related(
    findings: tuple[Finding, ...], selected: ServiceKey | ProjectKey | None
) -> tuple[Finding, ...]:
    """The findings that concern a selection, as the one that names or as the other end; of a
    service those of its project too, advice left out."""
    if isinstance(selected, ServiceKey):
        return tuple(
            f
            for f in findings
            if selected in (f.at, f.target, *f.owners)
            or (f.service is None and f.project == selected.project and f.severity != "advice")
        )
    if isinstance(selected, ProjectKey):
        return tuple(
            f
            for f in findings
            if f.project == selected or (f.target and f.target.project == selected)
        )
    return findings


def prompt(finding: Finding) -> Content:
    """A finding as it stands in the list: what, evidence, and the key that fixes it."""
    glyph, tone = SEVERITY[finding.severity]
    rule = rules.rule(finding.rule)
    who = str(finding.at or finding.project or "")
    result = [
        joined(
            (f"{glyph} {finding.rule}", tone),
            (f"  {who} " if who else "  ", "title"),
            finding.message,
        )
    ]
    result += [joined(("    ", ""), (shortened(text), "dim")) for text in finding.evidence]
    if finding.fix and finding.applicability != "display" and rule.key:
        result.append(
            joined("  ")
            + pressed(f" {rule.key} ", "key", "screen.fix")
            + joined(f" {finding.fix} ", (f"· {finding.applicability}", "dim"))
        )
    elif finding.fix:
        result.append(joined(("    by hand: ", "dim"), finding.fix))
    return lines(result)
