"""A service depends on another and does not wait until it is healthy.

What: `depends_on` in its short form, or with `service_started`, opens as soon as the other
container was started, though a healthcheck exists for it (declared, in its image, or known for the
image).
Why it bites: "started" means that a process exists, not that it listens. The dependent is refused,
and dies or retries; `up -d` reports success all the same.
Evidence: the dependency as it stands, and the target's healthcheck.
Fix: the long form with `condition: service_healthy` (`service_completed_successfully` for a job),
with the healthcheck in the same patch where the target has none. Safe when the target is seen
healthy or the test passed in its container and failed against a closed port; else unsafe, because a
gate on a test that cannot pass never opens. A changed gate recreates nothing: `up -d
--force-recreate` of the dependent shows it at work.
Source: docs.docker.com/compose/how-tos/startup-order, and measured with Compose 2.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.health import has_test, one_shot, tested
from nebtui.analysis.probes import fault
from nebtui.analysis.suggestion import Suggestion, suggest
from nebtui.facts.declared import Dependency, Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.evidence import exits
from nebtui.rules.healthcheck import basis_notes, gate_edit, healthcheck_edit, trial, written
from nebtui.rules.rule import (
    UNGATED,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
)

NAME = UNGATED


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per open gate whose target can be tested, or is a job that should be complete."""
    for key, service in snapshot.services():
        for dependency in service.depends_on.values():
            target = ServiceKey(key.project, dependency.service)
            declared = snapshot.service(target)
            if declared is None or dependency.condition != "service_started":
                continue
            if not written(service, dependency.service):
                continue  # `volumes_from` and the like need the container, not its readiness
            job = one_shot(snapshot, target, declared)
            state = tested(snapshot, target, declared)
            suggestion = (
                suggest(snapshot, target, declared) if state == "none" and not job else None
            )
            known = suggestion if isinstance(suggestion, Suggestion) and suggestion.known else None
            if job or state in ("declared", "image") or known:
                yield _finding(snapshot, key, service, dependency, target, job, known)


def _finding(
    snapshot: Snapshot,
    key: ServiceKey,
    service: Service,
    dependency: Dependency,
    target: ServiceKey,
    job: str,
    suggestion: Suggestion | None,
) -> Finding:
    origin = service.origin("depends_on", dependency.service)
    declared = snapshot.service(target)
    broken = fault(snapshot, target, declared) if declared and not job and not suggestion else None
    never = broken if broken and broken.passes_never else None
    healthy = is_healthy(snapshot, target)
    gate = "service_completed_successfully" if job else "service_healthy"
    test = f"to be added ({suggestion.basis})" if suggestion else job or _test_of(snapshot, target)
    return Finding(
        rule=NAME,
        severity="advice" if chosen(service, dependency) else "warning",
        project=key.project,
        service=key.service,
        subject=dependency.service,
        message=f"waits for {target.service} only to be started, not until it is "
        + ("done" if job else "healthy"),
        evidence=(
            f"depends_on {dependency.service}: {dependency.condition}"
            + (f" ({origin})" if origin else ""),
            f"{target.service}: {job}" if job else f"healthcheck of {target.service}: {test}",
            *((f"its healthcheck {never.message} ({never.evidence})",) if never else ()),
            *exits(snapshot, key),
        ),
        applicability="display" if never else "safe" if healthy or job else "unsafe",
        origin=origin,
        fix=f"mend the healthcheck of {dependency.service} first: a gate on it would never open"
        if never
        else f"let {key.service} wait for {dependency.service} with {gate}",
        target=target,
        blocks=1,
    )


def chosen(service: Service, dependency: Dependency) -> bool:
    """The author wrote this condition out, beside one that waits until another is healthy: a
    choice."""
    written = service.stands("depends_on", dependency.service, "condition")
    return written and any(
        other.condition == "service_healthy" for other in service.depends_on.values()
    )


