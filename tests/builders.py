"""Short builders of facts for pure tests: projects, services, containers and the snapshot that
holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nebtui.facts import changes
from nebtui.facts.declared import (
    Dependency,
    Join,
    NetworkDeclaration,
    ProjectKey,
    Service,
    ServiceKey,
)
from nebtui.facts.observed import Attachment, Container, Engine, Inspection, Network
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all

ENGINE = Engine("box", "26.1", "1.45", "unix:///x")


def project(name: str, *services: Service, external: tuple[str, ...] = (), **more: Any) -> Project:
    """A project in `/NAME`; services without networks are on its `default`, `external` names
    networks of the host."""
    networks = {"default": NetworkDeclaration("default", f"{name}_default")}
    networks |= {net: NetworkDeclaration(net, net, external=True) for net in external}
    whole = (
        s if s.networks or s.network_mode else replace(s, networks={"default": Join("default")})
        for s in services
    )
    key = ProjectKey(name, f"/{name}", (f"/{name}/compose.yaml",))
    found = {
        "key": key,
        "services": {s.name: s for s in whole},
        "networks": networks,
        "view": "reader",
    }
    return Project(**{**found, **more})


def waits(*names: str, condition: Any = "service_started") -> dict[str, Dependency]:
    """A `depends_on` of these services."""
    return {name: Dependency(name, condition) for name in names}


def joined(*names: str) -> dict[str, Join]:
    """The `networks` of a service."""
    return {name: Join(name) for name in names}


def at(name: str) -> ServiceKey:
    """The key of `PROJECT/SERVICE`."""
    owner, _, service = name.partition("/")
    return ServiceKey(ProjectKey(owner, f"/{owner}", (f"/{owner}/compose.yaml",)), service)


def container(name: str, state: str = "running", *networks: str, **more: Any) -> Container:
    """A container of `PROJECT/SERVICE`; `code`, `restarts`, `error` and `policy` make its
    inspection."""
    owner, _, service = name.partition("/")
    words = {
        "code": "exit_code",
        "restarts": "restart_count",
        "error": "error",
        "policy": "restart_policy",
    }
    inspected = {words[key]: more.pop(key) for key in list(more) if key in words}
    if inspected:
        more["inspection"] = Inspection(**inspected)
    attached = tuple(Attachment(network) for network in networks)
    identity = f"{owner}-{service}-{more.get('number', 1)}"
    basics = {
        "id": identity,
        "name": identity,
        "state": state,
        "project": owner,
        "service": service,
    }
    return Container(**{**basics, "attachments": attached, **more})


def box(
    *facts: Project | Container | Network | changes.Change, engine: Engine | None = ENGINE
) -> Snapshot:
    """The snapshot that holds these facts."""
    return fold_all(Snapshot(), _changes(facts, engine))


def _changes(facts: Iterable[Any], engine: Engine | None) -> Iterable[changes.Change]:
    if engine is not None:
        yield changes.EngineSeen(engine)
    yield changes.NetworksListed(tuple(f for f in facts if isinstance(f, Network)))
    for fact in facts:
        if isinstance(fact, Project):
            yield changes.ProjectSeen(fact)
        elif isinstance(fact, Container):
            yield changes.ContainerSeen(fact)
        elif not isinstance(fact, Network):
            yield fact
