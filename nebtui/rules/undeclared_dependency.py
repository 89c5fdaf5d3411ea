"""A service names a sibling and does not depend on it.

What: the service's own `environment` or command names another service of its project, on a network
that both are on, and neither `depends_on` nor what that leads to has it. What stands in an env file
or in another profile, and telemetry (OTLP and the like), which may be absent, do not count; nor do
two that name each other, or one that waits for this one already.
Why it bites: Compose starts them in any order. The first call is refused, and the service dies or
retries; `up SERVICE` does not bring the other along.
Evidence: the text that names it, and what `depends_on` has.
Fix: `depends_on` with `service_healthy` where the other has a health test, or one is known (then
the test is part of the diff); else started only. Unsafe: a gate on a test that cannot pass never
opens.
Source: docs.docker.com/compose/how-tos/startup-order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.health import has_test, one_shot, tested
from nebtui.analysis.probes import fault
from nebtui.analysis.reachability import Resolution, resolutions
from nebtui.analysis.suggestion import Suggestion, suggest
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.healthcheck import gate_edit, healthcheck_edit, trial
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Recreate, Rule, service_of
from nebtui.rules.ungated_dependency import is_healthy

NAME = "undeclared-dependency"
_OPTIONAL = re.compile(
    r"OTEL|OTLP|TRAC(?:E|ING)|METRIC|TELEMETRY|SENTRY|JAEGER|ZIPKIN|PROMETHEUS|LANGFUSE|PHOENIX|"
    r"LANGSMITH|STATSD|GRAFANA|LOKI|WEBHOOK|NOTIF|PROXY|SMTP|MAIL",
    re.IGNORECASE,
)
"""What a service can do without for a while."""


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and sibling."""
    for resolution in undeclared(snapshot):
        source, target = resolution.reference.source, resolution.reached[0]
        yield _finding(snapshot, resolution, source, target)


def undeclared(snapshot: Snapshot) -> Iterator[Resolution]:
    """The references to a sibling that nothing waits for, one per service and sibling."""
    every = tuple(resolutions(snapshot))
    pairs = {(r.reference.source, one) for r in every for one in r.reached}
    found = [r for r in every if _own(snapshot, r)]
    told = set()
    for resolution in found:
        source, target = resolution.reference.source, resolution.reached[0]
        if (target, source) in pairs or (source, target) in told:
            continue
        if leads_back(snapshot, source, target):
            continue
        told.add((source, target))
        yield resolution


def _own(snapshot: Snapshot, resolution: Resolution) -> bool:
    """The service's own words name exactly one sibling that is up whenever it is."""
    reference = resolution.reference
    if len(resolution.reached) != 1:
        return False
    source, target = reference.source, resolution.reached[0]
    service, other = snapshot.service(source), snapshot.service(target)
    if service is None or other is None or source.project != target.project:
        return False
    if snapshot.projects[source.project].overlay:
        return False  # the other file may declare it
    if reference.path[:1] not in (("environment",), ("command",), ("entrypoint",)):
        return False
    own = service.origins.get(reference.path)
    if own is None or own.file not in {layer.file for layer in service.layers}:
        return False  # an env file, which others may share
    if _OPTIONAL.search(f"{reference.path[-1]} {other.name}"):
        return False
    return not other.profiles or (
        bool(service.profiles) and {*service.profiles} <= {*other.profiles}
    )


def _leads(project: Project, start: str, end: str) -> bool:
    """The dependencies of one service lead to another."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        service = project.services.get(waiting.pop())
        for name in service.depends_on if service else ():
            if name == end:
                return True
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return False


def _finding(
    snapshot: Snapshot, resolution: Resolution, source: ServiceKey, target: ServiceKey
) -> Finding:
    reference = resolution.reference
    service = snapshot.service(source)
    assert service is not None  # it is the source of a reference
    waits = ", ".join(service.depends_on) or "nothing"
    return Finding(
        rule=NAME,
        severity="warning" if service.restart in (None, "no") else "advice",
        project=source.project,
        service=source.service,
        subject=target.service,
        message=f"names {_named(reference.host, target)} and does not depend on it",
        evidence=(
            f"{reference.text} ({reference.origin})",
            f"depends_on: {waits}",
            f"restart: {service.restart or 'no'}",
        ),
        applicability="display" if _why_not(snapshot, target) else "unsafe",
        origin=reference.origin,
        fix=_why_not(snapshot, target) or f"let {source.service} wait for {target.service}",
        target=target,
        blocks=1,
    )


def _named(host: str, target: ServiceKey) -> str:
    """The service, with the name that it is called by where that is another."""
    name = target.service
    return name if host == name.lower() else f"{host} (the service {name})"


def _why_not(snapshot: Snapshot, target: ServiceKey) -> str:
    """Why no gate is offered, "" if one may be."""
    other = snapshot.service(target)
    broken = fault(snapshot, target, other) if other else None
    if broken and broken.passes_never:
        return f"mend the healthcheck of {target.service} first: a gate on it would never open"
    return ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the dependency with the best gate there is."""
    key, service = service_of(snapshot, finding)
    target = finding.target
    other = snapshot.service(target) if target else None
    if target is None or other is None:
        raise NoFixError("the service it names is not declared any more")
    if why_not := _why_not(snapshot, target):
        raise NoFixError(why_not)
    return waiting(snapshot, key, service, target, other)


def leads_back(snapshot: Snapshot, key: ServiceKey, target: ServiceKey) -> bool:
    """One of the two waits for the other already."""
    project = snapshot.projects[key.project]
    return _leads(project, key.service, target.service) or _leads(
        project, target.service, key.service
    )


def waiting(
    snapshot: Snapshot, key: ServiceKey, service: Service, target: ServiceKey, other: Service
) -> Fix:
    """Let one service wait for another with the best gate there is."""
    project = snapshot.projects[key.project]
    condition, suggestion = _gate(snapshot, target, other)
    edits = [gate_edit(project, service, target.service, condition)]
    if suggestion:
        edits.insert(0, healthcheck_edit(project, other, suggestion))
    names = (target.service, key.service) if suggestion else (key.service,)
    return Fix(
        title=f"let {key} wait for {target.service} ({condition})",
        applicability="unsafe",
        edits=tuple(edits),
        recreate=(Recreate(key.project, names, force=True),),
        notes=(f"test taken from {suggestion.basis}",) if suggestion else (),
        trial=trial(snapshot, target, suggestion) if suggestion else None,
    )


def _gate(snapshot: Snapshot, target: ServiceKey, other: Service) -> tuple[str, Suggestion | None]:
    """The condition, and the test that it needs first."""
    if one_shot(snapshot, target, other):
        return "service_completed_successfully", None
    if has_test(snapshot, target, other) or is_healthy(snapshot, target):
        return "service_healthy", None
    if tested(snapshot, target, other) == "none":
        suggestion = suggest(snapshot, target, other)
        if isinstance(suggestion, Suggestion) and suggestion.known:
            return "service_healthy", suggestion
    return "service_started", None


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
)
