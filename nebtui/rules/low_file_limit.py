"""A service may open fewer files than its server is known to need.

What: `ulimits.nofile` is set below what the server's documentation asks for. Without a limit in the
file the engine's counts, which is no finding.
Why it bites: Elasticsearch refuses to start; databases answer "too many open files" under load.
Evidence: the limit as it stands, and what the server needs.
Fix: the needed number, soft and hard. Unsafe: the service is recreated with another limit.
Source: the documentation of each server, in nebtui/knowledge/images/.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.server import server_of
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service
from nebtui.facts.snapshot import Snapshot
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

NAME = "low-file-limit"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    for key, service in snapshot.services():
        needed = _needed(service)
        soft, hard = service.ulimits.get("nofile", (-1, -1))
        if not needed or soft == -1 or soft >= needed:
            continue
        known = server_of(service)
        origin = service.origin("ulimits", "nofile")
        yield Finding(
            rule=NAME,
            severity="advice",
            project=key.project,
            service=key.service,
            subject="",
            message=f"may open {soft} files, and needs {needed}",
            evidence=(
                f"ulimits.nofile: soft {soft}, hard {hard} ({origin})",
                f"{known.name if known else service.image} asks for {needed}",
            ),
            applicability="unsafe",
            origin=origin,
            fix=f"set ulimits.nofile to {needed}",
        )


def _needed(service: Service) -> int:
    """Open files that its server asks for; 0 where that is not known."""
    known = server_of(service)
    return known.open_files if known and not known.family else 0


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Raise the limit."""
    key, service = service_of(snapshot, finding)
    needed = _needed(service)
    if not needed:
        raise NoFixError("what its server needs is not known")
    _, hard = service.ulimits.get("nofile", (0, 0))
    layer = layer_for(snapshot.projects[key.project], service, "ulimits")
    value = {"soft": needed, "hard": hard if hard == -1 else max(hard, needed)}
    return Fix(
        title=f"let {key} open {needed} files",
        applicability="unsafe",
        edits=(FileEdit(layer.file, Set((*layer.path, "ulimits", "nofile"), value)),),
        recreate=(Recreate(key.project, (key.service,)),),
    )


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
