"""Where the mounts of a service lie on the host."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.facts.declared import Mount, Service, ServiceKey
from nebtui.facts.observed import HostPath
from nebtui.facts.snapshot import Snapshot


def binds(snapshot: Snapshot, service: Service) -> Iterator[tuple[Mount, HostPath]]:
    """The bind mounts of a service, each with its folder or file on the host; those that do not
    exist or whose rights an ACL decides are left out."""
    for mount in service.mounts:
        path = snapshot.paths.get(mount.source) if mount.type == "bind" else None
        if path and path.exists and not path.has_acl:
            yield mount, path


def volumes(
    snapshot: Snapshot, key: ServiceKey, service: Service
) -> Iterator[tuple[Mount, HostPath]]:
    """The named volumes of a running container, each with its folder on the host, where this user
    may look there."""
    for container in snapshot.containers_of(key):
        places = {m.target: m.source for m in container.mounts if m.type == "volume"}
        for mount in service.mounts if container.state == "running" else ():
            path = snapshot.paths.get(places.get(mount.target, ""))
            if mount.type == "volume" and path and path.exists and not path.has_acl:
                yield mount, path
