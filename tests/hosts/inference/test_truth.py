"""Speeds shown against speeds known beforehand, for each kind of server, from its page on: one
stream of 40 tokens a second, four of them staggered, requests of eight seconds, none at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.analysis.throughput.meter import Meter
from nebtui.hosts.inference import parsers
from nebtui.hosts.inference.request_log import FinishedRequests
from nebtui.knowledge.servers import ServerKnowledge, servers
from tests.hosts.inference import imitated
from tests.hosts.inference.imitated import PAGES, Page, Work, Works, endless

LIVE = ("vllm", "lmdeploy", "nim", "sglang", "sglang not streaming", "sglang newer", "llamacpp")
"""Those that tell of a request while it runs."""
LATE = ("tgi", "trtllm")
CALLS = ("infinity", "localai")
ONE, FOUR, SHORT = endless(1, 40.0, 15.0), endless(4, 40.0, 15.0), endless(1, 40.0, 8.0)


def kind_of(name: str) -> ServerKnowledge:
    return next(server for server in servers() if server.kind == name.split()[0])


@dataclass
class Watch:
    """A server looked at as the collector does, without the network."""

    name: str
    page: Page
    works: Works
    every: float = 1.0
    begun: float = 0.37

    def meters(self, seconds: float) -> Iterator[Meter]:
        """The meter after each look."""
        kind, finished = kind_of(self.name), FinishedRequests()
        meter = Meter(at_end=kind.at_end, judges=not kind.mixed)
        for look in range(int(seconds / self.every)):
            clock = self.begun + look * self.every
            body, base = self.page(self.works, clock), ServerReading(clock, 1000.0 + clock)
            if kind.answer == "koboldcpp":
                reading = parsers.koboldcpp(body, base)
                finished = finished.after(parsers.last_request(body))
                reading = finished.reading(reading) if reading else None
            else:
                reading = parsers.prometheus(body, kind, base)
            assert reading is not None
            if kind.slots:
                told = imitated.slots(self.works, clock)
                reading = replace(reading, streams=parsers.streams(told))
            meter = meter.advance(reading)
            yield meter


def shown(name: str, works: Works, seconds: float = 34.0) -> list[float | None]:
    """What is shown at each look after the first four, while it works."""
    meters = Watch(name, PAGES[name], works).meters(seconds)
    return [meter.rate for meter in meters][4:]


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize(("works", "truth"), [(ONE, 40.0), (SHORT, 40.0)], ids=["15 s", "8 s"])
def test_one_stream(name: str, works: Works, truth: float) -> None:
    """A stream of 40 tokens a second is 40 at every look, also from one request to the next."""
    rates = shown(name, works)
    assert None not in rates
    assert all(rate == pytest.approx(truth, rel=0.1) for rate in rates)


@pytest.mark.parametrize("name", LIVE)
def test_four_staggered_streams(name: str) -> None:
    """Four streams of 40 are 160, and not a whole request's tokens by a second."""
    rates = shown(name, FOUR)[14:]  # until the fourth has begun there are fewer
    assert None not in rates
    assert all(rate == pytest.approx(160.0, rel=0.1) for rate in rates)


@pytest.mark.parametrize("name", [*LATE, "koboldcpp"])
def test_a_server_that_counts_at_the_end(name: str) -> None:
    """Its figure is right whenever there is one, and the last one is known in between."""
    for works, truth in ((ONE, 40.0), (SHORT, 40.0), (FOUR, 160.0)):
        if name == "koboldcpp" and works is FOUR:
            continue  # it works on one request at a time
        meters = list(Watch(name, PAGES[name], works).meters(60.0))
        told = [meter.rate for meter in meters if meter.rate is not None]
        assert told
        assert all(rate == pytest.approx(truth, rel=0.02) for rate in told)
        first = next(n for n, meter in enumerate(meters) if meter.rate is not None)
        assert all(meter.last_rate is not None for meter in meters[first:])
        assert all(meter.busy for meter in meters)


