"""A service's log grows until the disk is full.

What: the driver is `json-file`, by declaration or as the engine's default, and no `max-size`
stands. Nearly no file has one, so it is one advice for a project, and one for each service that
loads models or keeps data. Other drivers, and a `max-size` that the engine adds by itself, are
silent.
Why it bites: a chatty model server writes gigabytes; when the disk is full every database stops.
Evidence: the driver, where it comes from, and that no size stands.
Fix: `max-size: 10m` and `max-file: 3`, for a whole project in one diff. Safe where the driver is
declared, or the engine says that `json-file` is its default; else unsafe, for it would replace
another default.
Source: docs.docker.com/engine/logging/drivers/json-file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nebtui.analysis.importance import lacking
from nebtui.compose.editor.verbs import Set
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Inspection
from nebtui.facts.snapshot import Snapshot
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
)

NAME = "unbounded-logs"
DRIVER = "json-file"
_OPTIONS = {"max-size": "10m", "max-file": "3"}
_ADVICE = Advice(NAME, "the log grows without bound", "logging.options.max-size", "set max-size")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """The advice."""
    yield from findings(
        snapshot,
        _ADVICE,
        partial(_grows, snapshot),
        lambda _, service: _applicability(snapshot, service),
        _applicability(snapshot, None),
    )


def _grows(snapshot: Snapshot, key: ServiceKey, service: Service) -> bool:
    declared = service.logging
    if declared.driver not in ("", DRIVER) or "max-size" in declared.options:
        return False
    if not declared.driver and snapshot.engine and snapshot.engine.log_driver not in ("", DRIVER):
        return False
    # An engine may have a size for all; its containers have it then.
    seen = (c.inspection.log_driver for c in snapshot.containers_of(key) if c.inspection)
    return not any(log and "max-size" in log.options for log in seen)


def _applicability(snapshot: Snapshot, service: Service | None) -> Applicability:
    told = snapshot.engine is not None and snapshot.engine.log_driver == DRIVER
    return "safe" if told or (service and service.logging.driver) else "unsafe"


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Bound the log of the service, or of all that the finding is about."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    meant = [
        service
        for one in lacking(snapshot, partial(_grows, snapshot))
        if one.project == finding.project
        for service in (tuple(s for s, _ in one.own) if finding.service else one.others)
        if finding.service in (None, service.name)
    ]
    if project is None or not meant:
        raise NoFixError("its log is bounded by now")
    edits = []
    for service in meant:
        layer = layer_for(project, service, "logging")
        value: Value = {"driver": DRIVER, "options": {**_OPTIONS, **service.logging.options}}
        edits.append(FileEdit(layer.file, Set((*layer.path, "logging"), value)))
    names = tuple(service.name for service in meant)
    return Fix(
        title=f"bound the log of {', '.join(names)}",
        applicability=min(
            (_applicability(snapshot, service) for service in meant), key=("unsafe", "safe").index
        ),
        edits=tuple(edits),
        recreate=(Recreate(project.key, names),),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """The logs of its containers are bounded."""
    return observed(snapshot, finding, _unbounded, "an unbounded log")


def _unbounded(has: Inspection) -> bool:
    log = has.log_driver
    return log is not None and log.driver == DRIVER and "max-size" not in log.options


RULE = Rule(
    name=NAME,
    severity="advice",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
