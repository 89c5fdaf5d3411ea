"""The last page of a tour: what a person's own box has, and what to do there first."""

from __future__ import annotations

from typing import Literal

from nebtui.analysis.services import whole_tally
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules import rule
from nebtui.rules.rule import Finding

Mark = Literal["ok", "todo", "none"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of the list: what was looked at, what is there, and what to do, "" for nothing."""

    mark: Mark
    what: str
    told: str
    do: str = ""


def checklist(snapshot: Snapshot, findings: tuple[Finding, ...]) -> tuple[Checked, ...]:
    """Engine, projects, GPU, worst finding and first fix of a box."""
    return (
        _engine(snapshot),
        _projects(snapshot),
        _gpu(snapshot),
        _worst(snapshot, findings),
        _first(findings),
    )


def _engine(snapshot: Snapshot) -> Checked:
    engine = snapshot.engine
    if engine is not None:
        return Checked("ok", "engine", f"{engine.name}, engine {engine.version}")
    why = snapshot.engine_problem or "none was asked"
    return Checked("todo", "engine", why, "nebtui doctor says what is missing")


def _projects(snapshot: Snapshot) -> Checked:
    number = len(snapshot.projects)
    if not number:
        do = "cd FOLDER with a compose file in or below it, then nebtui"
        return Checked("todo", "projects", "no Compose project was found", do)
    count = whole_tally(snapshot)
    names = ", ".join(sorted(key.name for key in snapshot.projects)[:4])
    more = f" and {number - 4} more" if number > 4 else ""
    services = sum(len(project.services) for project in snapshot.projects.values())
    up = f"{count.up}/{count.meant} up" if count.meant else f"{services} services, none runs"
    return Checked("ok", "projects", f"{number}: {names}{more} · {up}")


def _gpu(snapshot: Snapshot) -> Checked:
    stack = snapshot.gpu_stack
    broken = next((x for x in stack.links if x.state == "broken"), None) if stack else None
    if snapshot.gpus and broken is None:
        names = ", ".join(sorted({one.name for one in snapshot.gpus.values()}))
        return Checked("ok", "GPU", f"{len(snapshot.gpus)}: {names}")
    asked = [str(key) for key, service in snapshot.services() if service.gpu]
    if broken is not None and (asked or snapshot.gpus):
        return Checked("todo", "GPU", broken.message, broken.remedy)
    if asked:
        told = f"none was seen, and {asked[0]} asks for one"
        return Checked("todo", "GPU", told, "nebtui gpu shows the chain from driver to container")
    return Checked("none", "GPU", "none was seen, and no service asks for one")


def _worst(snapshot: Snapshot, findings: tuple[Finding, ...]) -> Checked:
    serious = [f for f in findings if f.severity != "advice"]
    if serious:
        first = serious[0]
        told = f"{first.rule}: {first.at or first.project or ''} {first.message}"
        return Checked("todo", "worst finding", told, f"nebtui rule {first.rule} explains it")
    told = "no error and no warning" if snapshot.projects else "nothing to look at yet"
    return Checked("ok" if snapshot.projects else "none", "worst finding", told)


def _first(findings: tuple[Finding, ...]) -> Checked:
    """The worst that can be mended by a key: the safe ones of a severity before the others."""
    mending = [f for f in findings if f.severity != "advice" and f.applicability != "display"]
    if not mending:
        return Checked("none", "first fix", "nothing that a key would mend")
    worst = [f for f in mending if f.severity == mending[0].severity]
    first = next((f for f in worst if f.applicability == "safe"), worst[0])
    at, key = first.at or first.project, rule(first.rule).key
    return Checked(
        "todo", "first fix", f"{first.rule} at {at}", f"nebtui, select {at}, {key or 'f'}"
    )
