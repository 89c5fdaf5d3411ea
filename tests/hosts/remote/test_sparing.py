"""What is told of readings: enough to show the same elsewhere, and little of an idle box."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.changes import Sampled, Settled
from nebtui.facts.samples import ContainerSample, CpuTrend, GpuSample
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.serving.sparing import AGAIN, CPU, FORGET, MEMORY, SHARE, SparedReadings
from nebtui.store import fold

BEGAN = 1_780_000_000.0
cpus = st.one_of(st.none(), st.floats(0, 1600), st.sampled_from((0.0, 0.04, 0.3)))
memories = st.one_of(st.none(), st.integers(0, 10**12))
readings = st.lists(st.tuples(cpus, memories), min_size=1, max_size=60)


def reading(second: int, cpu: float | None = 0.0, memory: int | None = 4_000_000) -> Sampled:
    """A round with one container."""
    at = BEGAN + second
    return Sampled(at, containers=(ContainerSample("c", at, cpu, memory, 0.0, 0.0),))


def near(old: float | None, new: float | None, least: float) -> bool:
    """Whether nobody would call them two figures."""
    if old is None or new is None:
        return old is new
    return abs(old - new) <= max(least, SHARE * max(old, new)) + 500 * (least > 1) + 0.01


@given(readings)
def test_the_other_side_is_never_far_off(rounds: list[tuple[float | None, int | None]]) -> None:
    """Whatever is left out; and a reading is there at least every ten seconds."""
    spared = SparedReadings()
    here = there = Snapshot()
    told_at = []
    for second, (cpu, memory) in enumerate(rounds):
        change = reading(second, cpu, memory)
        here = fold(here, change)
        if (told := spared.spared(change)) is not None:
            there = fold(there, told)
            told_at.append(second)
        mine, other = here.samples["c"], there.samples["c"]
        assert near(other.cpu, mine.cpu, CPU)
        assert near(other.memory, mine.memory, MEMORY)
    assert all(later - before < 10 for before, later in pairwise(told_at))
    assert len(rounds) - 1 - told_at[-1] < 10


def test_an_idle_container_costs_a_reading_in_nine_seconds() -> None:
    """And its strip has no gap."""
    spared = SparedReadings()
    there = Snapshot()
    told = 0
    for second in range(600):
        change = spared.spared(reading(second, 0.02 * (second % 3)))
        if change is not None:
            told += 1
            there = fold(there, change)
    assert told == 600 // 9 + 1
    trend = there.cpu_trends["c"]
    assert len(trend.values) >= CpuTrend.MOST - 1
    assert None not in trend.values


def test_what_is_no_reading_of_a_container_is_told() -> None:
    """GPUs of the same round too; every other change as it is."""
    spared = SparedReadings()
    assert spared.spared(Settled()) == Settled()
    empty = Sampled(BEGAN)
    assert spared.spared(empty) == empty
    first = reading(0)
    assert spared.spared(first) is not None
    assert spared.spared(reading(1)) is None
    gpus = (GpuSample(0, "card", BEGAN + 2),)
    told = spared.spared(Sampled(BEGAN + 2, reading(2).containers, gpus))
    assert told == Sampled(BEGAN + 2, (), gpus)


def test_what_is_gone_is_forgotten() -> None:
    """A box that makes and removes containers all day keeps nothing of them; a clock that was put
    back stops nothing."""
    spared = SparedReadings()
    for number in range(500):
        at = BEGAN + number
        spared.spared(Sampled(at, containers=(ContainerSample(f"c{number}", at, 0.0),)))
    assert len(spared._known) <= FORGET + 1
    assert spared.spared(reading(600)) is not None
    assert spared.spared(reading(300)) is not None
    assert spared.spared(reading(300 + int(AGAIN))) is None
