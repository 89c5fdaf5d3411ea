"""The collector of GPU facts: no driver, a driver that hangs, processes named, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from nebtui.facts.changes import Change, GpuStackSeen, Sampled, Settled
from nebtui.facts.gpu import GpuProcess, GpuSample, GpuStack
from nebtui.facts.link import Link
from nebtui.hosts.gpu import collector
from nebtui.hosts.gpu.collector import GpuCollector, silent
from nebtui.hosts.gpu.once import joined
from nebtui.hosts.gpu.source import GpuSource
from nebtui.hosts.shared import SharedState, StartupBarrier


@dataclass
class Scripted:
    """A source that answers what the test puts into it, and hangs while `hang` is set."""

    rows: tuple[GpuSample, ...]
    asking: int | None = None
    hang: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def snapshot(self) -> tuple[GpuSample, ...]:
        self.asking = 0 if self.hang.is_set() else None
        while self.hang.is_set():
            time.sleep(0.01)
        return self.rows

    def stack(self) -> GpuStack:
        return GpuStack(True, "NVIDIA", "550.54.15", "12.4")

    def close(self) -> None:
        self.closed = True


@dataclass
class Running:
    """A collector in its thread, and what it told."""

    collector: GpuCollector
    seen: list[Change]
    thread: threading.Thread

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, f"waited for {what}: {self.seen}"
            time.sleep(0.01)

    @property
    def rows(self) -> tuple[GpuSample, ...]:
        """The newest rows."""
        return next(
            (c.gpus for c in reversed(self.seen) if isinstance(c, Sampled) and c.gpus is not None),
            (),
        )


Run = Callable[..., Running]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Starts a collector whose clock is ten times faster."""
    monkeypatch.setattr(collector, "EVERY", 0.1)
    monkeypatch.setattr(collector, "SILENCE", 0.1)
    monkeypatch.setattr(collector, "FIRST_PATIENCE", 0.3)
    started: list[Running] = []

    def start(*sources: GpuSource) -> Running:
        seen: list[Change] = []
        startup = StartupBarrier(seen.append, frozenset({"engine", "gpus"}))
        startup.mark_done("engine")
        collector = GpuCollector(None, SharedState(), startup, seen.append, lambda: sources)
        thread = threading.Thread(target=collector.run, daemon=True)
        thread.start()
        started.append(Running(collector, seen, thread))
        return started[-1]

    yield start
    for one in started:
        one.collector.stop()
        one.thread.join(2)
        assert not one.thread.is_alive()


def test_without_a_driver_one_fact_is_told(run: Run) -> None:
    """Nothing to ask: one stack that says so, settled, and the thread ends."""
    box = run()
    box.thread.join(2)
    assert not box.thread.is_alive()
    stack, settled = box.seen
    assert isinstance(stack, GpuStackSeen)
    assert isinstance(settled, Settled)
    assert not stack.stack.present
    assert "no GPU driver" in stack.stack.problem


def test_rows_come_before_settled_and_go_on(run: Run) -> None:
    """The first picture holds the devices; readings follow."""
    box = run(Scripted((GpuSample(0, "card", 1.0, 50, processes=(GpuProcess(4000000, 5),)),)))
    box.until(lambda: sum(isinstance(c, Sampled) for c in box.seen) >= 3, "three rounds")
    kinds = [type(c) for c in box.seen]
    assert kinds[:3] == [GpuStackSeen, Sampled, Settled]
    assert kinds.count(GpuStackSeen) == 1
    assert box.rows[0].processes is not None
    assert box.rows[0].processes[0].container is None


def test_a_driver_that_hangs_is_told_and_recovers(run: Run) -> None:
    """No answer: the devices stay as rows without figures that say so; then they are back. The end
    does not wait."""
    source = Scripted(
        (GpuSample(0, "card", time.time(), 50), GpuSample(1, "card", time.time(), 60))
    )
    box = run(source)
    box.until(lambda: box.rows and box.rows[0].utilization == 50, "figures")
    source.hang.set()
    box.until(lambda: box.rows[0].error, "the silence")
    assert "has not answered" in box.rows[0].error
    assert "GPU 0 keeps the driver waiting" in box.rows[1].error
    assert box.rows[0].utilization is None
    source.hang.clear()
    box.until(lambda: not box.rows[0].error, "the recovery")
    source.hang.set()
    box.until(lambda: source.asking == 0, "the driver to be asked")
    box.collector.stop()
    box.thread.join(10)
    assert not box.thread.is_alive()  # while the driver still hangs
    source.hang.clear()


def test_a_driver_that_never_answers_does_not_hold_the_rest(run: Run) -> None:
    """From the start on: settled all the same, and a stack with the reason."""
    source = Scripted(())
    source.hang.set()
    box = run(source)
    box.until(lambda: any(isinstance(c, Settled) for c in box.seen), "settled")
    stack = next(c.stack for c in box.seen if isinstance(c, GpuStackSeen))
    assert "has not answered" in stack.problem
    source.hang.clear()


def test_two_drivers(run: Run) -> None:
    """Devices of two drivers are counted through, and the stacks become one."""
    box = run(Scripted((GpuSample(0, "a", 1.0),)), Scripted((GpuSample(0, "b", 1.0),)))
    box.until(lambda: box.rows, "rows")
    assert [(row.index, row.name) for row in box.rows] == [(0, "a"), (1, "b")]
    link = Link("x", "ok", "")
    both = joined(
        (
            GpuStack(True, "NVIDIA", None, problem="p"),
            GpuStack(True, "AMD", "kernel 6", links=(link,)),
        )
    )
    assert (both.vendor, both.driver, both.links[1:], both.blind) == (
        "AMD",
        "kernel 6",
        (link,),
        "p",
    )
    assert (both.links[0].name, both.links[0].state, both.links[0].message) == (
        "NVIDIA driver",
        "broken",
        "p",
    )
    works = joined(
        (GpuStack(True, "NVIDIA", "550"), GpuStack(True, "AMD", "kernel 6", blind="only root sees"))
    )
    assert (works.vendor, works.driver, works.blind) == ("NVIDIA and AMD", "550", "only root sees")


def test_a_silent_row_has_no_figures() -> None:
    """What a device is stays; how it is does not."""
    row = silent(GpuSample(3, "card", 10.0, 50, 1, 2, 3, 4.0, uuid="u"), None, 14.0)
    assert (row.name, row.uuid, row.memory_total, row.memory_used, row.silent) == (
        "card",
        "u",
        2,
        None,
        True,
    )
    assert "4 s" in row.error
