"""GPU inference may not lock memory.

What: a GPU service that infers has no `ulimits.memlock: -1`.
Why it bites: pinned host memory makes copies to the GPU fast, and llama.cpp's `--mlock`, GPUDirect
and InfiniBand ask for it; with the default limit they fall back to slow copies, or fail.
Evidence: the request for a GPU and the limit as declared.
Fix: add `ulimits: memlock: -1`. Safe: it only allows more.
Source: NVIDIA deep learning containers ("--ulimit memlock=-1"); llama.cpp documentation of --mlock.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.requests import place, shares_memory
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service
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

NAME = "gpu-without-memlock"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    for key, service in snapshot.services():
        why = _locks(service) if service.gpu else ""
        limit = service.ulimits.get("memlock")
        if not why or (limit is not None and min(limit) == -1):
            continue
        text = (
            "not set" if limit is None else f"{limit[0]} ({service.origin('ulimits', 'memlock')})"
        )
        yield Finding(
            rule=NAME,
            severity="advice",
            project=key.project,
            service=key.service,
            subject="",
            message="infers on a GPU and may not lock memory",
            evidence=(f"pins memory: {why}", f"ulimits.memlock: {text}"),
            applicability="unsafe" if snapshot.engine and snapshot.engine.rootless else "safe",
            origin=service.origin("ulimits") if service.stands("ulimits") else place(service),
            fix="add ulimits.memlock: -1",
        )


def _locks(service: Service) -> str:
    """Why it locks memory: workers that share it, or an option that asks for it."""
    line = " ".join((*service.entrypoint, *service.command))
    return "--mlock" if "--mlock" in line else shares_memory(service)


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Lift the limit."""
    key, service = service_of(snapshot, finding)
    layer = layer_for(snapshot.projects[key.project], service, "ulimits")
    return Fix(
        title=f"let {key} lock memory",
        applicability="safe",
        edits=(FileEdit(layer.file, Set((*layer.path, "ulimits", "memlock"), -1)),),
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
