"""A container names localhost where another service listens.

What: a service's environment names `localhost:PORT` or `127.0.0.1:PORT`, where it listens on no
such port itself and exactly one sibling does. Over HTTP, where the URL may be meant for the
browser, it counts only where the host does not publish that port, or where a data store has it that
no browser calls.
Why it bites: inside a container localhost is that container: connection refused.
Evidence: the text, and the sibling with its port.
Fix: the sibling's name in its place, and a dependency on it. Unsafe: the program may run somewhere
else as well.
Source: docs.docker.com/compose/how-tos/networking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nebtui.analysis.ports import listening_ports
from nebtui.analysis.reachability import Names, names
from nebtui.analysis.readiness import image_of
from nebtui.analysis.references import mentions
from nebtui.analysis.server import server_of
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)
from nebtui.rules.undeclared_dependency import leads_back, waiting
from nebtui.text.mask import mask

NAME = "loopback-reference"
_NO_PAGES = frozenset({"database", "vector-store", "cache", "queue"})
"""Roles of servers that programs call, not browsers."""
_FOR_BROWSERS = re.compile(
    r"public|external|browser|origin|cors|redirect|callback|^vite_|^react_app_", re.IGNORECASE
)
_LOOPBACK = re.compile(r"localhost|127\.0\.0\.1", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loopback:
    """A variable that names a port of the container itself, and the sibling that has it."""

    variable: str
    value: str
    port: int
    target: ServiceKey
    origin: Origin | None

    @property
    def mended(self) -> str:
        """The value with the sibling's name."""
        host = re.compile(rf"(?:localhost|127\.0\.0\.1)(?=:{self.port}\b)", re.IGNORECASE)
        return host.sub(self.target.service, self.value)


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and variable."""
    index = names(snapshot)
    for key, service in snapshot.services():
        if service.network_mode:
            continue  # the host's network, or another container's
        for one in _loopbacks(snapshot, index, key, service):
            yield _finding(key, one)


def _loopbacks(
    snapshot: Snapshot, index: Names, key: ServiceKey, service: Service
) -> Iterator[Loopback]:
    told = set()
    for path, _, host, port, _ in mentions(service):
        if path[0] != "environment" or port is None or not _LOOPBACK.fullmatch(host):
            continue
        variable, value = path[1], service.environment.get(path[1]) or ""
        if variable in told or port in _ports(snapshot, key, service):
            continue
        browser = re.search(rf"https?://(?:localhost|127\.0\.0\.1):{port}\b", value, re.IGNORECASE)
        if browser and _FOR_BROWSERS.search(variable):
            continue
        target = _listener(snapshot, index, key, port, published_counts=bool(browser))
        if target:
            told.add(variable)
            origin = service.origin(*path)
            yield Loopback(variable, value, port, target, origin)


def _ports(snapshot: Snapshot, key: ServiceKey, service: Service) -> set[int]:
    """Every port on which a service may listen."""
    image = image_of(snapshot, service, snapshot.containers_of(key))
    known = server_of(service)
    listening, _ = listening_ports(snapshot, key, service, image)
    declared = {port.target for port in service.ports} | {*service.expose}
    stage = service.build.stage if service.build else None
    exposed = {*(stage.exposed_ports if stage else ())}
    return {*listening, *declared, *exposed, *(known.ports if known else ())}


def _listener(
    snapshot: Snapshot, index: Names, key: ServiceKey, port: int, *, published_counts: bool
) -> ServiceKey | None:
    """The one sibling on a common network that has the port; None where none has, or several."""
    found = []
    project = snapshot.projects[key.project]
    for other in project.services.values():
        at = ServiceKey(key.project, other.name)
        if published_counts and any(p.published == str(port) for p in other.ports):
            known = server_of(other)
            if at == key or known is None or known.role not in _NO_PAGES:
                return None
        shared = index.networks.get(at, frozenset()) & index.networks.get(key, frozenset())
        if at != key and shared and port in _ports(snapshot, at, other):
            found.append(at)
    return found[0] if len(found) == 1 else None


def _finding(key: ServiceKey, one: Loopback) -> Finding:
    why_not = _why_not(one)
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=one.variable,
        message=f"names localhost:{one.port} in {one.variable}, where {one.target.service} "
        "listens, and not itself",
        evidence=(
            f"{mask(f'{one.variable}={one.value}')} ({one.origin})",
            f"{one.target} has port {one.port}",
        ),
        applicability="display" if why_not else "unsafe",
        origin=one.origin,
        fix=why_not or f"write {one.target.service}:{one.port}",
        target=one.target,
        blocks=1,
    )


def _why_not(one: Loopback) -> str:
    """Why the value is not written anew, "" if it may be."""
    if one.origin is None or one.origin.written:
        return f"write {one.target.service}:{one.port} where the variable gets its value"
    if not one.origin.file.endswith((".yml", ".yaml")):
        return f"write {one.target.service}:{one.port} in {one.origin.file}"
    return ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Name the sibling."""
    key, service = service_of(snapshot, finding)
    found = _loopbacks(snapshot, names(snapshot), key, service)
    one = next((one for one in found if one.variable == finding.subject), None)
    if one is None:
        raise NoFixError("it names localhost no more")
    if why_not := _why_not(one):
        raise NoFixError(why_not)
    layer = layer_for(snapshot.projects[key.project], service, "environment", one.variable)
    edit = Set((*layer.path, "environment", one.variable), one.mended)
    call = Fix(
        title=f"let {key} call {one.target.service}",
        applicability="unsafe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
    )
    other = snapshot.service(one.target)
    if other is None or leads_back(snapshot, key, one.target):
        return call
    # Who calls it has to wait for it, too.
    wait = waiting(snapshot, key, service, one.target, other)
    return replace(wait, title=f"{call.title}, and wait for it", edits=(*call.edits, *wait.edits))


RULE = Rule(
    name=NAME,
    severity="warning",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
