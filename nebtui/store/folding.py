"""From changes to snapshots, purely: only the touched branch of a snapshot is made anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch
from types import MappingProxyType
from typing import Any

from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.observed import Container
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from nebtui.store.history import with_event
from nebtui.store.mappings import only_keys, with_items, without_key
from nebtui.store.readings import sampled, turned
from nebtui.store.unused import named_paths, used_images

_HAS_PROCESS = ("running", "paused")


def fold(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot after a change; the same object where the change says nothing new."""
    after = Snapshot() if isinstance(change, changes.Rewound) else _apply(change, snapshot)
    if after is snapshot or isinstance(change, (changes.Sampled, changes.ProcessesSeen)):
        return after
    return replace(after, generation=snapshot.generation + 1)


def fold_all(snapshot: Snapshot, many: Iterable[Change]) -> Snapshot:
    """The snapshot after several changes."""
    for change in many:
        snapshot = fold(snapshot, change)
    return snapshot


def folded(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot after a change; one that cannot be folded is skipped and named in `failures`."""
    try:
        return fold(snapshot, change)
    except Exception as error:  # a mistake of ours costs this change and nothing else
        what = f"{type(change).__name__} could not be taken in ({type(error).__name__}): skipped."
        return fold(snapshot, changes.CollectorFailed("store", f"{what} Please report it."))


@singledispatch
def _apply(change: Any, snapshot: Snapshot) -> Snapshot:
    raise TypeError(f"not a change: {change!r}")


@_apply.register
def _(change: changes.EngineSeen, snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, engine=change.engine, engine_problem="", stale_since=None)


@_apply.register
def _(change: changes.EngineLost, snapshot: Snapshot) -> Snapshot:
    if snapshot.engine_problem == change.reason:
        return snapshot
    since = snapshot.stale_since or change.at or None
    return replace(
        snapshot, engine_problem=change.reason, stale_since=since if snapshot.engine else None
    )


def _keep_inspection(known: Container | None, listed: Container) -> Container:
    """The list answer has no inspection; the known one stays while the container is in the same
    state."""
    if known is None or listed.inspection is not None or known.state != listed.state:
        return listed
    return replace(listed, inspection=known.inspection)


@_apply.register
def _(change: changes.ContainersListed, snapshot: Snapshot) -> Snapshot:
    listed = {c.id: _keep_inspection(snapshot.containers.get(c.id), c) for c in change.containers}
    running = {c.id for c in listed.values() if c.state in _HAS_PROCESS}
    return replace(
        snapshot,
        containers=MappingProxyType(listed),
        samples=only_keys(snapshot.samples, listed),
        cpu_trends=only_keys(snapshot.cpu_trends, listed),
        processes=only_keys(snapshot.processes, running),
        throughput=only_keys(snapshot.throughput, listed),
        histories=only_keys(snapshot.histories, listed),
        gpu_access=only_keys(snapshot.gpu_access, running),
    )


@_apply.register
def _(change: changes.ContainerSeen, snapshot: Snapshot) -> Snapshot:
    container = change.container
    if snapshot.containers.get(container.id) == container:
        return snapshot
    if container.state not in _HAS_PROCESS and container.id in snapshot.processes:
        # A process that is gone must not speak for the container any more.
        snapshot = replace(snapshot, processes=without_key(snapshot.processes, container.id))
    if container.state not in _HAS_PROCESS and container.id in snapshot.gpu_access:
        snapshot = replace(snapshot, gpu_access=without_key(snapshot.gpu_access, container.id))
    return replace(snapshot, containers=with_items(snapshot.containers, {container.id: container}))


@_apply.register
def _(change: changes.ContainerGone, snapshot: Snapshot) -> Snapshot:
    if change.id not in snapshot.containers:
        return snapshot
    return replace(
        snapshot,
        containers=without_key(snapshot.containers, change.id),
        samples=without_key(snapshot.samples, change.id),
        cpu_trends=without_key(snapshot.cpu_trends, change.id),
        processes=without_key(snapshot.processes, change.id),
        throughput=without_key(snapshot.throughput, change.id),
        histories=without_key(snapshot.histories, change.id),
        gpu_access=only_keys(snapshot.gpu_access, snapshot.gpu_access.keys() - {change.id}),
    )


@_apply.register
def _(change: changes.NetworksListed, snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, networks=MappingProxyType({n.name: n for n in change.networks}))


@_apply.register
def _(change: changes.SwarmSeen, snapshot: Snapshot) -> Snapshot:
    same = snapshot.swarm == change.swarm
    return snapshot if same else replace(snapshot, swarm=change.swarm)


@_apply.register
def _(change: changes.ImageSeen, snapshot: Snapshot) -> Snapshot:
    image = change.image
    names = dict.fromkeys((image.id, *image.names), image)
    if all(snapshot.images.get(name) == image for name in names):
        return snapshot
    return replace(snapshot, images=with_items(used_images(snapshot), names))


@_apply.register
def _(change: changes.ProjectSeen, snapshot: Snapshot) -> Snapshot:
    project = change.project
    if snapshot.projects.get(project.key) == project:
        return snapshot
    projects = sorted({**snapshot.projects, project.key: project}.items())
    return replace(snapshot, projects=MappingProxyType(dict(projects)))


@_apply.register
def _(change: changes.ProjectGone, snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, projects=without_key(snapshot.projects, change.key))


@_apply.register
def _(change: changes.PathsSeen, snapshot: Snapshot) -> Snapshot:
    fresh = {p.path: p for p in change.paths if snapshot.paths.get(p.path) != p}
    return replace(snapshot, paths=with_items(named_paths(snapshot), fresh)) if fresh else snapshot


@_apply.register
def _(change: changes.HostPortsSeen, snapshot: Snapshot) -> Snapshot:
    ports = dict.fromkeys(change.loopback, False) | dict.fromkeys(change.reachable, True)
    return snapshot if ports == snapshot.host_ports else replace(snapshot, host_ports=ports)


@_apply.register
def _(change: changes.ProcessesSeen, snapshot: Snapshot) -> Snapshot:
    """Counters move all the time; the generation only moves when something that rules read did."""
    fresh = {p.container: p for p in change.processes if snapshot.processes.get(p.container) != p}
    if not fresh:
        return snapshot
    known = snapshot.processes
    telling = any(
        k not in known or _without_counts(p) != _without_counts(known[k]) for k, p in fresh.items()
    )
    after = replace(snapshot, processes=with_items(known, fresh))
    return replace(after, generation=snapshot.generation + 1) if telling else after


def _without_counts(process: Process) -> Process:
    """What of a process rules read."""
    return replace(process, refused=None, failed=None, peers=())


@_apply.register
def _(change: changes.Sampled, snapshot: Snapshot) -> Snapshot:
    after = sampled(snapshot, change)
    if turned(snapshot, after):
        return replace(after, generation=snapshot.generation + 1)
    return after


@_apply.register
def _(change: changes.GpuStackSeen, snapshot: Snapshot) -> Snapshot:
    same = snapshot.gpu_stack == change.stack
    return snapshot if same else replace(snapshot, gpu_stack=change.stack)


@_apply.register
def _(change: changes.GpuAccessSeen, snapshot: Snapshot) -> Snapshot:
    fresh = {r.container: r for r in change.reaches if snapshot.gpu_access.get(r.container) != r}
    return (
        replace(snapshot, gpu_access=with_items(snapshot.gpu_access, fresh)) if fresh else snapshot
    )


@_apply.register
def _(change: changes.EventSeen, snapshot: Snapshot) -> Snapshot:
    event = change.event
    history = with_event(snapshot.histories.get(event.container, ()), event)
    after = replace(snapshot, histories=with_items(snapshot.histories, {event.container: history}))
    process = snapshot.processes.get(event.container)
    if event.action != "listening" or process is None:
        return after
    ports = tuple(sorted({*(process.listening or ()), *event.ports}))
    listens = replace(process, listening=ports)
    return replace(after, processes=with_items(after.processes, {event.container: listens}))


@_apply.register
def _(change: changes.HistorySeen, snapshot: Snapshot) -> Snapshot:
    return replace(
        snapshot, histories=with_items(snapshot.histories, {change.container: change.events})
    )


@_apply.register
def _(change: changes.StartsRecalled, snapshot: Snapshot) -> Snapshot:
    if snapshot.starts.get(change.project, ()) == change.starts:
        return snapshot
    return replace(snapshot, starts=with_items(snapshot.starts, {change.project: change.starts}))


@_apply.register
def _(change: changes.CollectorFailed, snapshot: Snapshot) -> Snapshot:
    if snapshot.failures.get(change.name, "") == change.reason:
        return snapshot
    rest = {name: why for name, why in snapshot.failures.items() if name != change.name}
    return replace(
        snapshot,
        failures=MappingProxyType({**rest, change.name: change.reason} if change.reason else rest),
    )


@_apply.register
def _(change: changes.Settled, snapshot: Snapshot) -> Snapshot:
    return snapshot if snapshot.settled else replace(snapshot, settled=True)
