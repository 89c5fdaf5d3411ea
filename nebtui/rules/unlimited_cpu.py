"""A service may take all CPUs of the machine.

What: no `cpus`, no `deploy.resources.limits.cpus`, no quota and no `cpuset`. Nearly no file has
one, so it is one advice for a project, and one for each service that loads models or keeps data.
Why it bites: a server that computes on the CPU, or fell back to it, slows down everything beside
it.
Evidence: what the service is, and that no limit stands.
Fix: half of the machine's CPUs, where an engine tells how many there are. Unsafe: it may become
slower. More than there are would be refused.
Source: docs.docker.com/engine/containers/resource_constraints.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.stack_file import is_stack
from nebtui.compose.editor.verbs import Set
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.limit_keys import limit_key
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

NAME = "unlimited-cpu"
_ADVICE = Advice(NAME, "no CPU limit", "cpus", "set cpus to its share of the machine")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """The advice."""
    known: Applicability = "unsafe" if _half(snapshot) else "display"
    yield from findings(
        snapshot, _ADVICE, lambda _, service: service.limits.cpus is None, lambda *_: known
    )


def _half(snapshot: Snapshot) -> float:
    """Half of the machine's CPUs; 0 where their number is not known."""
    return snapshot.engine.cpus / 2 if snapshot.engine else 0.0


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Half of the machine."""
    half = _half(snapshot)
    if finding.service is None or not half:
        raise NoFixError("what its share is, is not known; set cpus by hand")
    key, service = service_of(snapshot, finding)
    path = limit_key(service, "cpus", stack=is_stack(snapshot, key.project))
    layer = layer_for(snapshot.projects[key.project], service, *path)
    value = f"{half:g}" if "deploy" in path else half
    return Fix(
        title=f"give {key} {half:g} CPUs at most",
        applicability="unsafe",
        edits=(FileEdit(layer.file, Set((*layer.path, *path), value)),),
        recreate=(Recreate(key.project, (key.service,)),),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers have a limit."""
    return observed(snapshot, finding, lambda has: has.limits.cpus is None, "no CPU limit")


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
