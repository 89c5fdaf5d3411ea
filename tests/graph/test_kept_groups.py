"""Groups that are kept from picture to picture are those that would be made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.action import Stop
from nebtui.analysis.services import keys_of
from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.hosts.simulated import SimulatedHost
from nebtui.store import fold
from tests.builders import at, box, container, project, waits
from tests.clock import HandClock

STEPS = 1500
DB, APP = Service("db", ports=(), expose=(5432,)), Service("app", depends_on=waits("db"))
BOX = box(
    project("one", DB, APP),
    project("two", DB, APP),
    *(container(f"{name}/{service}") for name in ("one", "two") for service in ("db", "app")),
)
IDS = sorted(BOX.containers)
SEEN = st.builds(
    lambda which, state, health: changes.ContainerSeen(
        replace(BOX.containers[which], state=state, health=health)
    ),
    st.sampled_from(IDS),
    st.sampled_from(["running", "exited", "restarting", "created", "paused"]),
    st.sampled_from(["", "healthy", "starting", "unhealthy"]),
)
GONE = st.builds(changes.ContainerGone, st.sampled_from(IDS))
TOLD = st.dictionaries(
    st.sampled_from([at("one/db"), at("two/app")]), st.sampled_from(["slow", "races"])
)


def fresh(snapshot: Snapshot) -> Snapshot:
    """The same picture, with nothing kept of what was derived before."""
    return replace(snapshot, _memo={})


def demo_changes(host: SimulatedHost, clock: HandClock) -> Iterator[Change]:
    """What happens on the demo box; the clock goes on before anybody waits for it."""
    for change in islice(host.changes(), STEPS):
        clock.advance(1.0)
        yield change
    host.close()


def test_on_the_demo_box(tmp_path: Path) -> None:
    """Over minutes in which it starts, races, restarts and is stopped service by service."""
    clock = HandClock()
    host = SimulatedHost(folder=str(tmp_path), clock=clock)
    snapshot, compared = Snapshot(), 0
    stopped: set[ServiceKey] = set()
    for change in demo_changes(host, clock):
        before, snapshot = snapshot, fold(snapshot, change)
        if snapshot.generation != before.generation:
            compared += 1
            assert graph_model(snapshot) == graph_model(fresh(snapshot))
        if snapshot.settled and compared % 20 == 0:
            left = [key for key in keys_of(snapshot, None) if key not in stopped]
            for key in left[:1]:
                stopped.add(key)
                list(host.do(Stop(key.project, (key.service,))))
    assert compared > 100
    assert len(stopped) > 5


@settings(max_examples=200)
@given(st.lists(st.tuples(SEEN | GONE, TOLD, TOLD), max_size=8))
def test_whatever_happens(
    happened: list[tuple[Change, dict[ServiceKey, str], dict[ServiceKey, str]]],
) -> None:
    """Any containers, and anything told of their services."""
    snapshot = fresh(BOX)
    for change, notes, alerts in happened:
        snapshot = fold(snapshot, change)
        kept = graph_model(snapshot, (), notes, alerts)
        assert kept == graph_model(fresh(snapshot), (), notes, alerts)


def test_one_event_makes_one_group() -> None:
    """The other project's group is the very same object."""
    snapshot = fresh(BOX)
    before = graph_model(snapshot)
    gone = changes.ContainerGone(snapshot.containers_of(at("two/app"))[0].id)
    after = graph_model(fold(snapshot, gone))
    assert after.groups[0] is before.groups[0]
    assert after.groups[1] != before.groups[1]
