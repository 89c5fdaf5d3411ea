"""A service calls the host, and what listens there cannot be reached from containers.

What: the name host.docker.internal resolves, and the port it is asked on is one where a program of
the host listens on loopback only (127.0.0.1), or where nothing listens.
Why it bites: the container is refused ("Connection refused") although the program answers on the
host itself: a container comes in over the bridge, not over loopback.
Evidence: the text that names the host and port, and what listens there (/proc/net/tcp of the host).
Fix: by hand, on the host: let the program listen on the bridge's address or on all (Ollama:
OLLAMA_HOST=0.0.0.0), with a firewall for the rest; or start it.
Source: docs.docker.com/engine/network; measured on Engine 20.10: loopback refused, 0.0.0.0
answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.references import (
    HOST_GATEWAY,
    Reference,
    references,
    shared_env_files,
)
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "unreachable-host-service"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and port of the host that it cannot reach."""
    ports = snapshot.host_ports
    if ports is None or snapshot.engine is None or not snapshot.engine.linux:
        return
    shared = {key: shared_env_files(project) for key, project in snapshot.projects.items()}
    for key, service in snapshot.services():
        # On the host's own network loopback is the host's.
        resolves = any(host.lower() == HOST_GATEWAY for host, _ in service.extra_hosts)
        if not resolves or service.network_mode == "host":
            continue
        for reference in references(key, service, shared[key.project]):
            port = reference.port
            if reference.host == HOST_GATEWAY and port and not ports.get(port):
                yield _finding(key, service, reference, port, listens=port in ports)


def _finding(
    key: ServiceKey, service: Service, reference: Reference, port: int, *, listens: bool
) -> Finding:
    where = f" ({reference.origin})" if reference.origin else ""
    what = (
        f"port {port} of the host is open on 127.0.0.1 only"
        if listens
        else f"nothing listens on port {port} of the host"
    )
    return Finding(
        rule=NAME,
        severity="error" if listens else "warning",
        project=key.project,
        service=key.service,
        subject=str(port),
        message=f"calls {HOST_GATEWAY}:{port}, and {what}",
        evidence=(f"{reference.text}{where}", f"{what} (/proc/net/tcp)"),
        applicability="display",
        origin=reference.origin,
        fix=f"let what listens on 127.0.0.1:{port} listen on the bridge's address or on all"
        if listens
        else f"start what should listen on port {port} of the host",
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
