"""A service that others depend on or name has no health test.

What: neither the compose file nor the image has a test of whether it is ready.
Why it bites: no other service can wait for it, and a hung server still counts as "running". For a
known server that no service names it is advice only.
Evidence: who depends on it or names it, and what the test is taken from.
Fix: the test known for the image, else one of the port it is seen to listen on; services that
depend on it then wait until it is healthy. Safe once it was tried: it passes in the running
container and fails against a closed port; else unsafe.
Source: the table of nebtui/knowledge/images.toml, each entry with its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.health import has_test, one_shot, suggest
from nebtui.analysis.reachability import resolutions
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import about
from nebtui.rules.healthcheck import gate_edit, healthcheck_edit, trial
from nebtui.rules.rule import Finding, Fix, NoFixError, Observation, Options, Recreate, Rule

NAME = "missing-healthcheck"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service without health test that somebody waits for; advice for known
    servers."""
    wanted = _wanted(snapshot)
    for key, service in snapshot.services():
        switched_off = service.healthcheck is not None and service.healthcheck.disabled
        if switched_off or has_test(snapshot, key, service) or one_shot(snapshot, key, service):
            continue
        users = wanted.get(key, ())
        known = about(service.image)
        if users or (known and known.test):
            yield _finding(snapshot, key, users)


def _wanted(snapshot: Snapshot) -> dict[ServiceKey, tuple[str, ...]]:
    """Who depends on or names each service, as evidence lines."""
    result: dict[ServiceKey, list[str]] = {}
    for key, service in snapshot.services():
        for dependency in service.depends_on.values():
            target = ServiceKey(key.project, dependency.service)
            result.setdefault(target, []).append(
                f"{key} depends on it ({service.origin('depends_on', target.service)})"
            )
    for resolution in resolutions(snapshot):
        for owner in resolution.reached:
            origin = resolution.reference.origin
            result.setdefault(owner, []).append(
                f"{resolution.reference.source} names it ({origin})"
            )
    return {key: tuple(dict.fromkeys(lines)) for key, lines in result.items()}


def _finding(snapshot: Snapshot, key: ServiceKey, users: tuple[str, ...]) -> Finding:
    service = snapshot.service(key)
    assert service is not None  # it was just iterated over
    suggestion = suggest(snapshot, key, service)
    if suggestion:
        evidence = (
            *users,
            f"test: {' '.join(suggestion.healthcheck.test)}",
            f"taken from {suggestion.basis}",
        )
    else:
        evidence = (*users, "no port is known to ask")
    return Finding(
        rule=NAME,
        severity="warning" if users else "advice",
        project=key.project,
        service=key.service,
        subject="",
        message="has no health test, so no service can wait until it is ready"
        if users
        else "has no health test",
        evidence=evidence,
        applicability="unsafe" if suggestion else "display",
        origin=service.origin("image") or service.origin(),
        fix="add a health test"
        if suggestion
        else "add a healthcheck that asks what the service does",
        blocks=len(users),
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the suggested test."""
    key = finding.at
    service = snapshot.service(key) if key else None
    suggestion = suggest(snapshot, key, service) if key and service else None
    if key is None or service is None or suggestion is None:
        raise NoFixError("no test is known for it, and no port to ask; add a healthcheck by hand")
    project = snapshot.projects[key.project]
    waiting = tuple(s for s in project.services.values() if _started_only(s, key.service))
    gates = tuple(gate_edit(project, s, key.service, "service_healthy") for s in waiting)
    text = f" and gate {', '.join(s.name for s in waiting)} on it" if waiting else ""
    return Fix(
        title=f"add a health test to {key}{text}",
        applicability="unsafe",
        edits=(healthcheck_edit(project, service, suggestion), *gates),
        recreate=(
            Recreate(key.project, (key.service, *(s.name for s in waiting)), force=bool(waiting)),
        ),
        notes=(f"test taken from {suggestion.basis}",),
        trial=trial(snapshot, key, suggestion),
    )


def _started_only(service: Service, target: str) -> bool:
    dependency = service.depends_on.get(target)
    return dependency is not None and dependency.condition == "service_started"


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers report healthy."""
    key = finding.at
    assert key is not None  # every finding of this rule names a service
    containers = snapshot.containers_of(key)
    if containers and all(c.health == "healthy" for c in containers):
        return Observation(True)
    words = ", ".join(f"{c.name} is {c.health}" for c in containers)
    return Observation(False, words or f"{key} does not run")


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
