"""A service names another project's service, and nothing makes it wait for it.

What: a service reaches a service of another Compose project by name. `depends_on` does not cross
projects: Compose refuses it, so no gate holds the one until the other listens.
Why it bites: after a reboot, or when both projects are brought up together, the service is refused
and dies or retries; `up -d` reports success all the same.
Evidence: the text that names the host, and the start in which it was seen to race.
Fix: a bounded one-shot service in the dependent's project that ends with 0 once the port answers,
from the dependent's own image (with python3, bash or nc), on the network that both share; the
dependent waits with `service_completed_successfully`. Unsafe: while the other project is down, `up`
of this one waits five minutes and fails. Offered by hand where no image has a program that can ask.
Source: docs.docker.com/compose/how-tos/startup-order, and measured with Compose 2.40.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.ports import listening_ports, may_answer
from nebtui.analysis.programs import programs
from nebtui.analysis.reachability import Resolution, names, resolutions
from nebtui.analysis.readiness import image_of
from nebtui.analysis.startup.words import race_sentence
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Race
from nebtui.rules.evidence import exits
from nebtui.rules.healthcheck import gate_edit
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    layer_for,
    owning_layer,
    service_of,
)
from nebtui.rules.wait_service import BOUND, free_wait_name, wait_argv, wait_service

NAME = "unguarded-start"
_WAITS = re.compile(r"\b(?:until|while|wait[-_]?for\S*|wait4x|dockerize|wait-on)\b")
"""Words of a command that waits by itself."""


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and foreign name; a warning where it was seen to race, else
    advice."""
    for resolution in resolutions(snapshot):
        source = resolution.reference.source
        service = snapshot.service(source)
        owner = _foreign(snapshot, resolution)
        if service is None or owner is None or waits(snapshot, source, service, resolution):
            continue
        yield _finding(snapshot, source, service, resolution, owner)


def _foreign(snapshot: Snapshot, resolution: Resolution) -> ServiceKey | None:
    """The only service that answers the name, where it is another project's; else None."""
    reference = resolution.reference
    found = [k for k in resolution.reached if may_answer(snapshot, k, reference.port)]
    if len(found) != 1 or found[0].project == reference.source.project:
        return None
    return found[0]


def waits(snapshot: Snapshot, key: ServiceKey, service: Service, resolution: Resolution) -> bool:
    """It waits for the host by itself, or for a job that names the host."""
    host = resolution.reference.host.lower()
    if _names_in_wait(service, host):
        return True
    for dependency in service.depends_on.values():
        job = snapshot.service(ServiceKey(key.project, dependency.service))
        completed = dependency.condition == "service_completed_successfully"
        if completed and job is not None and host in _texts(job):
            return True
    return False


def _names_in_wait(service: Service, host: str) -> bool:
    line = " ".join((*service.entrypoint, *service.command)).lower()
    return host in line and bool(_WAITS.search(line))


def _texts(service: Service) -> str:
    values = (value or "" for value in service.environment.values())
    return " ".join((*service.entrypoint, *service.command, *values)).lower()


def _finding(
    snapshot: Snapshot,
    key: ServiceKey,
    service: Service,
    resolution: Resolution,
    owner: ServiceKey,
) -> Finding:
    reference = resolution.reference
    race = _raced(snapshot, key, owner)
    why_not = _why_not(snapshot, key, service, resolution, owner)
    told = (f"the last start: {race_sentence(race)}",) if race else ()
    text = reference.text + (f" ({reference.origin})" if reference.origin else "")
    return Finding(
        rule=NAME,
        severity="warning" if race else "advice",
        project=key.project,
        service=key.service,
        subject=reference.host,
        message=f"uses {reference.host} of project {owner.project}, and nothing makes it wait "
        "until that listens",
        evidence=(text, *told, *exits(snapshot, key)),
        applicability="display" if why_not else "unsafe",
        origin=reference.origin,
        fix=why_not or f"let {key.service} wait until {reference.host} answers",
        target=owner,
        place="both" if race else "file",
    )


def _raced(snapshot: Snapshot, key: ServiceKey, owner: ServiceKey) -> Race | None:
    """The race of the last kept start, None where there was none."""
    kept = snapshot.starts.get(key.project, ())
    races = kept[-1].races if kept else ()
    return next((r for r in races if (r.dependent, r.target) == (key, owner)), None)


