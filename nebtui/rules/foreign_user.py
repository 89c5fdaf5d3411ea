"""A container's user cannot use a bind mount as its mode asks.

What: the effective uid of a service may not read a mounted folder, or not write one that is mounted
writable; or the folder is usable and a file in it is not (the first entries are looked at); or it
writes to a named volume that belongs to another.
Why it bites: "permission denied" on model files or checkpoints, often late; `chmod 777` on 70 GB of
models is no way out.
Evidence: the uid of the running process (/proc) or the declared one; owner and mode of the path on
the host (the folders above it do not matter: a container's path does not lead through them;
measured on Engine 26.1).
Fix: `user: "${HOST_UID:-OWNER}:${HOST_GID:-GROUP}"` with the mount owner's ids as defaults (a bare
`${HOST_UID}` that is not set becomes `:` and runs as root), and both written into the env file that
Compose reads. Another value already there → `<SERVICE>_UID`. Unsafe: the program may need its old
user. Not offered for images that start as root and drop their privileges themselves, for rootless
engines and user namespaces, for named volumes that belong to the old user, and for mounts that
belong to root. Tried by a real read, and a check of write access, with `exec -u` where the
container runs.
Source: docs.docker.com/engine/storage/bind-mounts; measured with Compose 2.40 on Engine 20.10.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.dockerfiles import base_line, last_user
from nebtui.analysis.dockerfiles import origin as instruction_origin
from nebtui.analysis.mounts import binds, volumes
from nebtui.analysis.ownership import (
    Identity,
    denied,
    identity,
    running_as,
    unreadable_within,
)
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Mount, Service, ServiceKey
from nebtui.facts.observed import HostPath
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import about
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    Trial,
    layer_for,
    service_of,
)
from nebtui.rules.user_variables import user_variables

NAME = "foreign-user"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and bind mount that its user cannot use."""
    engine = snapshot.engine
    if engine is not None and (engine.rootless or engine.userns or not engine.local):
        return
    for key, service in snapshot.services():
        who = identity(snapshot, key, service)
        if who is None:
            continue
        for mount, path in (*binds(snapshot, service), *volumes(snapshot, key, service)):
            reason = denied(path, who, write=not mount.read_only)
            if reason:
                yield _finding(snapshot, key, service, mount, path, who, reason)
            elif inside := unreadable_within(path, who):
                yield _inside(key, service, mount, inside, who)


def _inside(
    key: ServiceKey, service: Service, mount: Mount, inside: HostPath, who: Identity
) -> Finding:
    """The folder can be used, and something in it cannot."""
    origin = service.origin("volumes", mount.target)
    owner = f"{inside.uid}:{inside.gid} mode {inside.mode:04o}"
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=f"{mount.target}/…",
        message=f"runs as {who.uid}:{who.gid} and cannot read all of {mount.target}",
        evidence=(
            f"uid {who.uid}, gid {who.gid} ({who.source})",
            f"{inside.path} ({owner}) cannot be read (stat on the host; the first entries were "
            "looked at)",
        ),
        applicability="display",
        origin=origin,
        fix=f"give {inside.path} and its like to uid {who.uid}, or let their group read them",
        blocks=1,
    )


def _finding(
    snapshot: Snapshot,
    key: ServiceKey,
    service: Service,
    mount: Mount,
    path: HostPath,
    who: Identity,
    reason: str,
) -> Finding:
    origin = service.origin("volumes", mount.target)
    why_not = _why_not(snapshot, key, service, mount, path)
    wanted = "read" if mount.read_only else "read and write"
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject=mount.target,
        message=f"runs as {who.uid}:{who.gid} and cannot {wanted} {mount.target}",
        evidence=(
            f"uid {who.uid}, gid {who.gid} ({who.source})",
            f"{reason} (stat on the host)",
            f"mounted {'read-only' if mount.read_only else 'writable'}"
            + (f" ({origin})" if origin else ""),
        ),
        applicability="display" if why_not else "unsafe",
        origin=origin,
        fix=why_not or f"run it as {path.uid}:{path.gid}, the owner of {mount.source}",
        blocks=1,
    )


