"""What is seen of starting containers: counters and ports with their time, from a made-up /proc."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.facts import changes
from nebtui.facts.changes import Change, EventSeen
from nebtui.facts.declared import Service
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.startup import Start
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.shared import SharedState, StartupBarrier
from nebtui.hosts.starts.collector import StartCollector
from nebtui.hosts.starts.keeper import StartKeeper
from nebtui.hosts.starts.watched import WatchedStart
from nebtui.store import fold_all
from tests.builders import ENGINE, box, container, project

STARTED = 1000.0
SHOP = project("shop", Service("db", expose=(5432,)), Service("side", network_mode="service:db"))
HEAD = "  sl  local_address rem_address   st\n"
SNMP = "Tcp: AttemptFails OutRsts\nTcp: {failed} {refused}\n"


class Proc:
    """A /proc of one's own, and a clock moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at = STARTED

    def process(self, pid: int, identity: str) -> None:
        """A process of a container."""
        (self.folder / str(pid) / "net").mkdir(parents=True)
        (self.folder / str(pid) / "cgroup").write_text(f"0::/docker/{identity}\n")
        self.counts(pid, 0, 0)
        self.listens(pid)

    def counts(self, pid: int, refused: int, failed: int) -> None:
        text = SNMP.format(failed=failed, refused=refused)
        (self.folder / str(pid) / "net" / "snmp").write_text(text)

    def listens(self, pid: int, *ports: int) -> None:
        rows = "".join(f"   0: 00000000:{port:04X} 00000000:0000 0A\n" for port in ports)
        (self.folder / str(pid) / "net" / "tcp").write_text(HEAD + rows)

    @property
    def clock(self) -> MachineClock:
        return MachineClock(lambda: self.at, lambda: self.at)


def running(name: str, pid: int, mode: str = "shop_default") -> Container:
    """A container that was just started; its id is as long as an engine's."""
    made = container(f"shop/{name}")
    inspection = Inspection(pid=pid, started=STARTED, network_mode=mode)
    return replace(made, id=f"{name:0<64}", inspection=inspection)


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    return Proc(tmp_path)


class Looked:
    """A collector that looks when it is told to."""

    def __init__(self, proc: Proc, *containers: Container, local: bool = True) -> None:
        self.told: list[Change] = []
        self.proc = proc
        self.shared = SharedState()
        self.collector = StartCollector(
            StartKeeper(),
            self.shared,
            StartupBarrier(self.told.append, frozenset()),
            self._emit,
            proc=str(proc.folder),
            clock=proc.clock,
        )
        self.shared.apply(changes.EngineSeen(replace(ENGINE, local=local)))
        self.shared.apply(changes.ProjectSeen(SHOP))
        for one in containers:
            self.shared.apply(changes.ContainerSeen(one))

    def _emit(self, change: Change) -> None:
        self.told.append(change)
        self.shared.apply(change)

    def look(self, seconds: float) -> list[ContainerEvent]:
        """What is told by looks every tenth of a second for so long."""
        self.told.clear()
        for _ in range(round(seconds * 10)):
            self.proc.at += 0.1
            self.collector._look(self.proc.at)
        return [change.event for change in self.told if isinstance(change, EventSeen)]


def test_refused_connections_and_the_first_port_are_told_with_their_time(proc: Proc) -> None:
    """Counts come with the look before; what was refused before the port opened is told first."""
    db = running("db", 41)
    proc.process(41, db.id)
    looked = Looked(proc, db)
    assert looked.look(0.5) == []
    proc.counts(41, 3, 1)
    proc.listens(41, 5432)
    told = looked.look(1.0)
    assert [(e.action, e.count, e.ports) for e in told] == [
        ("refused", 3, ()),
        ("failed", 1, ()),
        ("listening", 0, (5432,)),
    ]
    opened = told[-1]
    assert opened.since is not None
    assert opened.at - opened.since <= 0.35
    assert looked.look(1.0) == []


def test_a_restart_begins_anew(proc: Proc) -> None:
    """Another process has another namespace: its counters are its own."""
    db = running("db", 41)
    proc.process(41, db.id)
    looked = Looked(proc, db)
    proc.counts(41, 5, 0)
    assert [e.count for e in looked.look(1.0)] == [5]
    proc.process(42, db.id)
    proc.counts(42, 2, 0)
    again = Inspection(pid=42, started=proc.at, network_mode="shop_default")
    looked.shared.apply(changes.ContainerSeen(replace(db, inspection=again)))
    assert [e.count for e in looked.look(1.0)] == [2]


def test_a_shared_namespace_counts_once_and_each_has_its_ports(proc: Proc) -> None:
    """The owner's expected port is its own, the rest is the borrower's; counters are the
    owner's."""
    db = running("db", 41)
    side = running("side", 43, f"container:{db.id}")
    for pid, one in ((41, db), (43, side)):
        proc.process(pid, one.id)
        proc.counts(pid, 4, 0)
        proc.listens(pid, 5432, 9000)
    told = Looked(proc, db, side).look(1.0)
    assert {(e.container, e.ports) for e in told if e.action == "listening"} == {
        (db.id, (5432,)),
        (side.id, (9000,)),
    }
    assert [(e.container, e.count) for e in told if e.action == "refused"] == [(db.id, 4)]


