"""The findings of a box, and whether their files are on this machine."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.analysis.services import files_elsewhere
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Finding


def found_on(
    box: str, findings: Iterable[Finding], snapshot: Snapshot, host: Host
) -> list[FoundOn]:
    """Each of them with its box ("" where only one is looked at): whether its files are here tells
    who looked at them."""
    return [FoundOn(box, one, _here(one, snapshot, host)) for one in findings]


def _here(finding: Finding, snapshot: Snapshot, host: Host) -> bool:
    project = finding.project
    known = project is not None and project in snapshot.projects
    return not host.files_away and not (
        known and project is not None and files_elsewhere(snapshot, project)
    )
