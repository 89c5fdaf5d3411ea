"""Where a finding is true: in the files, in what runs, or in both."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.drift import drift
from nebtui.facts.snapshot import Snapshot
from nebtui.rules import ambiguous_name, isolated_networks, missing_network
from nebtui.rules.rule import Finding

DECLARED_ONLY = frozenset(
    one.name for one in (isolated_networks.RULE, ambiguous_name.RULE, missing_network.RULE)
)
"""Rules about names and networks, which a running container may have got from an older file or by
hand."""


def placed(snapshot: Snapshot, findings: list[Finding], of_files: list[Finding]) -> list[Finding]:
    """Each finding with where it is true. One that the files have and what runs has not works now,
    and breaks at the next `up`."""
    declared = {f.key for f in of_files}
    seen = {f.key for f in findings}
    standing = [_standing(snapshot, f, in_file=f.key in declared) for f in findings]
    sleeping = (f for f in of_files if f.rule in DECLARED_ONLY and f.key not in seen)
    return [*standing, *(_sleeping(snapshot, f) for f in sleeping)]


def _standing(snapshot: Snapshot, finding: Finding, *, in_file: bool) -> Finding:
    """A finding of what runs; one that the file does not have is mended by bringing it up."""
    if in_file:
        return replace(finding, place="both" if _has_containers(snapshot, finding) else "file")
    if finding.rule not in DECLARED_ONLY:
        return replace(finding, place="host")
    older = [end for end in (finding.at, finding.target) if end and drift(snapshot, end)]
    names = " and ".join(end.service for end in older) or finding.service
    remedy = f"the file is right, what runs is older: bring {names} up"
    return replace(finding, place="host", applicability="display", fix=remedy)


def _sleeping(snapshot: Snapshot, finding: Finding) -> Finding:
    """A finding of the file that what runs does not have."""
    if not finding.at or not any(c.state == "running" for c in snapshot.containers_of(finding.at)):
        return finding
    message = f"works now, breaks at the next `up`: {finding.message}"
    return replace(finding, message=message, place="file")


def _has_containers(snapshot: Snapshot, finding: Finding) -> bool:
    """Whether there is anything, running or not, that a finding of a service or project could be
    true of beside the file."""
    if finding.at:
        return bool(snapshot.containers_of(finding.at))
    key = finding.project
    return key is None or snapshot.has_containers(key)
