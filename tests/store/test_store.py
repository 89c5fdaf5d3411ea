"""From changes to snapshots: what each change does, what it leaves alone, and when listeners hear
of it."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, get_args

import pytest

from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.event import ContainerEvent
from nebtui.facts.gpu import GpuAccess, GpuStack
from nebtui.facts.observed import Engine, HostPath, Image, Inspection, Network
from nebtui.facts.process import Process
from nebtui.facts.samples import ContainerSample, GpuSample, ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start
from nebtui.facts.swarm import Swarm, SwarmService
from nebtui.store import HISTORY, SAMPLE_TICK, STATE_TICK, Store, fold, fold_all, settle
from tests.builders import ENGINE, at, container, project
from tests.fakes import FakeHost

WEB = container("shop/web")
SHOP = project("shop")
PROCESS = Process(WEB.id, 7, 1000, 1000, listening=(80,), refused=1, failed=2)
FULL = fold_all(
    Snapshot(),
    (
        changes.EngineSeen(ENGINE),
        changes.ContainersListed((WEB,)),
        changes.NetworksListed((Network("1", "shop_default"),)),
        changes.ImageSeen(Image("sha256:1", ("web:1",))),
        changes.ProjectSeen(SHOP),
        changes.PathsSeen((HostPath("/data", True),)),
        changes.HostPortsSeen((80,), (11434,)),
        changes.ProcessesSeen((PROCESS,)),
        changes.Sampled(1.0, (ContainerSample(WEB.id, 1.0, cpu=5.0),), (GpuSample(0, "gpu", 1.0),)),
        changes.Sampled(2.0, throughput=(ThroughputSample(WEB.id, 2.0, 12.5),)),
        changes.EventSeen(ContainerEvent(1.0, WEB.id, "start")),
        changes.Settled(),
    ),
)
"""A snapshot with something in every branch."""

NEWS: tuple[tuple[Change, set[str]], ...] = (
    (changes.EngineSeen(replace(ENGINE, version="27")), {"engine"}),
    (changes.EngineLost("gone"), {"engine_problem"}),
    (changes.EngineLost("gone", at=5.0), {"engine_problem", "stale_since"}),
    (changes.CollectorFailed("GpuCollector", "why"), {"failures"}),
    (changes.ContainersListed((replace(WEB, health="healthy"),)), {"containers"}),
    (
        changes.ContainersListed(()),
        {"containers", "samples", "cpu_trends", "processes", "throughput", "histories"},
    ),
    (changes.ContainerSeen(replace(WEB, health="healthy")), {"containers"}),
    (changes.ContainerSeen(replace(WEB, state="exited")), {"containers", "processes"}),
    (
        changes.ContainerGone(WEB.id),
        {"containers", "samples", "cpu_trends", "processes", "throughput", "histories"},
    ),
    (changes.NetworksListed(()), {"networks"}),
    (changes.SwarmSeen(Swarm((SwarmService("1", "shop_web"),))), {"swarm"}),
    (changes.ImageSeen(Image("sha256:2", ("db:1",))), {"images"}),
    (changes.ProjectSeen(project("other")), {"projects"}),
    (changes.ProjectGone(SHOP.key), {"projects"}),
    (changes.PathsSeen((HostPath("/data", False),)), {"paths"}),
    (changes.HostPortsSeen((), (80,)), {"host_ports"}),
    (changes.ProcessesSeen((replace(PROCESS, uid=0),)), {"processes"}),
    (
        changes.Sampled(3.0, (ContainerSample(WEB.id, 3.0),)),
        {"samples", "cpu_trends", "gpus", "gpu_loads", "throughput"},
    ),
    (changes.GpuStackSeen(GpuStack(present=True, driver="550.54.15")), {"gpu_stack"}),
    (changes.GpuAccessSeen((GpuAccess(WEB.id, ("/dev/nvidia0",)),)), {"gpu_access"}),
    (changes.EventSeen(ContainerEvent(2.0, WEB.id, "die")), {"histories"}),
    (changes.StartsRecalled(SHOP.key, (Start(SHOP.key, 1.0),)), {"starts"}),
    (changes.HistorySeen(WEB.id, (ContainerEvent(3.0, WEB.id, "die"),)), {"histories"}),
    (changes.Rewound(), {f.name for f in fields(Snapshot)}),
)


@pytest.mark.parametrize(("change", "touched"), NEWS, ids=lambda v: type(v).__name__)
def test_only_the_touched_branches_are_new(change: Change, touched: set[str]) -> None:
    """A change rebuilds its own branches and shares every other one with the snapshot before."""
    after = fold(FULL, change)
    assert after is not FULL
    kept = {f.name for f in fields(Snapshot)} - {"generation"} - touched
    assert [name for name in kept if getattr(after, name) is not getattr(FULL, name)] == []
    assert after != replace(FULL, generation=after.generation)


def test_every_change_is_folded() -> None:
    """Each kind of change a host may yield is tried here, and anything else is refused."""
    tried = {type(change) for change, _ in NEWS} | {changes.Settled}
    assert tried == set(get_args(changes.Change))
    wrong: Any = "something"
    with pytest.raises(TypeError, match="not a change"):
        fold(FULL, wrong)


@pytest.mark.parametrize(
    "change",
    [
        changes.ContainerSeen(WEB),
        changes.ContainerGone("unknown"),
        changes.ImageSeen(Image("sha256:1", ("web:1",))),
        changes.ProjectSeen(project("shop")),
        changes.PathsSeen((HostPath("/data", True),)),
        changes.ProcessesSeen((PROCESS,)),
        changes.Settled(),
    ],
    ids=lambda v: type(v).__name__,
)
def test_nothing_new_gives_the_same_object(change: Change) -> None:
    """A change that says what is known already gives the very same snapshot, so nobody repaints."""
    assert fold(FULL, change) is FULL


def test_an_engine_lost_twice_is_told_once_and_its_facts_stay() -> None:
    """Losing the engine keeps what was known, marked by the reason; the same reason again is no
    news."""
    lost = fold(FULL, changes.EngineLost("gone"))
    assert (lost.engine, lost.engine_problem, lost.containers) == (ENGINE, "gone", FULL.containers)
    assert fold(lost, changes.EngineLost("gone")) is lost
    assert fold(lost, changes.EngineSeen(ENGINE)).engine_problem == ""


def test_the_generation_counts_state_and_not_readings() -> None:
    """Readings and moving counters leave the generation; anything rules can read moves it by
    one."""
    assert fold(FULL, changes.Sampled(9.0)).generation == FULL.generation
    counted = fold(FULL, changes.ProcessesSeen((replace(PROCESS, refused=50, failed=60),)))
    assert counted.processes[WEB.id].refused == 50
    assert counted.generation == FULL.generation
    for telling in (
        replace(PROCESS, listening=(81,)),
        replace(PROCESS, uid=0),
        Process("new", 8, 0, 0),
    ):
        assert fold(FULL, changes.ProcessesSeen((telling,))).generation == FULL.generation + 1
    assert (
        fold(FULL, changes.ContainerSeen(replace(WEB, state="exited"))).generation
        == FULL.generation + 1
    )


def test_the_process_of_a_stopped_container_is_dropped() -> None:
    """Once a container does not run, nothing is said from its old process."""
    for state in ("exited", "restarting", "dead", "created"):
        assert WEB.id not in fold(FULL, changes.ContainerSeen(replace(WEB, state=state))).processes
    assert WEB.id in fold(FULL, changes.ContainerSeen(replace(WEB, health="healthy"))).processes
    assert WEB.id in fold(FULL, changes.ContainerSeen(replace(WEB, state="paused"))).processes


def test_a_new_list_keeps_inspections_of_the_same_state() -> None:
    """The list answer has no inspection: the known one stays while the state is the same, and goes
    with it."""
    known = replace(WEB, inspection=Inspection(pid=7))
    snapshot = fold(FULL, changes.ContainerSeen(known))
    assert fold(snapshot, changes.ContainersListed((WEB,))).containers[
        WEB.id
    ].inspection == Inspection(pid=7)
    stopped = replace(WEB, state="exited")
    assert (
        fold(snapshot, changes.ContainersListed((stopped,))).containers[WEB.id].inspection is None
    )


def test_a_list_without_a_container_forgets_its_process() -> None:
    """A container that a new list does not have any more, or has stopped, leaves no process
    behind."""
    gone = fold(FULL, changes.ContainersListed(()))
    assert (gone.containers, gone.processes, gone.samples, gone.histories, gone.throughput) == (
        {},
        {},
        {},
        {},
        {},
    )
    stopped = fold(FULL, changes.ContainersListed((replace(WEB, state="exited"),)))
    assert WEB.id not in stopped.processes


def test_histories_are_bounded() -> None:
    """Of a container that restarts for days only the newest events are kept, in order."""
    snapshot = fold_all(
        Snapshot(),
        (changes.EventSeen(ContainerEvent(float(n), "c", "die")) for n in range(HISTORY + 9)),
    )
    assert [h.at for h in snapshot.histories["c"]] == [float(n) for n in range(9, HISTORY + 9)]


def test_images_are_found_by_id_and_by_name_and_projects_stand_in_order() -> None:
    """An image answers to its id and each of its names; projects are kept by key, whenever they
    were found."""
    assert FULL.images["web:1"] is FULL.images["sha256:1"]
    later = fold(FULL, changes.ProjectSeen(project("apple")))
    assert [key.name for key in later.projects] == ["apple", "shop"]


def test_one_off_runs_are_no_replicas() -> None:
    """Containers of `compose run` do not count as the service's; replicas come by number."""
    many = (
        container("shop/web", number=2),
        WEB,
        replace(container("shop/web", number=3), one_off=True),
        replace(container("shop/web", number=4), working_dir="/elsewhere"),
    )
    snapshot = fold(FULL, changes.ContainersListed(many))
    assert [c.number for c in snapshot.containers_of(at("shop/web"))] == [1, 2]


