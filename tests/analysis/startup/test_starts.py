"""What events tell of a start: runs, gates, races, whether it is over, what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nebtui.analysis.startup.compare import compare
from nebtui.analysis.startup.recent import joined, starts
from nebtui.analysis.startup.words import changes as sentences
from nebtui.analysis.startup.words import headline, outcome, race_sentence, waits_sentence
from nebtui.facts.changes import Change, EventSeen, ProcessesSeen, StartsRecalled
from nebtui.facts.declared import Service
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start
from tests.builders import at, box, container, project, waits

BEGAN = 1_000.0
SHOP = project(
    "shop",
    Service("db", expose=(5432,)),
    Service("app", depends_on=waits("db"), environment={"DB": "tcp://db:5432"}),
)
GATED = project(
    "shop",
    Service("db", expose=(5432,)),
    Service("app", depends_on=waits("db", condition="service_healthy")),
)


def one(name: str, state: str = "running", **more: Any) -> Container:
    """A container created at the begin, with an inspection."""
    inspection = more.pop("inspection", Inspection(pid=7, network_mode="shop_default"))
    basics = {"created": BEGAN, "inspection": inspection}
    return container(f"shop/{name}", state, "shop_default", **{**basics, **more})


def happened(name: str, *events: tuple[Any, ...]) -> list[Change]:
    """Events of a container: (seconds, action), then `code`, a count or ports as they fit."""
    result: list[Change] = []
    for second, action, *rest in events:
        more: dict[str, Any] = {}
        if action == "die":
            more["exit_code"] = rest[0]
        elif action == "listening":
            more = {"ports": tuple(rest), "since": BEGAN + second - 0.1}
        elif action in ("refused", "failed"):
            more = {"count": rest[0], "since": BEGAN + second - 0.1}
        event = ContainerEvent(BEGAN + second, f"shop-{name}-1", action, **more)
        result.append(EventSeen(event))
    return result


def last(snapshot: Snapshot, now: float = 60.0) -> Start:
    """The newest start of the shop, `now` seconds after the begin."""
    return starts(snapshot, at("shop/db").project, BEGAN + now)[-1]


DB = happened("db", (0.2, "start"), (1.0, "refused", 4), (3.2, "listening", 5432))
APP = happened("app", (0.7, "start"), (1.0, "failed", 4))
RACED = box(SHOP, one("db"), one("app"), *DB, *APP)


def test_a_race_has_its_gap_and_its_refused_connections() -> None:
    """The gap runs from the later of both starts to the target's first listening."""
    start = last(RACED)
    assert start.began == BEGAN
    (race,) = start.races
    assert (str(race.dependent), str(race.target)) == ("shop/app", "shop/db")
    assert race.gap == pytest.approx(2.5)
    assert (race.refused, race.exits, race.shared) == (4, 0, False)
    assert race_sentence(race) == (
        "shop/app raced shop/db: there 2.5 s before it listened; 4 connections refused"
    )
    assert headline(start) == "shop started in 3.2 s · 1 race"


def test_a_start_that_was_not_seen_in_full_is_not_called_free_of_races() -> None:
    """A begin before nebtui was opened leaves races unknown, not absent."""
    start = replace(last(RACED), races=())
    assert headline(start).endswith("no race seen")
    assert headline(replace(start, missing=("began before nebtui",))).endswith(
        "races were not watched in all of it"
    )


def test_the_port_that_counts_is_one_it_is_expected_to_have() -> None:
    """Another port of the target that opened before the dependent began ends no gap."""
    bare = project("shop", Service("db", expose=(5432,)), Service("app", depends_on=waits("db")))
    early = happened("db", (0.5, "listening", 9000))
    snapshot = box(bare, one("db"), one("app"), *DB[:1], *early, *DB[1:], *APP)
    assert [race.gap for race in last(snapshot).races] == [pytest.approx(2.5)]


@pytest.mark.parametrize(
    ("db", "app"),
    [
        # It was early, and patient: nobody was refused.
        (happened("db", (0.2, "start"), (3.2, "listening", 5432)), happened("app", (0.7, "start"))),
        # Its own health test was refused, and somebody outside knocked: the dependent did not.
        (DB, happened("app", (0.7, "start"))),
        # The target listened before the dependent began.
        (DB, happened("app", (3.7, "start"), (5.0, "failed", 3))),
        # It dies for another reason, before and after.
        (
            happened("db", (0.2, "start"), (3.2, "listening", 5432)),
            happened("app", (0.7, "start"), (0.9, "die", 1), (4.0, "start"), (4.2, "die", 1)),
        ),
    ],
    ids=["patient", "others", "late", "broken"],
)
def test_what_only_looks_like_a_race_is_none(db: list[Change], app: list[Change]) -> None:
    """Refusals of others, a late dependent and one that is broken anyway are no race."""
    assert last(box(SHOP, one("db"), one("app"), *db, *app)).races == ()


