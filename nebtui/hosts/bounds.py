"""How much of anything a box can have: what is told of one by others may be invented."""

from __future__ import annotations

from nebtui.facts.snapshot import Snapshot

MOST = 10_000
"""Containers, services, images and so on of a box that is shown; more than any engine runs."""


def too_many(snapshot: Snapshot) -> str | None:
    """What there is more of than any box has; None where all is within bounds."""
    swarm = snapshot.swarm
    sizes: dict[str, int] = {
        "containers": len(snapshot.containers),
        "containers with events": len(snapshot.histories),
        "containers with readings": max(
            map(len, (snapshot.samples, snapshot.throughput, snapshot.processes))
        ),
        "projects": len(snapshot.projects),
        "services": sum(len(project.services) for project in snapshot.projects.values()),
        "networks": len(snapshot.networks),
        "images": len(snapshot.images),
        "paths": len(snapshot.paths),
        "GPUs": max(len(snapshot.gpus), len(snapshot.gpu_access)),
        "failures": len(snapshot.failures),
        "tasks": sum(1 + len(service.tasks) for service in swarm.services) if swarm else 0,
        "nodes": len(swarm.nodes) if swarm else 0,
    }
    return next((what for what, number in sizes.items() if number > MOST), None)
