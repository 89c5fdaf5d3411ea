"""How often the kernel is asked: as often as somebody looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.facts import changes
from nebtui.facts.changes import Change, ProcessesSeen, Sampled
from nebtui.facts.observed import Container
from nebtui.host import ShownFigures
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.kernel import procfs
from nebtui.hosts.kernel.cgroup import CgroupReader
from nebtui.hosts.sampling.collector import SampleCollector
from nebtui.hosts.shared import SharedState, StartupBarrier
from tests.builders import ENGINE
from tests.hosts.starts.test_watched_starts import Proc, running

DEV = "Inter-| Receive\n face |bytes\n  eth0: 100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n"
STATUS = "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapEff:\t0\n"


class Sampling:
    """The collector on a made-up machine with two containers that have run for an hour."""

    def __init__(self, folder: Path) -> None:
        self.proc = Proc(folder / "proc")
        self.proc.at += 3600
        self.seen, self.unseen = running("seen", 7), running("unseen", 8)
        self.told: list[Change] = []
        self.shared = SharedState()
        self.collector = SampleCollector(
            EngineClient(Endpoint("unix:///none"), {}),
            self.shared,
            StartupBarrier(self.told.append, frozenset()),
            self.told.append,
            CgroupReader(str(folder / "proc"), str(folder / "sys")),
            clock=self.proc.clock,
        )
        self.shared.apply(changes.EngineSeen(ENGINE))
        for one in (self.seen, self.unseen):
            self._add(folder, one)

    def _add(self, folder: Path, one: Container) -> None:
        assert one.inspection is not None
        self.proc.process(one.inspection.pid, one.id)
        process = folder / "proc" / str(one.inspection.pid)
        (process / "net" / "dev").write_text(DEV)
        (process / "status").write_text(STATUS)
        group = folder / "sys" / "docker" / one.id
        group.mkdir(parents=True)
        (group / "cpu.stat").write_text("usage_usec 0\n")
        (group / "memory.current").write_text("900\n")
        (group / "memory.stat").write_text("inactive_file 100\n")
        self.shared.apply(changes.ContainerSeen(one))

    def rounds(self, seconds: int) -> list[Change]:
        """What is told in so many rounds, one a second."""
        self.told.clear()
        for _ in range(seconds):
            self.proc.at += 1.0
            now = self.shared.running()
            self.collector._read_processes(now, self.proc.at)
            self.collector._sample(now, self.proc.at)
        return list(self.told)


@pytest.fixture
def sampling(tmp_path: Path) -> Sampling:
    return Sampling(tmp_path)


def times(told: list[Change], container: Container) -> int:
    """How often a container was read."""
    return sum(
        sample.container == container.id
        for change in told
        if isinstance(change, Sampled)
        for sample in change.containers
    )


def test_all_of_all_where_nobody_tells(sampling: Sampling) -> None:
    """A recording, another machine: every second, with the network."""
    told = sampling.rounds(10)
    assert (times(told, sampling.seen), times(told, sampling.unseen)) == (10, 10)
    newest = next(change for change in reversed(told) if isinstance(change, Sampled))
    assert [(one.cpu, one.memory, one.rx) for one in newest.containers] == [(0.0, 800, 0.0)] * 2


def test_what_nobody_looks_at_is_read_every_five_seconds(sampling: Sampling) -> None:
    """And its network never."""
    sampling.shared.measure(ShownFigures(frozenset({sampling.seen.id}), frozenset()))
    told = sampling.rounds(10)
    assert (times(told, sampling.seen), times(told, sampling.unseen)) == (10, 2)
    samples = [one for change in told if isinstance(change, Sampled) for one in change.containers]
    assert {one.rx for one in samples} == {None}
    assert samples[-1].cpu == 0.0
    sampling.shared.measure(ShownFigures(frozenset(), frozenset()))
    assert sum(isinstance(change, Sampled) for change in sampling.rounds(10)) == 2


def test_the_network_of_one(sampling: Sampling) -> None:
    """From its second reading on there is a rate."""
    sampling.shared.measure(ShownFigures(None, frozenset({sampling.seen.id})))
    newest = next(c for c in reversed(sampling.rounds(3)) if isinstance(c, Sampled))
    assert {one.container: one.rx for one in newest.containers} == {
        sampling.seen.id: 0.0,
        sampling.unseen.id: None,
    }


def test_processes_of_old_containers(sampling: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ten seconds where somebody looks, else every thirty; tables of sockets every thirty."""
    sampling.shared.measure(ShownFigures(frozenset({sampling.seen.id}), frozenset()))
    first = sampling.rounds(1)
    assert any(isinstance(change, ProcessesSeen) for change in first)
    read: list[tuple[int, bool]] = []
    process = procfs.process

    def counted(pid: int, container: str, proc: str, *, listening: bool) -> object:
        read.append((pid, listening))
        return process(pid, container, proc, listening=listening)

    monkeypatch.setattr(procfs, "process", counted)
    sampling.rounds(60)
    assert [pid for pid, _ in read].count(7) == 6
    assert [pid for pid, _ in read].count(8) == 2
    assert sum(listening for _, listening in read) == 4


def test_a_vanished_process_is_no_reading(sampling: Sampling, tmp_path: Path) -> None:
    """And the files of a container that is gone are closed."""
    sampling.rounds(1)
    for name in ("cpu.stat", "memory.current", "memory.stat"):
        (tmp_path / "sys" / "docker" / sampling.unseen.id / name).write_text("")
    (tmp_path / "proc" / "8" / "net" / "dev").write_text("")
    told = sampling.rounds(2)
    assert (times(told, sampling.seen), times(told, sampling.unseen)) == (2, 0)
    sampling.shared.apply(changes.ContainerGone(sampling.unseen.id))
    assert times(sampling.rounds(2), sampling.unseen) == 0


def test_readings_wake_nobody(sampling: Sampling) -> None:
    """Collectors sleep until a container, a project, or what is looked at changes."""
    bell = sampling.shared.bell()
    for change in sampling.rounds(5):
        sampling.shared.apply(change)
    assert not bell.is_set()
    sampling.shared.apply(changes.ContainerGone(sampling.unseen.id))
    assert bell.is_set()
    bell.clear()
    sampling.shared.measure(ShownFigures(frozenset()))
    assert bell.is_set()


def test_the_clock_that_is_turned_back(sampling: Sampling) -> None:
    """The file cache is read again, and nothing is negative."""
    sampling.rounds(1)
    sampling.collector._sample(sampling.shared.running(), 0.0)
    newest = sampling.told[-1]
    assert isinstance(newest, Sampled)
    assert [(one.cpu, one.memory) for one in newest.containers] == [(None, 800)] * 2
