"""Whether a container is the one that its file would make now, and what the next `up` changes."""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_

from nebtui.analysis.reachability import declared_networks
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

HASH = "com.docker.compose.config-hash"
VERSION = "com.docker.compose.version"


@dataclass(frozen=True, slots=True)
class Drift:
    """A container that differs from its file. `certain`: Compose itself would make another one
    (configuration hash); else its fields were compared as far as they are known."""

    container: str
    fields: tuple[str, ...]
    """Keys of the service that differ, with both values where they are no secrets."""
    certain: bool


def current(snapshot: Snapshot, key: ServiceKey, container: Container) -> bool | None:
    """Whether `up` would leave the container as it is, by Compose's own hash; None where that is
    not known, or was counted by another version of Compose."""
    project = snapshot.projects.get(key.project)
    wanted = project.hashes.get(key.service) if project else None
    has = container.labels.get(HASH)
    service = snapshot.service(key)
    if not wanted or not has or project is None or service is None or _borrows(service):
        return None
    if wanted == has:
        return True
    same = container.labels.get(VERSION, "").lstrip("v") == project.hashed_by.lstrip("v")
    return False if same else None


def _borrows(service: Service) -> bool:
    """It uses parts of another service's container, whose ID Compose hashes for the label in place
    of the name in the file: the two hashes are never equal (seen with Compose 2.40)."""
    modes = (service.network_mode, service.isolation.pid, service.ipc)
    return bool(service.volumes_from) or any((m or "").startswith("service:") for m in modes)


def drift(snapshot: Snapshot, key: ServiceKey) -> Drift | None:
    """How the first container of a service that differs from its file does so; None where none
    does, or nothing can be compared."""
    project, service = snapshot.projects.get(key.project), snapshot.service(key)
    if project is None or service is None:
        return None
    containers = snapshot.containers_of(key)
    parts = (project, containers, snapshot.networks, snapshot.images)
    kept = snapshot.derived(_kept, snapshot.projects)
    known = kept.get(key)
    if known is not None and all(map(_same, known[0], parts)):
        return known[1]
    every = (_of(snapshot, project, key, service, container) for container in containers)
    found = next((one for one in every if one is not None), None)
    kept[key] = (parts, found)
    return found


def _kept(snapshot: Snapshot) -> dict[ServiceKey, tuple[tuple[object, ...], Drift | None]]:
    """Of each service: what it was found out of, and what that is. One event changes one."""
    return {}


def _same(old: object, new: object) -> bool:
    """The same object; of tuples, the same ones in them."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(is_, old, new))
    return old is new


def _of(
    snapshot: Snapshot, project: Project, key: ServiceKey, service: Service, container: Container
) -> Drift | None:
    if container.inspection is None or project.problem or project.warning:
        return None
    same = current(snapshot, key, container)
    if same is None and not project.confirmed:
        return None
    fields = tuple(_differences(snapshot, project, service, container, container.inspection))
    if same:
        # Hands on the running container: `docker network disconnect`, a tag that was pulled anew.
        fields = tuple(field for field in fields if field.startswith(("networks", "image")))
        return Drift(container.name, fields, True) if fields else None
    if same is False:
        return Drift(container.name, fields or ("something that nebtui does not compare",), True)
    return Drift(container.name, fields, False) if fields else None


def _differences(
    snapshot: Snapshot, project: Project, service: Service, container: Container, now: Inspection
) -> Iterator[str]:
    """The fields that can be compared without knowing how the image fills them in."""
    if service.image and (why := _image(snapshot, service.image, container)):
        yield why
    wanted = declared_networks(project, service)
    has = frozenset(container.networks)
    if container.state == "running" and not service.network_mode and wanted != has:
        yield f"networks: {_list(has)} runs, the file says {_list(wanted)}"
    if changed := _variables(service, now):
        yield f"environment: {', '.join(changed)}"
    if service.command and now.command and service.command != now.command:
        yield "command"
    if service.entrypoint and now.entrypoint and service.entrypoint != now.entrypoint:
        yield "entrypoint"
    if service.user and service.user != now.user:
        yield f"user: {now.user or 'the image'} runs, the file says {service.user}"
    missing = {name for name, _ in service.extra_hosts} ^ {name for name, _ in now.extra_hosts}
    if missing:
        yield f"extra_hosts: {', '.join(sorted(missing))}"
    targets = {m.target for m in service.mounts} ^ _mounted(container, service)
    if targets and not service.volumes_from:
        yield f"volumes: {', '.join(sorted(targets))}"
    if service.restart and now.restart_policy != service.restart.partition(":")[0]:
        yield f"restart: {now.restart_policy or 'no'} runs, the file says {service.restart}"


def _image(snapshot: Snapshot, name: str, container: Container) -> str:
    image = snapshot.image(name)
    if image is not None and container.image_id and image.id != container.image_id:
        return f"image: {name} means a newer image here than the container has"
    return ""


def _variables(service: Service, now: Inspection) -> list[str]:
    """Names only: values may be secrets."""
    given = {name: value for name, value in service.environment.items() if value is not None}
    return [name for name, value in given.items() if now.environment.get(name) != value]


def _mounted(container: Container, service: Service) -> set[str]:
    """Where something is mounted that a file could name: what the image declares itself is left
    out."""
    declared = {m.target for m in service.mounts}
    own = {m.target for m in container.mounts if m.type == "volume" and m.target not in declared}
    return {m.target for m in container.mounts} - own


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
