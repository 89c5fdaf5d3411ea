"""A volume of one letter is read as a Windows drive.

What: `v:/data` in a service's `volumes`, with a one-letter volume name.
Why it bites: Compose takes it for a path of Windows: the container gets an unnamed volume at a
folder called `v:/data`, and what the program writes to /data is gone with the container.
Evidence: the item as it stands, and what Compose makes of it.
Fix: the long form, which names source and target. Unsafe: the volume is empty at first.
Source: measured with Compose 2.40.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.compose.editor.verbs import Expand
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)

NAME = "windows-path-volume"
_DRIVE = re.compile(r"[A-Za-z]:/.*")
_WINDOWS = re.compile(r"windows|nanoserver|servercore", re.IGNORECASE)


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per such volume of a container that is none of Windows."""
    for key, service in snapshot.services():
        if _WINDOWS.search(f"{service.platform or ''} {service.image or ''}"):
            continue
        for mount in service.mounts:
            if mount.type != "volume" or mount.source or not _DRIVE.fullmatch(mount.target):
                continue
            origin = service.origin("volumes", mount.target)
            name, _, target = mount.target.partition(":")
            yield Finding(
                rule=NAME,
                severity="error",
                project=key.project,
                service=key.service,
                subject=mount.target,
                message=f"mounts no volume {name} at {target}: Compose reads a Windows path",
                evidence=(
                    f"{mount.target} ({origin})",
                    f"becomes an unnamed volume at {mount.target}",
                ),
                applicability="unsafe",
                origin=origin,
                fix="write it in the long form",
                blocks=1,
            )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Name source and target."""
    key, service = service_of(snapshot, finding)
    layer = layer_for(snapshot.projects[key.project], service, "volumes", finding.subject)
    edit = Expand((*layer.path, "volumes"), finding.subject)
    return Fix(
        title=f"mount the volume {finding.subject.partition(':')[0]} in {key}",
        applicability="unsafe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
