"""Readings of containers as they are told to another machine: those that are others than before,
as exact as anybody reads them. Of an idle box nine in ten bytes on the line were readings that said
the same again."""

from __future__ import annotations

from dataclasses import replace

from nebtui.facts.changes import Change, Sampled
from nebtui.facts.samples import ContainerSample

AGAIN = 8.5
"""Seconds after which one is told that has not changed: the strips of the last minutes have a
reading for each ten."""
FORGET = 60.0
SHARE = 0.02
"""Part of a figure by which it must differ to be another one."""
CPU, MEMORY, NETWORK = 0.1, 65_536.0, 16.0
"""Percent of one core, bytes, and bytes a second that are nothing."""


class SparedReadings:
    """What the other side knows by now; it belongs to the thread that tells."""

    def __init__(self) -> None:
        self._known: dict[str, ContainerSample] = {}

    def spared(self, change: Change) -> Change | None:
        """The change without what is known; None where nothing is left of it."""
        if not isinstance(change, Sampled) or not change.containers:
            return change
        fresh = tuple(_rounded(one) for one in change.containers if self._news(one))
        self._known |= {one.container: one for one in fresh}
        for old in [id for id, one in self._known.items() if change.at - one.at > FORGET]:
            del self._known[old]
        if not fresh and change.gpus is None and not change.throughput:
            return None
        return replace(change, containers=fresh)

    def _news(self, new: ContainerSample) -> bool:
        known = self._known.get(new.container)
        if known is None or not 0.0 <= new.at - known.at < AGAIN:
            return True
        return (
            _differs(new.cpu, known.cpu, CPU)
            or _differs(new.memory, known.memory, MEMORY)
            or _differs(new.rx, known.rx, NETWORK)
            or _differs(new.tx, known.tx, NETWORK)
        )


def _differs(new: float | None, known: float | None, least: float) -> bool:
    if new is None or known is None:
        return new is not known
    return abs(new - known) > max(least, SHARE * known)


def _rounded(sample: ContainerSample) -> ContainerSample:
    """With as many digits as are ever shown."""
    memory, rx, tx = sample.memory, sample.rx, sample.tx
    return replace(
        sample,
        at=round(sample.at, 1),
        cpu=None if sample.cpu is None else round(sample.cpu, 2),
        memory=None if memory is None else round(memory, -3),
        rx=None if rx is None else round(rx),
        tx=None if tx is None else round(tx),
    )