def test_a_borrower_that_is_not_there_yet_opens_no_port_of_the_owner(proc: Proc) -> None:
    """On a busy machine the port is open before the borrower's container is inspected."""
    db = running("db", 41)
    proc.process(41, db.id)
    proc.listens(41, 9000)
    looked = Looked(proc, db)
    assert looked.look(1.0) == []
    proc.listens(41, 5432, 9000)
    assert [e.ports for e in looked.look(1.0)] == [(5432,)]


@pytest.mark.parametrize(
    ("mode", "local", "owner"),
    [("host", True, "db"), ("shop_default", False, "db"), ("shop_default", True, "other")],
    ids=["host network", "another machine", "another process"],
)
def test_what_tells_nothing_is_not_looked_at(
    proc: Proc, mode: str, local: bool, owner: str
) -> None:
    """The host's own counters, an engine elsewhere, a pid that belongs to somebody else."""
    db = running("db", 41, mode)
    proc.process(41, f"{owner:0<64}")
    proc.counts(41, 9, 9)
    proc.listens(41, 5432)
    assert Looked(proc, db, local=local).look(1.0) == []


def test_an_old_container_is_left_alone(proc: Proc) -> None:
    """What started long before costs nothing, and no moment is made up for it."""
    db = running("db", 41)
    proc.process(41, db.id)
    proc.listens(41, 5432)
    proc.at = STARTED + 300
    assert Looked(proc, db).look(1.0) == []


def test_who_is_expected_to_listen_on_nothing_is_watched_for_a_minute(proc: Proc) -> None:
    """A hundred sleepers cost nothing afterwards; one whose port is awaited is looked at for
    longer."""
    db, idle = running("db", 41), running("idle", 42)
    for pid, one in ((41, db), (42, idle)):
        proc.process(pid, one.id)
    looked = Looked(proc, db, idle)
    looked.look(0.1)
    assert set(looked.collector._watched) == {db.id, idle.id}
    proc.at = STARTED + 61
    looked.look(0.1)
    assert set(looked.collector._watched) == {db.id}
    proc.listens(41, 5432)
    looked.look(3.0)
    assert looked.collector._watched == {}


def test_counts_are_told_every_half_second() -> None:
    """A storm is some events a second, and none of it is lost."""
    watched = WatchedStart("c", 1, 0.0, frozenset())
    told = [
        event
        for n in range(1, 101)
        for event in watched.count({"OutRsts": n, "AttemptFails": 0}, n / 10)
    ]
    told += watched.tell()
    assert sum(event.count for event in told) == 100
    assert len(told) <= 21


class Memory:
    """Starts kept in a list."""

    def __init__(self, *starts: Start) -> None:
        self.starts = list(starts)
        self.machine = ""

    def of(self, machine: str) -> None:
        self.machine = machine

    def recall(self, project: object) -> Iterator[Start]:
        return (start for start in self.starts if start.project == project)

    def learn(self, start: Start) -> None:
        self.starts.append(start)

    def close(self) -> None:
        self.starts.clear()


def events(name: str, *told: tuple[float, str]) -> list[Change]:
    """Events of a container, some seconds after the begin."""
    return [
        EventSeen(ContainerEvent(STARTED + second, f"{name:0<64}", action))
        for second, action in told
    ]


def test_a_start_is_kept_once_when_it_is_over(tmp_path: Path) -> None:
    """While it goes on it is pending; then it is learned and told, and not again."""
    memory = Memory()
    keeper = StartKeeper(memory)
    facts = (running("db", 41), running("side", 43))
    snapshot = box(SHOP, *facts, *events("db", (0, "start")), *events("side", (1, "start")))
    assert list(keeper.look(snapshot, STARTED + 2)) == []
    assert keeper.pending
    told = list(keeper.look(snapshot, STARTED + 30))
    assert not keeper.pending
    assert [type(change) for change in told] == [changes.StartsRecalled]
    assert [start.settled for start in memory.starts] == [STARTED + 1]
    after = fold_all(snapshot, told)
    assert list(keeper.look(after, STARTED + 60)) == []
    assert list(StartKeeper(memory).look(snapshot, STARTED + 60)) == told


def test_a_start_that_was_cut_short_is_kept_if_it_raced(tmp_path: Path) -> None:
    """Its containers were made anew before it was over: what was seen of the race stays."""
    refused = ContainerEvent(STARTED + 1.5, f"{'db':0<64}", "refused", count=3, since=STARTED + 1.2)
    failed = replace(refused, container=f"{'app':0<64}", action="failed")
    shop = project(
        "shop", Service("db"), Service("app", environment={"DB": "tcp://db:5432"}), Service("side")
    )
    raced = box(
        shop,
        running("db", 41),
        running("app", 43),
        changes.ProcessesSeen(()),
        *events("db", (0, "start")),
        *events("app", (1, "start")),
        EventSeen(refused),
        EventSeen(failed),
        EventSeen(
            ContainerEvent(
                STARTED + 3, f"{'db':0<64}", "listening", ports=(5432,), since=STARTED + 2.9
            )
        ),
    )
    keeper = StartKeeper(Memory())
    assert list(keeper.look(raced, STARTED + 4)) == []
    later = [
        replace(running(name, 50), id=f"{name}2".ljust(64, "0"), created=STARTED + 100)
        for name in ("db", "app")
    ]
    begun = [EventSeen(ContainerEvent(STARTED + 101, one.id, "start")) for one in later]
    again = box(shop, *later, *begun)
    (told,) = keeper.look(again, STARTED + 102)
    assert isinstance(told, changes.StartsRecalled)
    assert [len(start.races) for start in told.starts] == [1]
