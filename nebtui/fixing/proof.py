"""Prove, on paper: the finding is gone, none as bad is new, twice is once, Compose sees the
intended change only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from nebtui import rules
from nebtui.action import Probe
from nebtui.compose.discovery.overrides import possible_overrides
from nebtui.compose.editor.verbs import SetInstruction, SetVariable
from nebtui.facts.changes import ProjectSeen
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container, Network
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.checks import Check, Proof
from nebtui.fixing.patch import Draft, Patch, edited
from nebtui.host import Host
from nebtui.rules.rule import SEVERITIES
from nebtui.store import fold


def prove(draft: Draft, patch: Patch, host: Host) -> tuple[Proof, Draft]:
    """Check a patch against the draft it was planned on; the proof, and the draft that the patch
    leaves. Starts Compose once or twice per touched project."""
    projects = touched(draft.snapshot, patch)
    after = apply_on_paper(draft, patch, host)
    before = reread(draft, projects, host)
    checks = [_findings(before.snapshot, after.snapshot, patch), _idempotent(patch)]
    checks += [_compose(project, draft, patch, host) for project in projects]
    return Proof(tuple(checks)), after


def touched(snapshot: Snapshot, patch: Patch) -> tuple[Project, ...]:
    """The projects whose model depends on a file of the patch, or would on one that it creates."""
    paths = {change.path for change in patch.files}
    return tuple(p for p in snapshot.projects.values() if paths & {*_readable(p), *p.dockerfiles})


def _readable(project: Project) -> set[str]:
    """The files that a project's model depends on, or would if they existed."""
    return {*project.files_read, *project.env_files, *possible_overrides(project.key.files)}


def apply_on_paper(draft: Draft, patch: Patch, host: Host) -> Draft:
    """The draft after a patch: files read again by our own reader, networks created, old processes
    forgotten."""
    changed = {change.path: change.after for change in patch.files if change.after is not None}
    snapshot = draft.snapshot
    networks = {**snapshot.networks, **{name: Network(id="", name=name) for name in patch.networks}}
    gone = {
        container.id
        for recreate in patch.recreate
        for service in recreate.services
        for container in snapshot.containers_of(ServiceKey(recreate.project, service))
    }
    processes = {k: v for k, v in snapshot.processes.items() if k not in gone}
    containers = {k: _made_anew(v) if k in gone else v for k, v in snapshot.containers.items()}
    snapshot = replace(
        snapshot,
        networks=MappingProxyType(networks),
        processes=MappingProxyType(processes),
        containers=MappingProxyType(containers),
    )
    after = Draft(snapshot, {**draft.texts, **changed})
    return reread(after, touched(snapshot, patch), host)


def _made_anew(container: Container) -> Container:
    """A container as it is once it was recreated: on the networks and with the ports that its files
    declare by then, and its healthcheck not run yet."""
    inspection = container.inspection and replace(container.inspection, probes=(), failing_streak=0)
    return replace(container, attachments=(), ports=(), health="none", inspection=inspection)


def reread(draft: Draft, projects: tuple[Project, ...], host: Host) -> Draft:
    """The draft with these projects as the host's reader makes them of the draft's texts."""
    snapshot = draft.snapshot
    texts = {path: data.decode() for path, data in draft.texts.items()}
    for project in projects:
        snapshot = fold(snapshot, ProjectSeen(host.read_with(project, texts)))
    return Draft(snapshot, draft.texts)


def _findings(before: Snapshot, after: Snapshot, patch: Patch) -> Check:
    """What a fix merely brings to light (a service that is reached at last has no healthcheck) is
    told, and is no reason to leave something worse as it is."""
    old = {f.key: SEVERITIES.index(f.severity) for f in rules.find(before)}
    new = rules.find(after)
    keys = {f.key for f in new}
    left = [f for f in patch.findings if f.key in keys]
    if left:
        return Check(False, f"the finding would stay: {left[0].service} {left[0].message}")
    worse = len(SEVERITIES)
    fresh = [
        f
        for f in new
        if f.severity != "advice" and SEVERITIES.index(f.severity) < old.get(f.key, worse)
    ]
    mended = min((SEVERITIES.index(f.severity) for f in patch.findings), default=0)
    as_bad = next((f for f in fresh if SEVERITIES.index(f.severity) <= mended), None)
    if as_bad:
        return Check(False, f"it would bring {as_bad.rule}: {as_bad.service} {as_bad.message}")
    if fresh:
        return Check(
            True, f"finding gone; then seen, {fresh[0].rule}: {fresh[0].service} {fresh[0].message}"
        )
    return Check(True, "finding gone, none new")


