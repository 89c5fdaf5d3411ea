"""The times of a health test that is added: from the starts that were seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.startup.measured import slowest, timed
from nebtui.facts.changes import StartsRecalled
from nebtui.facts.declared import Service
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Bar, OpenedPort, Run, Start
from tests.builders import ENGINE, at, box, project

TEST = Healthcheck(("CMD", "true"), interval=5, timeout=5, retries=12, start_period=30)
KEY = at("a/db")


def seen(*seconds: float, api: str = "1.43", exact: bool = True) -> Snapshot:
    """A box whose database took so long to listen in its kept starts."""
    starts = tuple(
        Start(
            KEY.project,
            1000.0 * n,
            1000.0 * n + 900,
            (Bar("db", 1, "c", None, (_run(1000.0 * n, took, exact),)),),
        )
        for n, took in enumerate(seconds)
    )
    engine = replace(ENGINE, api_version=api)
    return box(project("a", Service("db")), StartsRecalled(KEY.project, starts), engine=engine)


def _run(started: float, took: float, exact: bool) -> Run:
    since = started + took - 0.2 if exact else started
    return Run(started, (OpenedPort(5432, since, started + took),))


@pytest.mark.parametrize(
    ("seconds", "period", "interval"),
    [((1.0,), 10, 5), ((6.2,), 15, 5), ((3.0, 31.0, 8.0), 65, 10), ((400.0,), 800, 30)],
)
def test_twice_the_slowest_start_rounded_up(
    seconds: tuple[float, ...], period: float, interval: float
) -> None:
    """A slow server is asked more seldom; the reason names what was measured."""
    test, why = timed(seen(*seconds), KEY, TEST, patient=False)
    assert (test.start_period, test.interval, test.start_interval) == (period, interval, None)
    assert why.startswith(f"start_period {period} s: db took up to {max(seconds):.1f} s to listen")


def test_without_a_start_that_was_seen_nothing_changes() -> None:
    """Never started, or nobody watched when it began to listen."""
    for snapshot in (seen(), seen(8.0, exact=False)):
        assert slowest(snapshot, KEY) is None
        assert timed(snapshot, KEY, TEST, patient=False) == (TEST, "")


def test_a_server_that_loads_models_keeps_its_patience() -> None:
    """Its next model may be larger."""
    test, _ = timed(seen(6.2), KEY, replace(TEST, start_period=600), patient=True)
    assert test.start_period == 600


@pytest.mark.parametrize(
    ("api", "asked"), [("1.43", None), ("1.44", 1.0), ("1.51", 1.0), ("2.0", 1.0), ("new", None)]
)
def test_an_engine_that_can_asks_every_second_while_it_starts(
    api: str, asked: float | None
) -> None:
    """`start_interval` is from API 1.44; an older engine refuses it."""
    assert timed(seen(6.2, api=api), KEY, TEST, patient=False)[0].start_interval == asked