@pytest.mark.parametrize("name", CALLS)
def test_servers_that_count_calls(name: str) -> None:
    """Calls a second of their own seconds; the looks of nebtui at their metrics are none."""
    fast = endless(1, 40.0, 0.25)
    rates = [rate for rate in shown(name, fast) if rate is not None]
    assert rates
    assert all(rate == pytest.approx(4.0) for rate in rates)
    idle = list(Watch(name, PAGES[name], ()).meters(10.0))
    assert [meter.busy for meter in idle] == [False] * len(idle)


@pytest.mark.parametrize("name", PAGES)
def test_idle_has_no_speed(name: str) -> None:
    """Without requests, and after the last one, there is no speed, only the last one's age."""
    assert set(shown(name, ())) == {None}
    over = (Work(0.0, 400, 40.0),)
    meters = list(Watch(name, PAGES[name], over).meters(30.0))
    assert [meter.rate for meter in meters[15:]] == [None] * len(meters[15:])
    assert meters[-1].busy is False


def test_a_gauge_of_work_gone_by_is_no_speed() -> None:
    """SGLang's gauge keeps its value while it idles: it counts once it has moved."""

    def page(works: Works, at: float, *, moved: bool) -> str:
        runs = imitated.running(works, at)
        rate = 38.0 if moved and at > 6 else 120.0
        return imitated.lines((("sglang:num_running_reqs", runs), ("sglang:gen_throughput", rate)))

    works = (Work(3.0, 4000, 40.0),)
    stuck = Watch("sglang", partial(page, moved=False), works).meters(12.0)
    assert {meter.rate for meter in stuck} == {None}
    moving = list(Watch("sglang", partial(page, moved=True), works).meters(12.0))
    assert moving[-1].rate == pytest.approx(38.0)


def stepped(works: Works, at: float, every: float = 1.0) -> str:
    """A vLLM whose counters move once in `every` seconds."""
    page = imitated.at_each_token("vllm:", works, at // every * every)
    return page.replace("num_requests_running{", "x{") + f"vllm:num_requests_running {len(works)}\n"


@pytest.mark.parametrize("every", [0.25, 1.0])
@pytest.mark.parametrize("begun", [10.05, 10.3, 10.55, 10.8])
def test_a_counter_that_moves_once_a_second(every: float, begun: float) -> None:
    """The look of `status` and the screen's agree with the truth whenever they begin: the speed is
    told from step to step."""
    works = (Work(0.0, 100_000, 37.0),)
    meters = list(Watch("vllm", stepped, works, every, begun).meters(12.0))
    settled = next(meter for meter in meters[1:] if meter.settled)
    assert settled.rate == pytest.approx(37.0, rel=0.15)
    assert settled.over is not None
    assert settled.over >= 0.75
    assert meters[-1].rate == pytest.approx(37.0, rel=0.1)


def test_a_look_ends_as_soon_as_it_can() -> None:
    """A counter that moves at every look is told after a second of sample; idle is told at once."""
    looks = list(Watch("vllm", PAGES["vllm"], ONE, 0.25).meters(3.0))
    assert [meter.settled for meter in looks].index(True) * 0.25 == pytest.approx(1.25)
    idle = list(Watch("vllm", PAGES["vllm"], (), 0.25).meters(3.0))
    assert idle[1].settled


@pytest.mark.parametrize(
    ("name", "share"),
    [("vllm", 0.25), ("lmdeploy", 0.25), ("nim", 0.25), ("sglang", 0.5), ("trtllm", 0.75)],
)
def test_the_memory_for_keys_and_values(name: str, share: float) -> None:
    """Where a server tells how full it is, that is known; elsewhere it is None."""
    reading = list(Watch(name, PAGES[name], ONE).meters(2.0))[-1].before
    assert reading is not None
    assert reading.kv_cache == share
    other = list(Watch("tgi", PAGES["tgi"], ONE).meters(2.0))[-1].before
    assert other is not None
    assert other.kv_cache is None