def _test_of(snapshot: Snapshot, target: ServiceKey) -> str:
    service = snapshot.service(target)
    if service and service.healthcheck and service.healthcheck.test:
        origin = service.origin("healthcheck")
        return " ".join(service.healthcheck.test) + (f" ({origin})" if origin else "")
    return "the image's own"


def is_healthy(snapshot: Snapshot, key: ServiceKey) -> bool:
    """All containers of a service are seen healthy now."""
    containers = snapshot.containers_of(key)
    return bool(containers) and all(
        c.health == "healthy" and c.state == "running" for c in containers
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Gate the dependent; add the healthcheck where the target has none."""
    key, target = finding.at, finding.target
    service = snapshot.service(key) if key else None
    declared = snapshot.service(target) if target else None
    if key is None or target is None or service is None or declared is None:
        raise NoFixError("the services are not declared in a file nebtui can read")
    job = one_shot(snapshot, target, declared)
    condition = "service_completed_successfully" if job else "service_healthy"
    broken = None if job else fault(snapshot, target, declared)
    if broken and broken.passes_never:
        raise NoFixError(f"the healthcheck of {target} {broken.message}: mend that first")
    project = snapshot.projects[key.project]
    edits = [gate_edit(project, service, target.service, condition)]
    recreate, proof = [key.service], None
    notes = () if job else _patience(declared)
    if not job and not has_test(snapshot, target, declared):
        suggestion = suggest(snapshot, target, declared)
        if not isinstance(suggestion, Suggestion):
            raise NoFixError(f"{target}: {suggestion.why}; add a healthcheck by hand")
        edits.insert(0, healthcheck_edit(project, declared, suggestion))
        recreate.insert(0, target.service)
        proof = trial(snapshot, target, suggestion)
        notes = (*notes, *basis_notes(suggestion))
    return Fix(
        title=f"let {key} wait for {target.service} ({condition})",
        applicability="safe" if job or is_healthy(snapshot, target) else "unsafe",
        edits=tuple(edits),
        recreate=(Recreate(key.project, tuple(recreate), force=True),),
        notes=notes,
        trial=proof,
    )


def _patience(target: Service) -> tuple[str, ...]:
    """How long the target's own test lets it take: beyond that `up` fails."""
    test = target.healthcheck
    if test is None or not test.test:
        return ()
    every = test.interval or 30.0
    seconds = (test.start_period or 0.0) + every * (test.retries or 3)
    return (
        f"{target.name} has {seconds:.0f} s to become healthy, else `up` fails; it is asked every "
        f"{every:.0f} s, so a start may wait that much longer",
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """The dependent was started after its target was healthy (or had completed)."""
    key, target = finding.at, finding.target
    assert key is not None  # every finding of this rule names both ends
    assert target is not None
    ready_at = [_ready_at(snapshot, c) for c in snapshot.containers_of(target)]
    started = [
        c.inspection.started
        for c in snapshot.containers_of(key)
        if c.inspection and c.inspection.started
    ]
    if not started or not all(c.state == "running" for c in snapshot.containers_of(key)):
        return Observation(False, f"{key} does not run")
    if not ready_at or None in ready_at:
        return Observation(False, f"{target} was not seen healthy")
    if min(started) < max(at for at in ready_at if at is not None):
        return Observation(False, f"{key} was started before {target} was healthy")
    return Observation(True)


def _ready_at(snapshot: Snapshot, container: Container) -> float | None:
    """When a container was first healthy since its start, or ended with 0."""
    inspection = container.inspection
    if inspection is None:
        return None
    if container.state == "exited":
        return inspection.finished if inspection.exit_code == 0 else None
    if container.health != "healthy":
        return None
    since = inspection.started or 0.0
    history = snapshot.histories.get(container.id, ())
    times = [h.at for h in history if h.action == "health_status: healthy" and h.at >= since]
    times += [probe.end for probe in inspection.probes if probe.exit_code == 0]
    # The log keeps five probes: without an event of ours the first pass was at its oldest entry at
    # the latest.
    return min(times, default=None)


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
