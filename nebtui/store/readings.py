"""Readings taken into a snapshot."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.gpu.activity import in_use
from nebtui.facts.changes import Sampled
from nebtui.facts.snapshot import Snapshot
from nebtui.store.mappings import with_items
from nebtui.store.trends import loads, trends


def sampled(snapshot: Snapshot, change: Sampled) -> Snapshot:
    """The snapshot with these readings."""
    known, gpus = snapshot.throughput, change.gpus
    return replace(
        snapshot,
        samples=with_items(snapshot.samples, {s.container: s for s in change.containers}),
        gpus=snapshot.gpus if gpus is None else MappingProxyType({g.index: g for g in gpus}),
        gpu_loads=snapshot.gpu_loads if gpus is None else loads(snapshot.gpu_loads, gpus),
        cpu_trends=with_items(snapshot.cpu_trends, trends(snapshot.cpu_trends, change.containers)),
        throughput=with_items(
            known, {t.container: t.after(known.get(t.container)) for t in change.throughput}
        ),
    )


def turned(before: Snapshot, after: Snapshot) -> bool:
    """Figures move all the time; this is whether what rules read of them did: a server turned slow
    or is so no more, a container came onto a GPU or left it, one that is on none began to work."""
    known = before.throughput
    slow = any(
        (known[key].verdict if key in known else "") != new.verdict
        for key, new in after.throughput.items()
        if new is not known.get(key)
    )
    return slow or in_use(after) != in_use(before)
