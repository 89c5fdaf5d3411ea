"""A service may take all memory of the machine.

What: no `mem_limit` and no `deploy.resources.limits.memory`. Nearly no file has one, so it is one
advice for a project, and one for each service that loads models or keeps data.
Why it bites: when memory ends the kernel kills what it finds largest, the database as well as the
culprit. With a limit it is the culprit, and nebtui says so ("out of memory, limit N").
Evidence: what the service is, and that no limit stands.
Fix: where it runs now, twice what it uses, and at least 256 MB. Unsafe: it may need more at another
time. Where nothing was measured none is offered: a limit too low keeps it from starting.
Source: docs.docker.com/engine/containers/resource_constraints.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.stack_file import is_stack
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.limit_keys import limit_key, written_size
from nebtui.rules.per_project import Advice, findings, observed
from nebtui.rules.rule import (
    Applicability,
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)
from nebtui.text.units import size

NAME = "unlimited-memory"
STEP = 256 << 20
_ADVICE = Advice(NAME, "no memory limit", "mem_limit", "set mem_limit above what it uses at most")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """The advice."""
    yield from findings(
        snapshot,
        _ADVICE,
        lambda _, service: service.limits.memory is None,
        lambda key, _: _applicability(snapshot, key),
    )


def _applicability(snapshot: Snapshot, key: ServiceKey) -> Applicability:
    running = any(c.state == "running" for c in snapshot.containers_of(key))
    return "unsafe" if running else "display"


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Twice what it uses now, in steps of 256 MB."""
    if finding.service is None:
        raise NoFixError("how much each of them needs is not known; set mem_limit by hand")
    key, service = service_of(snapshot, finding)
    used = _used(snapshot, key)
    if used is None:
        raise NoFixError("what it uses was not measured: start it, and try again")
    limit = STEP * (2 * used // STEP + 1)
    return Fix(
        title=f"limit the memory of {key} to {size(limit)}",
        applicability="unsafe",
        edits=(_edit(snapshot, key, service, limit),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=(f"it uses {size(used)} now; beyond {size(limit)} the kernel kills it",),
    )


def _edit(snapshot: Snapshot, key: ServiceKey, service: Service, limit: int) -> FileEdit:
    path = limit_key(service, "memory", stack=is_stack(snapshot, key.project))
    layer = layer_for(snapshot.projects[key.project], service, *path)
    return FileEdit(layer.file, Set((*layer.path, *path), written_size(limit)))


def _used(snapshot: Snapshot, key: ServiceKey) -> int | None:
    """The most that one of its containers uses now, in bytes; None where none was measured."""
    samples = (snapshot.samples.get(c.id) for c in snapshot.containers_of(key))
    return max((s.memory for s in samples if s and s.memory is not None), default=None)


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers have a limit."""
    return observed(snapshot, finding, lambda has: has.limits.memory is None, "no memory limit")


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
