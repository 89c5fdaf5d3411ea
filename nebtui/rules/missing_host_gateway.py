"""`host.docker.internal` is used on Linux without an entry in `extra_hosts`.

What: the name exists by itself on Docker Desktop only. On Linux it needs an entry.
Why it bites: the service works on a laptop and fails on the server with "Name or service not
known".
Evidence: the text that uses the name, and the service's `extra_hosts`.
Fix: add `host.docker.internal:host-gateway`, in the style the list is written in. Safe. It is the
gateway of the default bridge: what listens on the host must listen there too (not on loopback
only). A container that Compose did not make is told of, with the option of `docker run` that gives
it the entry.
Source: docs.docker.com/reference/compose-file/services/#extra_hosts; docker/for-linux issue 264.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.references import (
    HOST_GATEWAY,
    Reference,
    mentions,
    references,
    shared_env_files,
)
from nebtui.compose.editor.verbs import Add
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
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
    service_of,
)
from nebtui.text.mask import mask

NAME = "missing-host-gateway"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service that uses the name without having it."""
    if snapshot.engine is not None and not snapshot.engine.linux:
        return
    shared = {key: shared_env_files(project) for key, project in snapshot.projects.items()}
    for key, service in snapshot.services():
        if any(host.lower() == HOST_GATEWAY for host, _ in service.extra_hosts):
            continue
        for reference in references(key, service, shared[key.project]):
            if reference.host == HOST_GATEWAY:
                yield _finding(key, service, reference)
                break
    for container in snapshot.outside:
        found = _outside(container)
        if found is not None:
            yield found


def _outside(container: Container) -> Finding | None:
    """What a container that Compose did not make uses without having it; None where it does not,
    or was not inspected."""
    seen = container.inspection
    if seen is None or HOST_GATEWAY in (host.lower() for host, _ in seen.extra_hosts):
        return None
    made = Service(
        container.name,
        environment=seen.environment,
        command=seen.command,
        entrypoint=seen.entrypoint,
        network_mode=seen.network_mode,
    )
    text = next((text for _, text, host, *_ in mentions(made) if host == HOST_GATEWAY), None)
    if text is None:
        return None
    listed = ", ".join(f"{host}:{address}" for host, address in seen.extra_hosts) or "none"
    remedy = f"make it again with `docker run --add-host {HOST_GATEWAY}:host-gateway`"
    return Finding(
        rule=NAME,
        severity="error",
        project=None,
        service=None,
        subject=container.name,
        message=f"container {container.name} (outside Compose) uses {HOST_GATEWAY}, which does not "
        "exist on Linux without --add-host",
        evidence=(mask(text), f"HostConfig.ExtraHosts: {listed}"),
        applicability="display",
        fix=_why_not(made) or remedy,
        place="host",
    )


def _finding(key: ServiceKey, service: Service, reference: Reference) -> Finding:
    where = f" ({reference.origin})" if reference.origin else ""
    listed = ", ".join(f"{host}:{address}" for host, address in service.extra_hosts) or "none"
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject=HOST_GATEWAY,
        message=f"uses {HOST_GATEWAY}, which does not exist on Linux without extra_hosts",
        evidence=(f"{reference.text}{where}", f"extra_hosts: {listed}"),
        applicability="display" if _why_not(service) else "safe",
        origin=reference.origin,
        fix=_why_not(service) or f"add {HOST_GATEWAY}:host-gateway to extra_hosts",
        blocks=1,
    )


def _why_not(service: Service) -> str:
    """Why the engine would refuse extra_hosts on this service, or they would not help; "" if they
    do."""
    mode = service.network_mode or ""
    if mode.startswith(("service:", "container:")):
        lender = mode.partition(":")[2]
        return (
            f"it uses the network of {lender}: give {lender} the entry, extra_hosts are "
            "refused here"
        )
    return "it has no network (network_mode none)" if mode == "none" else ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the entry to the service."""
    key, service = service_of(snapshot, finding)
    if why_not := _why_not(service):
        raise NoFixError(why_not)
    layer = layer_for(snapshot.projects[key.project], service, "extra_hosts")
    edit = Add((*layer.path, "extra_hosts"), HOST_GATEWAY, "host-gateway")
    return Fix(
        title=f"map {HOST_GATEWAY} to the host in {key}",
        applicability="safe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers were created with the entry."""
    key = finding.at
    assert key is not None  # every finding of this rule names a service
    containers = snapshot.containers_of(key)
    have = [
        c for c in containers if c.inspection and HOST_GATEWAY in dict(c.inspection.extra_hosts)
    ]
    if containers and len(have) == len(containers):
        return Observation(True)
    return Observation(
        False, f"{key} runs without the entry" if containers else f"{key} does not run"
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="a",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