def test_a_dependent_that_dies_too_fast_to_be_looked_at_is_told_by_its_exits() -> None:
    """No counter of it was ever read; it died until the target listened, and not after."""
    died = happened(
        "app", (0.7, "start"), (0.73, "die", 1), (1.5, "start"), (1.53, "die", 1), (4.0, "start")
    )
    quiet = happened("db", (0.2, "start"), (3.2, "listening", 5432))
    (race,) = last(box(SHOP, one("db"), one("app"), *quiet, *died)).races
    assert (race.refused, race.exits) == (0, 2)


def test_a_gate_holds_its_bar_until_the_target_is_healthy() -> None:
    """The dependent waits for the moment at which its condition holds."""
    db = happened("db", (0.2, "start"), (3.2, "listening", 5432), (4.0, "health_status: healthy"))
    start = last(
        box(GATED, one("db", health="healthy"), one("app"), *db, *happened("app", (4.5, "start")))
    )
    app = next(bar for bar in start.bars if bar.service == "app")
    assert [(w.on, w.until) for w in app.waits] == [("db", BEGAN + 4.0)]
    assert waits_sentence(start, app) == "app waited for db (healthy 4.0 s)"
    assert start.races == ()


@pytest.mark.parametrize(
    ("facts", "now", "settled"),
    [
        ((one("db", health="starting"), one("app")), 20.0, None),
        ((one("db", health="healthy"), one("app")), 5.0, None),
        ((one("db", health="healthy"), one("app")), 11.0, 3.2),
        ((one("db"), one("app", "created")), 20.0, None),
        ((one("db"), one("app", "created", inspection=Inspection(error="no GPU"))), 20.0, 3.2),
        ((one("db", health="starting"), one("app")), 1000.0, 900.0),
    ],
    ids=["tested", "young", "quiet", "held", "failed", "too long"],
)
def test_a_start_is_over_when_nothing_is_left_to_come(
    facts: tuple[Container, ...], now: float, settled: float | None
) -> None:
    """Ready, failed, or unchanged for ten seconds; a container that a gate holds keeps it open."""
    held = facts[1].state == "created"
    snapshot = box(GATED, *facts, *DB, *([] if held else happened("app", (0.7, "start"))))
    start = last(snapshot, now)
    took = None if start.settled is None else start.settled - BEGAN
    assert took == (settled if settled is None else pytest.approx(settled))


def test_a_crash_loop_is_named_and_its_start_keeps_its_length() -> None:
    """Each further exit is news, and none of it changes when the start was over; the pauses of the
    engine grow beyond the ten seconds after which others count as up. One that was told to stop
    has not failed."""
    loop = [(float(n), what, 1) for n in (0, 3, 9, 20, 45, 80, 140) for what in ("start", "die")]
    looping = box(
        SHOP, one("db", health="healthy"), one("app", "restarting"), *DB, *happened("app", *loop)
    )
    told = {headline(last(looping, now)) for now in (65.0, 79.0, 95.0, 139.0, 155.0)}
    assert told == {"shop started in 60.0 s, without app · 1 race"}
    ended = happened("app", (0.0, "start"), (30.0, "die", 143))
    stopped = box(SHOP, one("db", health="healthy"), one("app", "exited"), *DB, *ended)
    assert "without" not in headline(last(stopped, 90.0))


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (((0.7, "start"), (20.0, "oom"), (20.1, "die", 137)), "20.1 s, without app"),
        (((0.7, "start"), (120.0, "die", 1)), "120.0 s, without app"),
        (((0.7, "start"), (5.0, "health_status: healthy"), (3600.0, "die", 1)), "5.0 s"),
        (((0.7, "start"), (3600.0, "die", 1)), "3.2 s"),
    ],
    ids=["out of memory", "while it loads", "healthy before", "long after"],
)
def test_who_died_after_it_had_come_up_was_there(events: tuple[Any, ...], told: str) -> None:
    """The kernel asks nobody to stop. What was healthy, or ran for a quarter of an hour, took part
    in the start, and its end an hour later makes that no longer."""
    box_of_two = box(
        SHOP, one("db", health="healthy"), one("app", "exited"), *DB, *happened("app", *events)
    )
    assert headline(last(box_of_two, 3700.0)).partition(" · ")[0] == f"shop started in {told}"


