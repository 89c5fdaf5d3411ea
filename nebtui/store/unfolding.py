"""From a snapshot back to changes: what a recording's key frame holds."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import TopologicalSorter

from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.observed import Image
from nebtui.facts.snapshot import Snapshot


def unfold(snapshot: Snapshot) -> Iterator[Change]:
    """Changes that fold to an equal snapshot, but for its generation and the past readings
    (`gpu_loads`, `cpu_trends`)."""
    if snapshot.engine is not None:
        yield changes.EngineSeen(snapshot.engine)
    yield changes.ContainersListed(tuple(snapshot.containers.values()))
    yield changes.NetworksListed(tuple(snapshot.networks.values()))
    if snapshot.swarm is not None:
        yield changes.SwarmSeen(snapshot.swarm)
    for project in snapshot.projects.values():
        yield changes.ProjectSeen(project)
    for image in _images(snapshot):
        yield changes.ImageSeen(image)
    yield changes.PathsSeen(tuple(snapshot.paths.values()))
    if snapshot.host_ports is not None:
        open_to_all = tuple(port for port, all_ in snapshot.host_ports.items() if all_)
        loopback = tuple(port for port in snapshot.host_ports if port not in open_to_all)
        yield changes.HostPortsSeen(open_to_all, loopback)
    yield changes.GpuAccessSeen(tuple(snapshot.gpu_access.values()))
    if snapshot.gpu_stack is not None:
        yield changes.GpuStackSeen(snapshot.gpu_stack)
    for container, history in snapshot.histories.items():
        yield changes.HistorySeen(container, history)
    yield changes.ProcessesSeen(tuple(snapshot.processes.values()))
    for key, starts in snapshot.starts.items():
        yield changes.StartsRecalled(key, starts)
    yield _readings(snapshot)
    for name, reason in snapshot.failures.items():
        yield changes.CollectorFailed(name, reason)
    if snapshot.engine_problem:
        yield changes.EngineLost(snapshot.engine_problem, snapshot.stale_since or 0.0)
    if snapshot.settled:
        yield changes.Settled()


def _readings(snapshot: Snapshot) -> changes.Sampled:
    """The newest reading of everything, as one round."""
    containers = tuple(snapshot.samples.values())
    gpus = tuple(snapshot.gpus.values())
    throughput = tuple(snapshot.throughput.values())
    times = [one.at for one in containers]
    times += [one.at for one in gpus]
    times += [one.at for one in throughput]
    return changes.Sampled(max(times, default=0.0), containers, gpus or None, throughput)


def _images(snapshot: Snapshot) -> Iterator[Image]:
    """The images so that each name ends at the one that has it now: one that lost a name to another
    comes before it."""
    images = {id(image): image for image in snapshot.images.values()}
    order: TopologicalSorter[int] = TopologicalSorter()
    for number, image in images.items():
        order.add(number)
        for name in (image.id, *image.names):
            holder = snapshot.images.get(name, image)
            if holder is not image:
                order.add(id(holder), number)
    yield from (images[number] for number in order.static_order())
