"""Two starts of a project side by side: what became faster or slower, which races are gone or
new."""

from __future__ import annotations

from nebtui.facts.startup import Race, Start
from nebtui.light_dataclass import dataclass

NOTABLE = 0.5
"""Seconds below which two times are the same."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The time to ready of one service in both starts, in seconds from the begin; None = not ready,
    or not part of it."""

    service: str
    before: float | None
    after: float | None

    @property
    def seconds(self) -> float | None:
        """How much slower it became, negative = faster; None where one side is not known."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def notable(self) -> bool:
        """It became ready at another time, or in one of both only."""
        change = self.seconds
        if change is None:
            return (self.before is None) != (self.after is None)
        return abs(change) >= NOTABLE


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one start to the next."""

    differences: tuple[Difference, ...]
    gone: tuple[Race, ...]
    new: tuple[Race, ...]
    length: Difference
    """Of the whole start: until it was settled."""


def compare(before: Start, after: Start) -> Comparison:
    """The differences of two starts, by the order of the later one."""
    old, new = times_to_ready(before), times_to_ready(after)
    names = [
        name
        for name in dict.fromkeys((*new, *old))
        # What nobody could see is no difference, and what may still come neither.
        if not (old.get(name) is None and before.missing)
        and not (new.get(name) is None and (after.missing or after.settled is None))
    ]
    raced = {(race.dependent, race.target) for race in before.races}
    races = {(race.dependent, race.target) for race in after.races}
    return Comparison(
        tuple(Difference(name, old.get(name), new.get(name)) for name in names),
        gone=tuple(r for r in before.races if (r.dependent, r.target) not in races),
        new=tuple(r for r in after.races if (r.dependent, r.target) not in raced),
        length=Difference(
            "", _length(before) if after.settled is not None else None, _length(after)
        ),
    )


def times_to_ready(start: Start) -> dict[str, float | None]:
    """Seconds from the begin of a start until each service was ready, all its replicas; None =
    not."""
    result: dict[str, float | None] = {}
    for bar in start.bars:
        at = None if bar.ready is None else bar.ready - start.began
        known = result.get(bar.service, at)
        result[bar.service] = None if at is None or known is None else max(at, known)
    return result


def _length(start: Start) -> float | None:
    return None if start.settled is None else start.settled - start.began