def test_a_crash_loop_ends_a_start_after_a_minute() -> None:
    """What has died three times and did not come up by then has failed; its last exit is told."""
    loop = [(float(n), what, 1) for n in range(0, 72, 3) for what in ("start", "die")]
    snapshot = box(
        SHOP, one("db", health="healthy"), one("app", "restarting"), *DB, *happened("app", *loop)
    )
    start = last(snapshot, 71.0)
    assert start.settled == BEGAN + 60.0
    app = next(bar for bar in start.bars if bar.service == "app")
    assert outcome(start, app) == ("exit 1 at 69.0 s, ×24", "bad")


def test_a_restart_of_one_service_is_no_start_of_the_project() -> None:
    """An hour later one of two was recreated: the start is still the first one."""
    later = replace(one("app"), created=BEGAN + 3600, id="shop-app-2")
    begun = EventSeen(ContainerEvent(BEGAN + 3600.5, "shop-app-2", "start"))
    snapshot = box(SHOP, one("db"), one("app"), later, *DB, *APP, begun)
    start = last(snapshot, 3700.0)
    assert start.began == BEGAN
    assert [bar.container for bar in start.bars] == ["shop-db-1", "shop-app-1"]


def test_a_start_before_nebtui_is_told_as_far_as_it_was_seen() -> None:
    """Its container's inspection gives the start; when its port opened nobody saw."""
    inspection = Inspection(pid=7, started=BEGAN + 0.5)
    process = ProcessesSeen((Process("shop-db-1", 7, 0, 0, listening=(5432,)),))
    opened = EventSeen(
        ContainerEvent(BEGAN + 30, "shop-db-1", "listening", ports=(5432,), since=BEGAN + 0.5)
    )
    single = project("shop", Service("db"))
    start = last(box(single, one("db", inspection=inspection), process, opened))
    (bar,) = start.bars
    assert (bar.started, bar.listening) == (BEGAN + 0.5, None)
    assert start.missing == ("When db began to listen was not seen: nebtui was not open yet.",)


def test_kept_starts_come_before_the_last_one() -> None:
    """The last one replaces its own record, unless less of it was seen now."""
    whole = last(RACED)
    before = replace(whole, began=BEGAN - 500.0)
    recalled = StartsRecalled(whole.project, (before, whole))
    again = box(SHOP, one("db"), one("app"), recalled, *DB, *APP)
    assert [s.began for s in starts(again, whole.project, BEGAN + 60)] == [before.began, BEGAN]
    unseen = box(SHOP, one("db"), one("app"), recalled, *happened("db", (0.2, "start")), *APP)
    assert last(unseen).races == whole.races


def test_two_starts_are_compared() -> None:
    """What became slower, and which race is gone."""
    before = last(RACED)
    gone = happened("db", (0.2, "start"), (1.2, "listening", 5432))
    after = last(box(SHOP, one("db"), one("app"), *gone, *happened("app", (1.5, "start"))))
    result = compare(before, after)
    (faster,) = (d for d in result.differences if d.notable)
    assert faster.service == "db"
    assert faster.seconds == pytest.approx(-2.0)
    assert (len(result.gone), result.new) == (1, ())
    assert sentences(result)[0] == ("race gone: shop/app for shop/db", "ok")
    assert ("db 3.2 s → 1.2 s (2.0 s faster)", "ok") in sentences(result)
    assert sentences(compare(before, before)) == [("no difference", "dim")]


def test_a_job_that_waits_for_a_port_races_nobody() -> None:
    """It is there to be refused until the target listens."""
    guarded = project(
        "shop",
        Service("db", expose=(5432,)),
        Service("app", environment={"DB": "tcp://db:5432"}),
        Service("web", depends_on=waits("app", condition="service_completed_successfully")),
    )
    assert last(box(guarded, one("db"), one("app"), *DB, *APP)).races == ()


def test_what_may_still_come_is_no_difference() -> None:
    """While the later start goes on, nothing of it is called slower or missing."""
    before = last(RACED)
    begun = happened("db", (0.2, "start")) + happened("app", (0.7, "start"))
    going = last(box(SHOP, one("db", health="starting"), one("app"), *begun), 2.0)
    assert going.settled is None
    assert sentences(compare(before, going))[1:] == []
    assert not compare(before, going).length.notable


def test_a_start_seen_at_two_moments_keeps_its_order() -> None:
    """Bars stand by their first start, races by their dependents, whenever each was seen."""
    early = last(RACED, 4.0)
    first, second = early.bars
    apart = replace(early, bars=(second,), races=()), replace(early, bars=(first,))
    assert joined(*apart).bars == joined(*reversed(apart)).bars == early.bars
    assert joined(*apart).races == early.races
