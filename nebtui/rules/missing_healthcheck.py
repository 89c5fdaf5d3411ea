"""A service that others depend on or name has no healthcheck.

What: neither the compose file nor the image has a test of whether it is ready.
Why it bites: no other service can wait for it, and a hung server still counts as "running". One
that waits for it with `service_healthy` all the same never starts: that is an error. For a known
server that no service names, and where nobody looked whether the image has a test, it is advice; so
it is where undeclared-dependency has the same remedy.
Evidence: who depends on it or names it, and what the test is taken from, or why there is none.
Fix: the test known for the image, if all that it needs is there (its port, its program, no password
or TLS in the way), else one of the port it is seen to listen on, by a program that its image has;
services that depend on it then wait until it is healthy. Safe once it was tried: it passes in the
running container and fails against a closed port; else unsafe.
Source: the table of nebtui/knowledge/images/, each entry with its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nebtui.analysis.health import Tested, one_shot, tested
from nebtui.analysis.reachability import resolutions
from nebtui.analysis.server import server_of
from nebtui.analysis.suggestion import Suggestion, suggest
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.healthcheck import (
    basis_notes,
    gate_edit,
    healthcheck_edit,
    passes,
    trial,
    waiting_for,
)
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Recreate, Rule, service_of
from nebtui.rules.undeclared_dependency import undeclared

NAME = "missing-healthcheck"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service without healthcheck that somebody waits for; advice for known
    servers. Where a dependency that does not wait is told with the same remedy, that is enough."""
    wanted = _wanted(snapshot)
    named = {resolution.reached[0] for resolution in undeclared(snapshot)}
    for key, service in snapshot.services():
        state = tested(snapshot, key, service)
        gated = waiting_for(snapshot, key, "service_healthy")
        if state in ("declared", "image") or one_shot(snapshot, key, service):
            continue
        if state == "off" and not gated:
            continue
        users = wanted.get(key, ())
        known = server_of(service)
        if not users and not (known and known.test and state == "none"):
            continue
        suggestion = suggest(snapshot, key, service)
        advised = suggestion if isinstance(suggestion, Suggestion) else None
        if not users and advised is None:
            continue  # nobody waits for it, and nothing can be offered
        if (
            advised
            and advised.known
            and not gated
            and waiting_for(snapshot, key, "service_started")
        ):
            continue
        found = _finding(snapshot, key, state, users, gated)
        told = key in named and advised is not None and advised.known
        yield replace(found, severity="advice") if told and not gated else found


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


def _finding(
    snapshot: Snapshot,
    key: ServiceKey,
    state: Tested,
    users: tuple[str, ...],
    gated: tuple[str, ...],
) -> Finding:
    service = snapshot.service(key)
    assert service is not None  # it was just iterated over
    suggestion = suggest(snapshot, key, service)
    looked = state != "not looked"
    if isinstance(suggestion, Suggestion):
        test = " ".join(suggestion.healthcheck.test)
        evidence = (*users, f"test: {test}", f"taken from {suggestion.basis}")
        remedy = "add a healthcheck"
    else:
        evidence = (*users, f"no test is offered: {suggestion.why}")
        remedy = "add a healthcheck that asks what the service does"
    # An image that nobody looked at may have a test of its own, which ours would override.
    offered = isinstance(suggestion, Suggestion) and looked and state != "off"
    never = gated and looked
    return Finding(
        rule=NAME,
        severity="error" if never else "warning" if users and looked else "advice",
        project=key.project,
        service=key.service,
        subject="",
        message=_message(state, users, gated if never else ()),
        evidence=evidence,
        applicability="unsafe" if offered else "display",
        origin=service.origin("image") or service.origin(),
        fix=remedy if offered or looked else "pull or build its image, so that nebtui can look",
        blocks=len(gated) if never else len(users),
    )


def _message(state: Tested, users: tuple[str, ...], gated: tuple[str, ...]) -> str:
    if gated:
        what = "switches its healthcheck off" if state == "off" else "has no healthcheck"
        waits = "waits" if len(gated) == 1 else "wait"
        return f"{what}, and {', '.join(gated)} {waits} until it is healthy: it never starts"
    if state == "not looked":
        return "declares no healthcheck here; its image was not looked at"
    if users:
        return "has no healthcheck, so nothing can wait until it is ready"
    return "has no healthcheck"


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the suggested test."""
    key, service = service_of(snapshot, finding)
    suggestion = suggest(snapshot, key, service, options.health_path)
    if not isinstance(suggestion, Suggestion):
        raise NoFixError(f"{suggestion.why}; add a healthcheck by hand")
    if (state := tested(snapshot, key, service)) != "none":
        raise NoFixError(
            "its healthcheck was switched off by its author"
            if state == "off"
            else "its image was not looked at: it may have a test of its own"
        )
    project = snapshot.projects[key.project]
    started_only = waiting_for(snapshot, key, "service_started")
    waiting = tuple(project.services[name] for name in started_only)
    gates = tuple(gate_edit(project, s, key.service, "service_healthy") for s in waiting)
    text = f" and let {', '.join(s.name for s in waiting)} wait for it" if waiting else ""
    return Fix(
        title=f"add a healthcheck to {key}{text}",
        applicability="unsafe",
        edits=(healthcheck_edit(project, service, suggestion), *gates),
        recreate=(
            Recreate(key.project, (key.service, *(s.name for s in waiting)), force=bool(waiting)),
        ),
        notes=basis_notes(suggestion),
        trial=trial(snapshot, key, suggestion),
    )


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=passes,
)