def _why_not(
    snapshot: Snapshot, key: ServiceKey, service: Service, mount: Mount, path: HostPath
) -> str:
    """Why the service must not be given the mount owner's ids, "" if it may."""
    if mount.type == "volume":
        name = mount.source or mount.target
        return (
            f"the volume {name} belongs to {path.uid}:{path.gid}: give it to the service's user "
            "once, from a container that runs as root (chown -R)"
        )
    known = about(service.image)
    if known and known.drops_privileges:
        return (
            f"{known.name} starts as root and drops its privileges itself: chown the folder "
            "to its user instead"
        )
    member = Identity(-1, path.gid, (), False, "")
    if path.uid == 0 and path.gid and not denied(path, member, write=not mount.read_only):
        return (
            f"{path.path} belongs to root and to group {path.gid}: add `group_add: "
            f"[{path.gid}]` to the service"
        )
    if path.uid == 0:
        return (
            f"{path.path} belongs to root: give it to the service's user (chown) instead of "
            "running as root"
        )
    named = [m for m in service.mounts if m.type == "volume"]
    if named and snapshot.containers_of(key):
        return (
            f"the volume {named[0].source or named[0].target} holds files of the old "
            "user: chown one of the two"
        )
    owner = Identity(path.uid, path.gid, (path.gid,), False, "")
    for bind, other in binds(snapshot, service):
        if reason := denied(other, owner, write=not bind.read_only):
            return f"the owner's ids would not help: as {path.uid}:{path.gid} {reason}"
    return ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Run the service with the mount owner's ids, as variables of the env file."""
    key, service = service_of(snapshot, finding)
    found = [(m, p) for m, p in binds(snapshot, service) if m.target == finding.subject]
    if not found:
        raise NoFixError(f"{finding.subject} is not mounted any more")
    mount, path = found[0]
    if why_not := _why_not(snapshot, key, service, mount, path):
        raise NoFixError(why_not)
    project = snapshot.projects[key.project]
    uid, gid, variables = user_variables(project, key, path)
    layer = layer_for(project, service, "user")
    user = Set((*layer.path, "user"), f"${{{uid}:-{path.uid}}}:${{{gid}:-{path.gid}}}")
    return Fix(
        title=f"run {key} as {path.uid}:{path.gid}, the owner of {mount.source}",
        applicability="unsafe",
        edits=(FileEdit(layer.file, user), *variables),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=_baked(service, path),
        trial=_trial(snapshot, key, mount, path),
    )


def _baked(service: Service, path: HostPath) -> tuple[str, ...]:
    """The other way, where the image is built here: the ids in its Dockerfile, with the line."""
    source = service.build.source if service.build else None
    if source is None or not source.chain:
        return ()
    last = last_user(source)
    at = instruction_origin(source, last or base_line(source))
    what = f"instead of `USER {last.body.strip()}`" if last else "after the last root step"
    return (
        f"or bake it into the image: `ARG HOST_UID={path.uid}`, `ARG HOST_GID={path.gid}` and "
        f"`USER $HOST_UID:$HOST_GID` {what} ({at}), and `build.args` with both",
    )


def _trial(snapshot: Snapshot, key: ServiceKey, mount: Mount, path: HostPath) -> Trial | None:
    """Read the mount as the new user, and ask whether it may be written; nothing is written to
    it."""
    target = mount.target
    script = 'ls "$0" >/dev/null' if path.is_dir else 'head -c 1 "$0" >/dev/null'
    if not mount.read_only:
        script += ' && [ -w "$0" ]'
    for container in snapshot.containers_of(key):
        if container.state == "running":
            return Trial(container.id, ("sh", "-c", script, target), user=f"{path.uid}:{path.gid}")
    return None


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its processes run with ids that can use the mount."""
    key = finding.at
    service = snapshot.service(key) if key else None
    assert key is not None  # every finding of this rule names a service
    containers = snapshot.containers_of(key)
    running = [running_as(snapshot, c) for c in containers if c.state == "running"]
    if service is None or not containers or len(running) < len(containers) or None in running:
        return Observation(False, f"{key} does not run")
    for mount, path in binds(snapshot, service):
        for who in running:
            if (
                mount.target == finding.subject
                and who
                and denied(path, who, write=not mount.read_only)
            ):
                return Observation(False, f"uid {who.uid} still cannot use {finding.subject}")
    return Observation(True)


RULE = Rule(
    name=NAME,
    severity="error",
    key="u",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
