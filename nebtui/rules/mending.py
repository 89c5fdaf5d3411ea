"""Which finding mends a missing piece of a path between two services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nebtui.analysis.reach import PathStep, Reach
from nebtui.rules.isolated_networks import NAME as ISOLATED
from nebtui.rules.rule import Finding


def mending(path: Reach, step: PathStep, findings: Iterable[Finding]) -> Finding | None:
    """The finding whose fix mends a step; None where it has to be done by hand."""
    for finding in findings:
        ends = (finding.target, *finding.owners)
        alone = step.name == "gate" and finding.at == path.target
        both = finding.at == path.source and (
            path.target in ends or finding.subject in (path.host, path.target.service)
        )
        if finding.rule in step.rules and (both or alone):
            return _meant(path, finding) if finding.applicability != "display" else None
    return joining(path) if ISOLATED in step.rules else None


def _meant(path: Reach, finding: Finding) -> Finding:
    """The finding, with the one of several owners that is asked about."""
    if finding.target is not None or path.target not in finding.owners:
        return finding
    told = f"connect {path.source} and {path.target} through one network"
    return replace(finding, target=path.target, fix=told)


def joining(path: Reach) -> Finding | None:
    """What would be found if the one named the other; None within a project, where a network of
    the file itself is the answer."""
    if path.source.project == path.target.project:
        return None
    return Finding(
        rule=ISOLATED,
        severity="error",
        project=path.source.project,
        service=path.source.service,
        subject=path.host,
        message=f"is to reach {path.target}, and shares no network with it",
        evidence=(),
        applicability="unsafe",
        fix=f"connect {path.source} and {path.target} through one network",
        target=path.target,
        owners=(path.target,),
    )
