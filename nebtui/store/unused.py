"""What of a long run nothing names any more: dropped once it is much."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.facts.observed import HostPath, Image
from nebtui.facts.snapshot import Snapshot

MANY_IMAGES = 500
"""Entries above which images that nothing uses are dropped."""
MANY_PATHS = 2000
"""Host paths above which those that no mount names are dropped."""


def used_images(snapshot: Snapshot) -> Mapping[str, Image]:
    """The images without those that no container and no service names any more, once they are many:
    a machine that builds all day makes new ones for ever."""
    if len(snapshot.images) <= MANY_IMAGES:
        return snapshot.images
    ids = {container.image_id for container in snapshot.containers.values()}
    names = {service.image for _, service in snapshot.services() if service.image}
    names |= {f"{name}:latest" for name in names if ":" not in name}
    return {
        name: image
        for name, image in snapshot.images.items()
        if image.id in ids or names.intersection((name, *image.names))
    }


def named_paths(snapshot: Snapshot) -> Mapping[str, HostPath]:
    """The paths without those that no mount names any more, once they are many."""
    if len(snapshot.paths) <= MANY_PATHS:
        return snapshot.paths
    named = {mount.source for _, service in snapshot.services() for mount in service.mounts}
    named |= {mount.source for c in snapshot.containers.values() for mount in c.mounts}
    return {path: fact for path, fact in snapshot.paths.items() if path in named}