class FedHost(FakeHost):
    """A host whose changes a test feeds by hand; None ends it."""

    def __init__(self) -> None:
        super().__init__(Snapshot())
        self.feed: queue.SimpleQueue[Change | None] = queue.SimpleQueue()

    def changes(self) -> Iterator[Change]:
        return iter(self.feed.get, None)


def heard(host: FedHost) -> tuple[Store, queue.SimpleQueue[tuple[float, Snapshot]]]:
    """A started store, and what its listener hears with the time."""
    told: queue.SimpleQueue[tuple[float, Snapshot]] = queue.SimpleQueue()
    store = Store(host, lambda snapshot: told.put((time.monotonic(), snapshot)))
    store.start()
    return store, told


def test_the_first_change_is_told_at_once_and_a_storm_is_joined() -> None:
    """The leading edge comes before a tick has passed; hundreds of changes after it give few, the
    last one whole."""
    host = FedHost()
    store, told = heard(host)
    began = time.monotonic()
    host.feed.put(changes.EngineSeen(Engine("0", "1", "1", "x")))
    at_once, first = told.get(timeout=5)
    assert first.engine is not None
    assert at_once - began < SAMPLE_TICK / 2
    for n in range(500):
        host.feed.put(changes.EngineSeen(Engine(str(n), "1", "1", "x")))
    times = [at_once]
    newest = first
    while newest.engine is None or newest.engine.name != "499":
        moment, newest = told.get(timeout=5)
        times.append(moment)
    assert len(times) < 100
    assert min(later - before for before, later in itertools.pairwise(times)) >= STATE_TICK * 0.9
    assert store.snapshot is newest
    store.close()


