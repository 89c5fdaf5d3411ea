"""The fixes of many findings, each by itself and proved, for those who show them beside the
findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.patch import Draft, Patch, plan
from nebtui.fixing.proof import prove, touched
from nebtui.host import Host
from nebtui.rules.rule import Finding, FindingKey, NoFixError, Options


def offers(
    snapshot: Snapshot, findings: Iterable[Finding], options: Options, host: Host
) -> dict[FindingKey, Patch]:
    """The patch of each finding that can be fixed, planned on the files as they are, and proved on
    the projects it concerns; none where the files are not here. Nothing is run in a container."""
    if host.files_away:
        return {}
    result: dict[FindingKey, Patch] = {}
    for finding in findings:
        if finding.applicability == "display":
            continue
        try:
            patch = plan(Draft(snapshot), finding, options)
        except (NoFixError, EditRefusedError):
            continue
        if prove(Draft(_concerned(snapshot, patch)), patch, host)[0].proved:
            result[finding.key] = patch
    return result


def _concerned(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The box with the projects that a patch is about: proving it on all of a large tree would take
    seconds each."""
    keys = {project.key for project in touched(snapshot, patch)}
    for finding in patch.findings:
        ends = (finding.at, finding.target, *finding.owners, *finding.also)
        keys |= {end.project for end in ends if end}
    projects = {key: project for key, project in snapshot.projects.items() if key in keys}
    return replace(snapshot, projects=MappingProxyType(projects), _memo={})
