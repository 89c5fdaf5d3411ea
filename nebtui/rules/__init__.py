"""All rules, and the findings of a snapshot in the order a person should see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules import (
    ambiguous_name,
    broken_healthcheck,
    cpu_fallback,
    cuda_driver_mismatch,
    foreign_user,
    gpu_without_ipc,
    gpu_without_memlock,
    gpu_without_network,
    hidden_gpu,
    isolated_networks,
    missing_gpu_runtime,
    missing_healthcheck,
    missing_host_gateway,
    missing_network,
    slower_than_usual,
    unchecked_gpu,
    ungated_dependency,
    unset_variable,
)
from nebtui.rules.rule import SEVERITIES, Finding, Rule

RULES: tuple[Rule, ...] = (
    unset_variable.RULE,
    isolated_networks.RULE,
    ambiguous_name.RULE,
    missing_network.RULE,
    missing_host_gateway.RULE,
    foreign_user.RULE,
    missing_gpu_runtime.RULE,
    cuda_driver_mismatch.RULE,
    cpu_fallback.RULE,
    broken_healthcheck.RULE,
    slower_than_usual.RULE,
    ungated_dependency.RULE,
    missing_healthcheck.RULE,
    unchecked_gpu.RULE,
    hidden_gpu.RULE,
    gpu_without_ipc.RULE,
    gpu_without_network.RULE,
    gpu_without_memlock.RULE,
)

SPEED = frozenset({cpu_fallback.NAME, slower_than_usual.NAME})
"""The rules whose findings are about how fast a service serves."""


def rule(name: str) -> Rule:
    """The rule of a name; KeyError if there is none."""
    return {r.name: r for r in RULES}[name]


@dataclass(frozen=True, slots=True)
class Examination:
    """What the rules find, and which of them failed where, one sentence each."""

    findings: tuple[Finding, ...] = ()
    failures: tuple[str, ...] = ()


def find(snapshot: Snapshot, allow: Iterable[str] = ()) -> tuple[Finding, ...]:
    """All findings, worst first, then those that block most services. `allow`: rules the settings
    switch off."""
    return examine(snapshot, allow).findings


def examine(
    snapshot: Snapshot, allow: Iterable[str] = (), among: Iterable[Rule] = RULES
) -> Examination:
    """The findings in order, and the rules that failed: a mistake in one of them costs its findings
    where it fails, and no others."""
    off = frozenset(allow)
    findings: list[Finding] = []
    failures: list[str] = []
    for one in among:
        if one.name not in off:
            found, failed = _examined(one, snapshot)
            findings += (f for f in found if not _allowed(snapshot, f))
            failures += failed
    return Examination(tuple(sorted(findings, key=_order)), tuple(failures))


def _examined(one: Rule, snapshot: Snapshot) -> tuple[list[Finding], list[str]]:
    try:
        return list(one.find(snapshot)), []
    except Exception as error:
        what = f"({type(error).__name__}: {error}): its findings are missing; please report it"
    culprits = [key for key in snapshot.projects if _fails(one, _with(snapshot, {key}))]
    rest = _with(snapshot, snapshot.projects.keys() - set(culprits))
    failures = [f"rule {one.name} failed on {key.name} {what}" for key in culprits]
    if not culprits or _fails(one, rest):
        return [], failures or [f"rule {one.name} failed {what}"]
    return list(one.find(rest)), failures


def _with(snapshot: Snapshot, keys: Collection[ProjectKey]) -> Snapshot:
    projects = {key: project for key, project in snapshot.projects.items() if key in keys}
    return replace(snapshot, projects=MappingProxyType(projects))


def _fails(one: Rule, snapshot: Snapshot) -> bool:
    try:
        list(one.find(snapshot))
    except Exception:
        return True
    return False


def races(found: Iterable[Finding]) -> tuple[tuple[ServiceKey, str], ...]:
    """(service, dependency) of every start that waits for nothing, for the graph."""
    return tuple((f.at, f.subject) for f in found if f.rule == ungated_dependency.NAME and f.at)


def alerts(found: Iterable[Finding]) -> dict[ServiceKey, str]:
    """The worst error of each service that has one, in its own words, for its row in the graph."""
    text: dict[ServiceKey, str] = {}
    for finding in found:
        if finding.severity == "error" and finding.at:
            text.setdefault(finding.at, finding.message)
    return text


def _order(finding: Finding) -> tuple[int, int, str, str, str, str]:
    project = finding.project.name if finding.project else ""
    return (
        SEVERITIES.index(finding.severity),
        -finding.blocks,
        project,
        finding.service or "",
        finding.rule,
        finding.subject,
    )


def _allowed(snapshot: Snapshot, finding: Finding) -> bool:
    """True if a `# nebtui: allow RULE` comment stands on, or directly above, the line of the
    finding or its service."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    if project is None or not project.allows:
        return False
    mine = (allow for allow in project.allows if allow.rule == finding.rule)
    return any(_covers(project, allow.file, allow.line, finding) for allow in mine)


def _covers(project: Project, file: str, line: int, finding: Finding) -> bool:
    service = project.services.get(finding.service or "")
    origins = [finding.origin, service.origin() if service else None]
    return any(o is not None and o.file == file and o.line in (line, line + 1) for o in origins)