def test_readings_wait_for_their_second_and_a_state_change_does_not() -> None:
    """After a publication readings alone are held back, a state change at once takes them along."""
    host = FedHost()
    store, told = heard(host)
    host.feed.put(changes.EngineSeen(ENGINE))
    first, _ = told.get(timeout=5)
    host.feed.put(changes.Sampled(1.0, (ContainerSample("c", 1.0, cpu=1.0),)))
    second, snapshot = told.get(timeout=5)
    assert snapshot.samples["c"].cpu == 1.0
    assert second - first >= SAMPLE_TICK * 0.9
    host.feed.put(changes.Sampled(2.0, (ContainerSample("c", 2.0, cpu=2.0),)))
    host.feed.put(changes.EngineLost("gone"))
    third, snapshot = told.get(timeout=5)
    while not snapshot.engine_problem:
        third, snapshot = told.get(timeout=5)
    assert third - second < SAMPLE_TICK * 0.9
    assert snapshot.samples["c"].cpu == 2.0
    store.close()


def test_a_closed_store_tells_nothing_and_its_threads_end() -> None:
    """After close no listener is called, and the publishing thread is gone."""
    host = FedHost()
    before = set(threading.enumerate())
    store, told = heard(host)
    mine = set(threading.enumerate()) - before
    store.close()
    host.feed.put(changes.EngineSeen(ENGINE))
    for thread in mine:
        thread.join(5)
    assert not any(thread.is_alive() for thread in mine)
    assert told.empty()


def test_settle_reads_until_the_first_complete_picture() -> None:
    """Front ends without a screen get everything up to Settled, and the host stays open."""
    host = FedHost()
    for change in (changes.EngineSeen(ENGINE), changes.Settled(), changes.EngineLost("later")):
        host.feed.put(change)
    snapshot = settle(host)
    assert (snapshot.settled, snapshot.engine_problem, host.closed) == (True, "", False)


