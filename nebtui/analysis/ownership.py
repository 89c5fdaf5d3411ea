"""Whether a container's user can use a bind mount as its mode asks: owner, groups and mode bits."""

from __future__ import annotations

import re

from nebtui.analysis.readiness import image_of
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container, HostPath
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Host ids a container acts with, and how they are known."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    overrides: bool
    source: str


def identity(snapshot: Snapshot, key: ServiceKey, service: Service) -> Identity | None:
    """The ids of a service as it is declared now: a numeric `user` other than root says it (such a
    process cannot change them), else its running process, else its image; None = not known."""
    containers = snapshot.containers_of(key)
    running = [found for container in containers if (found := running_as(snapshot, container))]
    user = service.user or ""
    literal = ids(user)
    if running and (
        not literal or not literal[0] or any(_as_declared(user, literal, r) for r in running)
    ):
        return running[0]
    if literal:
        if not all(group.isdecimal() for group in service.group_add):
            return None  # what number a group's name has is known inside the image only
        groups = (literal[1], *map(int, service.group_add))
        return Identity(*literal, groups, literal[0] == 0, f"user: {user}")
    stage = service.build.stage if service.build else None
    if stage is not None and not service.user and (built := ids(stage.user)):
        return Identity(*built, (built[1],), built[0] == 0, f"USER {stage.user} of its Dockerfile")
    if snapshot.engine is None or service.user:
        return None
    image = image_of(snapshot, service, containers)
    if image is None:
        return None
    baked = (0, 0) if image.user in ("", "root") else ids(image.user)
    return (
        Identity(*baked, (baked[1],), baked[0] == 0, f"user {image.user or 'root'} of the image")
        if baked
        else None
    )


def running_as(snapshot: Snapshot, container: Container) -> Identity | None:
    """The ids of a container's main process."""
    process = snapshot.processes.get(container.id)
    if process is None:
        return None
    source = f"/proc/{process.pid}/status of {container.name}"
    return Identity(
        process.uid,
        process.gid,
        (process.gid, *process.groups),
        process.overrides_permissions,
        source,
    )


def ids(user: str) -> tuple[int, int] | None:
    """`1000` and `1000:1001` as (uid, gid); a bare uid has group 0 (root) as Docker gives it; names
    are None."""
    match = re.fullmatch(r"(\d+)(?::(\d+))?", user.strip())
    return (int(match.group(1)), int(match.group(2) or 0)) if match else None


def _as_declared(user: str, literal: tuple[int, int], running: Identity) -> bool:
    """The process runs as the file says; the group of a bare uid comes from the image's
    /etc/passwd."""
    return literal[0] == running.uid and (":" not in user or literal[1] == running.gid)


def denied(path: HostPath, who: Identity, *, write: bool) -> str:
    """Why these ids cannot use a bind mount (read it, or also write it), "" if they can. The
    folders above it on the host do not matter: the container's path does not lead through them."""
    if who.overrides:
        return ""
    bits = _bits(path, who)
    wanted = (4 | (2 if write else 0)) | (1 if path.is_dir else 0)
    if bits & wanted == wanted:
        return ""
    verb = "read" if not bits & 4 or (path.is_dir and not bits & 1) else "written"
    return f"{path.path} ({_owner(path)}) cannot be {verb}"


def unreadable_within(path: HostPath, who: Identity) -> HostPath | None:
    """An entry below a usable folder that these ids cannot read; None where none was met."""
    if who.overrides:
        return None
    return next((one for one in path.within if denied(one, who, write=False)), None)


def _bits(path: HostPath, who: Identity) -> int:
    """The rwx bits that apply: the owner's, else the group's, else the others'."""
    if who.uid == path.uid:
        return (path.mode >> 6) & 7
    if path.gid == who.gid or path.gid in who.groups:
        return (path.mode >> 3) & 7
    return path.mode & 7


def _owner(path: HostPath) -> str:
    return f"{path.uid}:{path.gid} mode {path.mode & 0o7777:04o}"
