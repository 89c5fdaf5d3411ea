"""Whether a service has a model loaded and works on something, by what its server tells."""

from __future__ import annotations

from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot

RECENT = 60.0
"""Seconds after its last work during which a server still counts as busy: requests come in
bursts."""


def loaded_by(figures: list[ThroughputSample]) -> str:
    """Why a model counts as loaded, "" if nothing says so."""
    for figure in figures:
        if figure.loaded is False:
            continue
        if figure.model:
            share = (
                f", {figure.on_gpu:.0%} of it in GPU memory as it says itself"
                if figure.on_gpu is not None
                else ""
            )
            return f"model {figure.model} is loaded{share}"
        if figure.tokens_per_second or figure.last_rate:
            return "a model is loaded: it makes tokens"
    return ""


def busy_by(figures: list[ThroughputSample]) -> str:
    """What a service works on now, or did a moment ago; "" while it is idle."""
    for figure in figures:
        if figure.busy:
            rate = figure.tokens_per_second
            speed = f" at {rate:.1f} {figure.unit}" if rate is not None else ""
            return (
                f"{figure.running or 1} request{'s' if (figure.running or 1) > 1 else ''} "
                f"running{speed}"
            )
    for figure in figures:
        if recently_busy(figure) and figure.last_rate is not None:
            age = figure.at - (figure.last_at or figure.at)
            return f"worked {age:.0f} s ago at {figure.last_rate:.1f} {figure.unit}"
    return ""


def recently_busy(figure: ThroughputSample) -> bool:
    """It works, or did within the last minute with a model that is still loaded."""
    recent = figure.last_at is not None and 0 <= figure.at - figure.last_at < RECENT
    return bool(figure.busy) or (recent and figure.loaded is not False)


def in_use(snapshot: Snapshot) -> tuple[object, ...]:
    """What rules read of devices and work, to be compared: who is on a device, what is wrong with
    it; and of those on none who works (or did a moment ago), who has a model and where it says that
    lies. Figures that merely move are not in it."""
    devices = [
        (g.index, g.error, g.processes is None, frozenset(g.containers))
        for g in snapshot.gpus.values()
    ]
    on_gpu = {identity for g in snapshot.gpus.values() for identity in g.containers}
    off = {
        (t.container, recently_busy(t), bool(t.model), None if t.on_gpu is None else t.on_gpu > 0)
        for t in snapshot.throughput.values()
        if t.container not in on_gpu and (snapshot.gpus or t.on_gpu is not None)
    }
    return devices, off