def test_settle_does_not_wait_for_ever() -> None:
    """A host that goes on without settling is read no longer than the timeout allows."""
    host = FedHost()
    for _ in range(3):
        host.feed.put(changes.EngineSeen(ENGINE))
    snapshot = settle(host, timeout=0.05)
    assert not snapshot.settled
    assert "incomplete" in snapshot.failures["first look"]


def test_a_device_that_is_gone_leaves_no_row() -> None:
    """A round of devices is all of them; a round of other readings says nothing of devices."""
    two = fold_all(
        Snapshot(),
        [changes.Sampled(1.0, gpus=(GpuSample(0, "a", 1.0, 50), GpuSample(1, "b", 1.0, 60)))],
    )
    assert fold(two, changes.Sampled(2.0)).gpus == two.gpus
    one = fold(two, changes.Sampled(2.0, gpus=(GpuSample(0, "a", 2.0, 51),)))
    assert list(one.gpus) == [0]
    assert dict(one.gpu_loads) == {0: (50, 51)}
    assert not fold(one, changes.Sampled(3.0, gpus=())).gpus


def counted(at: float, action: str, count: int) -> changes.EventSeen:
    """Connections of one container between a tenth of a second ago and now."""
    return changes.EventSeen(ContainerEvent(at, "c", action, count=count, since=at - 0.1))


def test_a_storm_of_refused_connections_is_an_event_a_second() -> None:
    """Counts of the same second are added up; those of another run, action or second are not."""
    snapshot = fold_all(
        Snapshot(),
        [
            *(counted(n / 10, "refused", 2) for n in range(1, 11)),
            counted(1.0, "failed", 1),
            counted(2.5, "refused", 1),
            changes.EventSeen(ContainerEvent(2.6, "c", "die")),
            counted(2.7, "refused", 5),
        ],
    )
    told = [(e.action, e.count) for e in snapshot.histories["c"]]
    assert told == [("refused", 20), ("failed", 1), ("refused", 1), ("die", 0), ("refused", 5)]


def test_events_stand_in_the_order_of_time() -> None:
    """The kernel is looked at while an event of the engine is on its way; what is told twice is
    kept once."""
    events = [ContainerEvent(n, "c", "start") for n in (1.0, 3.0, 2.0, 3.0)]
    snapshot = fold_all(Snapshot(), [changes.EventSeen(event) for event in events])
    assert [event.at for event in snapshot.histories["c"]] == [1.0, 2.0, 3.0]


def test_a_port_that_begins_to_listen_is_a_fact_of_its_process() -> None:
    """The row shows it at once, whenever the next look at all ports is."""
    opened = changes.EventSeen(ContainerEvent(2.0, WEB.id, "listening", ports=(8081,), since=1.9))
    after = fold(FULL, opened)
    assert 8081 in (after.processes[WEB.id].listening or ())


def test_nobody_sees_a_rewound_box_half_built() -> None:
    """After `Rewound` the old picture stays until the new one is settled."""
    host = FedHost()
    host.feed.put(changes.ContainersListed((WEB,)))
    host.feed.put(changes.Settled())
    store, told = heard(host)
    while not store.snapshot.settled:
        told.get(timeout=5)
    full = store.snapshot
    host.feed.put(changes.Rewound())
    host.feed.put(changes.ContainersListed((WEB, replace(WEB, id="other"))))
    assert store.snapshot is full
    host.feed.put(changes.Settled())
    while store.snapshot is full:
        told.get(timeout=5)
    assert set(store.snapshot.containers) == {WEB.id, "other"}
    assert store.snapshot.generation > full.generation
    store.close()


def test_a_trend_stays_until_the_next_one() -> None:
    """It is told once a minute; readings in between have none."""
    told = [
        ThroughputSample(WEB.id, 1.0, trend=(5.0, None)),
        ThroughputSample(WEB.id, 2.0, 7.0),
        ThroughputSample(WEB.id, 61.0, trend=(5.0, None, 7.0)),
    ]
    seen = []
    snapshot = FULL
    for one in told:
        snapshot = fold(snapshot, changes.Sampled(one.at, throughput=(one,)))
        seen.append(snapshot.throughput[WEB.id])
    assert [one.trend for one in seen] == [(5.0, None), (5.0, None), (5.0, None, 7.0)]
    assert [one.tokens_per_second for one in seen] == [None, 7.0, None]