def _why_not(
    snapshot: Snapshot,
    key: ServiceKey,
    service: Service,
    resolution: Resolution,
    owner: ServiceKey,
) -> str:
    """Why no wait service is offered, as what to do by hand; "" if one is."""
    if service.image is None:
        return "it is built here: let its entrypoint wait for the port"
    if owning_layer(snapshot.projects[key.project], service) is None:
        return "it is defined in a file of another project: let it wait there"
    if service.network_mode:
        return f"it has network_mode {service.network_mode}: let its entrypoint wait for the port"
    if not _port(snapshot, resolution, owner):
        return f"no port of {owner} is known: let its entrypoint wait for it"
    has = programs(snapshot, key, service)
    if has is None or not wait_argv("host", 1, has):
        return "its image is not known to have python3, bash or nc: let its entrypoint wait"
    return ""


def _port(snapshot: Snapshot, resolution: Resolution, owner: ServiceKey) -> int | None:
    """The port that is named, else the first that the owner listens on; None = not known."""
    if resolution.reference.port:
        return resolution.reference.port
    declared = snapshot.service(owner)
    if declared is None:
        return None
    image = image_of(snapshot, declared, snapshot.containers_of(owner))
    ports, _ = listening_ports(snapshot, owner, declared, image)
    return ports[0] if ports else None


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the wait service, and let the dependent wait for it."""
    key, service = service_of(snapshot, finding)
    resolution = next(
        (
            one
            for one in resolutions(snapshot)
            if one.reference.source == key and one.reference.host == finding.subject
        ),
        None,
    )
    owner = finding.target
    if resolution is None or owner is None:
        raise NoFixError(f"{key} does not name {finding.subject} any more")
    if why_not := _why_not(snapshot, key, service, resolution, owner):
        raise NoFixError(why_not)
    project = snapshot.projects[key.project]
    layer_for(project, service)  # refuses where the files were not confirmed
    own, has = owning_layer(project, service), programs(snapshot, key, service)
    port = _port(snapshot, resolution, owner)
    assert own is not None and has is not None and port is not None  # noqa: PT018
    name = free_wait_name(project, owner.service)
    host = resolution.reference.host
    body = wait_service(service, wait_argv(host, port, has), _shared(snapshot, key, owner, host))
    return Fix(
        title=f"let {key} wait until {owner} answers on {port}",
        applicability="unsafe",
        edits=(
            FileEdit(own.file, Set((*own.path[:-1], name), body)),
            gate_edit(project, service, name, "service_completed_successfully"),
        ),
        recreate=(Recreate(key.project, (name, key.service), force=True),),
        notes=(
            f"while {owner} does not answer, `up` of {key.project} waits up to {BOUND} s and then "
            f"fails: {key.service} is not started",
            f"{name} runs once before each start by `up`; after a reboot the engine restarts "
            f"{key.service} without it",
        ),
    )


def _shared(snapshot: Snapshot, key: ServiceKey, owner: ServiceKey, host: str) -> list[str]:
    """The networks, as the dependent's project names them, on which the owner answers."""
    index = names(snapshot)
    project, service = snapshot.projects[key.project], snapshot.projects[key.project].services
    on = index.answers_on(host, owner) & index.networks.get(key, frozenset())
    joined = service[key.service].networks
    found = [name for name in joined if (net := project.networks.get(name)) and net.name in on]
    if not found:
        raise NoFixError(
            f"{key} shares no network with {owner} in its file: bring it up or connect it first"
        )
    return found


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """In the newest start the dependent did not race its target, and its wait service ended with
    0."""
    key = finding.at
    assert key is not None  # every finding of this rule names a service
    service = snapshot.service(key)
    jobs = [d.service for d in service.depends_on.values()] if service else []
    for job in jobs:
        if not job.startswith("wait-for-"):
            continue
        for container in snapshot.containers_of(ServiceKey(key.project, job)):
            inspection = container.inspection
            if container.state == "exited" and inspection and inspection.exit_code == 0:
                running = any(c.state == "running" for c in snapshot.containers_of(key))
                return Observation(running, "" if running else f"{key} does not run")
    return Observation(False, f"the wait service of {key} has not ended with 0")


RULE = Rule(
    name=NAME,
    severity="warning",
    key="h",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