def _idempotent(patch: Patch) -> Check:
    texts = {c.path: c.after for c in patch.files if c.after is not None}
    for item in patch.edits:
        if (
            item.file in texts
            and edited(item.file, texts[item.file], item.edit) != texts[item.file]
        ):
            return Check(False, f"a second application would change {item.file} again")
    return Check(True, "applying it again changes nothing")


def _compose(project: Project, draft: Draft, patch: Patch, host: Host) -> Check:
    name = project.name
    relevant = _readable(project)
    texts = {path: data.decode() for path, data in draft.texts.items() if path in relevant}
    before = host.validate(project, texts)
    if not before.asked:
        return Check(None, f"{name}: proved without Compose (none found)")
    changed = {
        change.path: change.after.decode()
        for change in patch.files
        if change.path in relevant and change.after is not None
    }
    after = host.validate(project, {**texts, **changed})
    if before.config is None:
        return Check(None, f"{name}: Compose refused the file before too: {before.error}")
    if after.config is None:
        return Check(False, f"{name}: Compose would refuse it: {after.error}")
    paths = list(differences(before.config, after.config))
    intended = _intended(project, patch)
    stray = [path for path in paths if not any(path[: len(i)] == i for i in intended)]
    if stray:
        return Check(False, f"{name}: {'.'.join(stray[0])} would change too")
    text = ", ".join(dict.fromkeys(".".join(path[:3]) for path in paths)) or "nothing"
    return Check(True, f"{name}: compose config differs in {text} only")


def _intended(project: Project, patch: Patch) -> tuple[tuple[str, ...], ...]:
    """The paths of the effective model that the edits of a patch mean to change, extended services
    included."""
    result: list[tuple[str, ...]] = []
    for item in patch.edits:
        if isinstance(item.edit, SetVariable | SetInstruction):
            continue  # not part of the compose text
        path = item.edit.path
        if path[0] != "services":
            result.append(path[:2])
            continue
        result.append(path[:3])
        for service in project.services.values():
            if any(layer.file == item.file and layer.path == path[:2] for layer in service.layers):
                result.append(("services", service.name, *path[2:3]))
                result += _implied(project, service, path[2:3])
    return tuple(result)


def _implied(project: Project, service: Service, key: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What goes with a network mode: the service's networks, the implicit one included, and those
    that no other service is on, which `config` leaves out."""
    if key != ("network_mode",):
        return []
    others = {n for s in project.services.values() if s is not service for n in s.networks}
    left = [("networks", name) for name in service.networks if name not in others]
    return [("services", service.name, "networks"), *left, *([] if others else [("networks",)])]


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths at which two JSON values differ, mappings walked into, lists compared whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        result = []
        for key in sorted({*before, *after}):
            result += differences(
                before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, str(key))
            )
        return result
    return [] if before == after else [path]


_ABSENT = object()


def tried(host: Host, patch: Patch) -> Check | None:
    """Run a patch's trial in the running container, and its negative control; None where it has
    none."""
    trial = patch.trial
    if trial is None:
        return None
    code, output = _run(host, Probe(trial.container, trial.argv, trial.user))
    if code != 0:
        return Check(None, f"tried: failed with exit {code}{': ' + output if output else ''}")
    if not trial.control:
        return Check(True, "tried: passed in the running container")
    control, _ = _run(host, Probe(trial.container, trial.control, trial.user))
    if control == 0:
        return Check(None, "tried: passed, but also against a closed port, so it says nothing")
    return Check(True, "tried: passed in the running container, failed against a closed port")


def answering_path(host: Host, patch: Patch) -> str:
    """The first HTTP path that answers in the running container, "" where none does, or where the
    server answers every path. Each is asked for with GET."""
    trial = patch.trial
    if trial is None or not trial.paths:
        return ""
    if _run(host, Probe(trial.container, trial.no_path, trial.user))[0] == 0:
        return ""
    for path, argv in trial.paths:
        if _run(host, Probe(trial.container, argv, trial.user))[0] == 0:
            return path
    return ""


def _run(host: Host, probe: Probe) -> tuple[int, str]:
    last = ""
    for progress in host.do(probe):
        if progress.done:
            return progress.exit_code, last or progress.text
        last = progress.text or last
    return -1, last
