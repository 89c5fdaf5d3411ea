"""Advice on what nearly every service lacks: one finding a project, and one for each service that
should have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nebtui.analysis.importance import Lacking, lacking
from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.observed import Inspection
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Applicability, Finding, Observation

_SHOWN = 8
"""Services that are named."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The words of one rule: what is lacking, which compose key would have it, and the remedy."""

    rule: str
    lack: str
    key: str
    remedy: str


def findings(
    snapshot: Snapshot,
    advice: Advice,
    lacks: Callable[[ServiceKey, Service], bool],
    applicability: Callable[[ServiceKey, Service], Applicability],
    whole: Applicability = "display",
) -> Iterator[Finding]:
    """The advice of a rule. `whole`: that of a project's own finding."""
    for one in lacking(snapshot, lacks):
        for service, why in one.own:
            key = ServiceKey(one.project, service.name)
            yield Finding(
                rule=advice.rule,
                severity="advice",
                project=one.project,
                service=service.name,
                subject="",
                message=advice.lack,
                evidence=(why, f"{advice.key}: not set"),
                applicability=applicability(key, service),
                origin=_place(service),
                fix=advice.remedy,
            )
        if one.others:
            yield _project(one, advice, whole)


def _project(one: Lacking, advice: Advice, whole: Applicability) -> Finding:
    names = [service.name for service in one.others]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    count = "1 service" if len(names) == 1 else f"{len(names)} services"
    return Finding(
        rule=advice.rule,
        severity="advice",
        project=one.project,
        service=None,
        subject="",
        message=f"{count}: {advice.lack}",
        evidence=(f"{', '.join(names[:_SHOWN])}{more}", f"{advice.key}: not set"),
        applicability=whole,
        origin=_place(one.others[0]),
        fix=advice.remedy,
    )


def _place(service: Service) -> Origin | None:
    return service.origin("image") or service.origin()


def observed(
    snapshot: Snapshot, finding: Finding, lacks: Callable[[Inspection], bool], what: str
) -> Observation:
    """Whether the containers that a finding is about have the limit by now (`HostConfig`); of a
    project all that were inspected."""
    assert finding.project is not None  # every finding of these rules names a project
    project = snapshot.projects.get(finding.project)
    names = [finding.service] if finding.service else list(project.services if project else ())
    keys = [ServiceKey(finding.project, name) for name in names]
    containers = [c for key in keys for c in snapshot.containers_of(key) if c.inspection]
    if not containers:
        return Observation(False, f"{finding.at or finding.project} does not run")
    left = [c.name for c in containers if c.inspection and lacks(c.inspection)]
    return Observation(not left, f"{left[0]} has {what}" if left else "")
