"""The counter algorithm: busy seconds only, resets, gaps, live tokens, warm-up, concurrency, slow
and idle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.throughput.counters import ServerReading
from nebtui.analysis.throughput.judgement import Judgement
from nebtui.analysis.throughput.meter import Meter
from nebtui.analysis.throughput.windows import Bucket, Recall, Speed, bucket, usual

KNOWN = (64.0, 65.0, 66.0, 64.5)


def remember(model: str, concurrency: Bucket) -> Iterable[float]:
    """A server that usually makes about 65 tokens a second for one request."""
    return KNOWN if concurrency == "1" else ()


def at_end(
    clock: float, tokens: float, seconds: float, running: int | None = 0, **more: object
) -> ServerReading:
    """llama.cpp: the counters move when a request ends."""
    reading = ServerReading(
        clock, 1000.0 + clock, tokens=tokens, speed=(tokens, seconds), running=running
    )
    return replace(reading, **more)  # type: ignore[arg-type]


def moving(clock: float, tokens: float, seconds: float, running: int = 1) -> ServerReading:
    """vLLM: tokens and the sum of inter-token latencies move while it generates."""
    return ServerReading(
        clock, 1000.0 + clock, tokens=tokens, speed=(tokens, seconds), running=running, waiting=0
    )


def run(readings: Iterable[ServerReading], meter: Meter, recall: Recall = remember) -> Meter:
    for reading in readings:
        meter = meter.advance(reading, recall)
    return meter


def test_the_measured_case_ten_tokens_then_idle_is_not_slower_than_the_degraded_server() -> None:
    """Facts §3.2: by the wall clock 2.5 tok/s for a healthy sparse server and 4.0 tok/s for the
    degraded one."""
    sparse = [at_end(0, 1000, 15.0)]
    for turn in range(12):
        sparse += [
            at_end(4 * turn + n, 1000 + 10 * (turn + 1), 15.0 + 0.12 * (turn + 1))
            for n in range(1, 5)
        ]
    meter = run(sparse, Meter(at_end=True))
    assert meter.judgement.stream == pytest.approx(83.3, rel=0.01)
    assert meter.verdict == ""
    degraded = [at_end(0, 1000, 15.0)] + [
        at_end(6.0 * n, 1000 + 25 * n, 15.0 + 5.1 * n, 1) for n in range(1, 8)
    ]
    meter = run(degraded, Meter(at_end=True))
    assert meter.judgement.stream == pytest.approx(4.9, rel=0.01)
    assert meter.verdict == "slow"


def test_a_long_request_is_seen_while_it_runs_and_its_end_is_not_counted_again() -> None:
    """Tokens seen live of a running request give its speed, and only the rest is counted when it
    ends."""
    readings = [at_end(0, 1000, 15.0, 0)]
    readings += [at_end(1.0 + n, 1000, 15.0, 1, streams={"0:1": 65 * n}) for n in range(4)]
    meter = run(readings, Meter(at_end=True))
    assert meter.rate == pytest.approx(65)
    assert meter.judgement.stream == pytest.approx(65)
    ended = meter.advance(at_end(5.0, 1000 + 240, 15.0 + 240 / 65, 0), remember)
    assert ended.judgement.window.tokens == pytest.approx(240 - 195, abs=1)


def test_reading_a_long_prompt_is_not_slow() -> None:
    """A server that reads a prompt for a minute is busy without a speed, and never slow."""
    readings = [at_end(0, 1000, 15.0, 0)] + [
        at_end(n, 1000, 15.0, 1, streams={"0:1": 0}) for n in range(1, 60)
    ]
    meter = run(readings, Meter(at_end=True))
    assert (meter.busy, meter.rate, meter.verdict) == (True, None, "")


def test_slow_is_told_before_a_window_of_tokens_is_full() -> None:
    """A degraded server is told slow after two windows of seconds, within its request; idle again,
    it is not."""
    readings = [at_end(0, 1000, 15.0, 0)]
    readings += [at_end(n, 1000, 15.0, 1, streams={"0:1": 5 * n}) for n in range(1, 9)]
    meter = Meter(at_end=True)
    verdicts = []
    for reading in readings:
        meter = meter.advance(reading, remember)
        verdicts.append(meter.verdict)
    assert verdicts[-1] == "slow"
    assert verdicts.index("slow") > 4  # two windows of two seconds and more
    assert (
        meter.advance(at_end(10, 1000 + 45, 15.0 + 9, 0), remember)
        .advance(at_end(11, 1000 + 45, 15.0 + 9, 0), remember)
        .verdict
        == ""
    )  # idle is nothing


def test_slow_does_not_outlive_a_rest() -> None:
    """A minute of idling ends what was slow before: the next request is judged for itself."""
    readings = [at_end(0, 1000, 15.0, 0)]
    readings += [at_end(n, 1000, 15.0, 1, streams={"0:1": 5 * n}) for n in range(1, 9)]
    slow = run(readings, Meter(at_end=True))
    assert slow.verdict == "slow"
    rested = run([at_end(9.0 + n, 1050, 25.0, 0) for n in range(70)], slow)
    begun = run([at_end(79, 1050, 25.0, 1, streams={"0:2": 1})], rested)
    assert (begun.busy, begun.verdict, begun.judgement.stream) == (True, "", None)
    # A pause is no rest.
    paused = run([at_end(9.0 + n, 1050, 25.0, 0) for n in range(20)], slow)
    assert run([at_end(29, 1050, 25.0, 1, streams={"0:2": 1})], paused).verdict == "slow"


def test_a_stall_of_many_requests_is_a_hiccup() -> None:
    """Eight requests that stand still for a second lose eight seconds of their time, and only one
    by the clock."""
    bucket_of_eight: Bucket = "5+"
    known = {("", bucket_of_eight): (60.0, 61.0, 60.5, 60.2)}
    readings = [moving(n, 480.0 * n, 8.0 * n, running=8) for n in range(4)]
    readings += [
        moving(4, 480.0 * 3 + 80, 8.0 * 4, running=8),
        moving(5, 480.0 * 4 + 80, 8.0 * 5, running=8),
    ]
    verdicts = set()
    meter = Meter(judgement=Judgement(known=known, fresh=False))
    for reading in readings:
        meter = meter.advance(reading, remember)
        verdicts.add(meter.verdict)
    assert verdicts == {""}
    # Standing nearly still for good is no hiccup.
    stuck = [moving(6 + n, 480.0 * 4 + 80 + 16 * n, 8.0 * (6 + n), running=8) for n in range(12)]
    assert run(stuck, meter).verdict == "slow"


def test_a_server_whose_seconds_hold_the_prompt_is_not_judged() -> None:
    """Longer prompts would look like slowness: the speed is shown, and no verdict rests on it."""
    degraded = [at_end(0, 1000, 15.0)] + [
        at_end(6.0 * n, 1000 + 25 * n, 15.0 + 5.1 * n, 1) for n in range(1, 8)
    ]
    meter = run(degraded, Meter(at_end=True, judges=False))
    assert (meter.verdict, meter.judgement.slow >= 2) == ("", True)


def test_a_silent_server_keeps_its_verdict_between_replies() -> None:
    """Where a figure comes every 45 seconds only, slow is slow for that long, and for no more than
    a minute."""
    readings = [at_end(0, 0, 0.0, silent=True, running=None)]
    for turn in range(1, 4):
        at = 45 * turn
        readings += [
            at_end(at - 44 + n, 16 * turn, 8.0 * turn, silent=True, running=None) for n in range(44)
        ]
    meter = run(readings, Meter(judgement=Judgement(known={("", "1"): KNOWN}, fresh=False)))
    assert (meter.busy, meter.verdict) == (None, "slow")
    later = run(
        [at_end(134.0 + n, 48, 24.0, silent=True, running=None) for n in range(1, 62)], meter
    )
    assert later.verdict == ""


def test_less_than_a_token_a_second() -> None:
    """A request that makes a token every other second is told at half a token a second, not at
    one."""
    readings = [at_end(0, 1000, 15.0, 0)]
    readings += [at_end(1.0 + n, 1000, 15.0, 1, streams={"0:1": 1 + n // 2}) for n in range(140)]
    meter = Meter(at_end=True)
    rates = []
    for reading in readings:
        meter = meter.advance(reading, lambda model, concurrency: ())
        rates += [meter.rate] if meter.rate is not None else []
    assert sum(rates) / len(rates) == pytest.approx(0.5, rel=0.1)
    assert meter.judgement.stream == pytest.approx(0.5, rel=0.1)
    assert all(rate > 0 for rate in rates)


def test_half_a_page_gives_no_burst() -> None:
    """A page without the counters and then one with them is no work of that second."""
    half = ServerReading(1.0, 1001.0, tokens=0.0, speed=(0.0, 0.0), running=1)
    meter = run([moving(0, 90000, 1400.0), half, moving(2.0, 90065, 1401.0)], Meter())
    assert (meter.rate, meter.last_rate) == (None, None)
    assert run([moving(3.0, 90130, 1402.0)], meter).rate == pytest.approx(65)


def test_one_slow_window_is_none() -> None:
    """A single slow window between others is a hiccup and no verdict."""
    readings = [
        moving(0, 1000, 15.0),
        moving(10, 1064, 25.0),
        moving(11, 1130, 26.0),
        moving(21, 1194, 36.0),
    ]
    assert run(readings, Meter()).verdict == ""


def test_the_first_window_after_a_start_counts_for_nothing() -> None:
    """The first window after a start is neither remembered nor judged; the second one is."""
    first = run([moving(0, 0, 0.0), moving(20, 100, 20.0)], Meter())
    assert (first.judgement.closed, first.judgement.slow, first.judgement.fresh) == ((), 0, False)
    second = first.advance(moving(22, 230, 22.0), remember)
    assert second.judgement.closed == (Speed("", "1", 65.0, 1022.0),)


def test_concurrency_is_compared_with_its_like() -> None:
    """A server shared by many requests is not slow because one alone is faster; its speed is that
    of all together."""
    assert [bucket(n) for n in (1, 2, 4, 5, 16, 40, 100)] == [
        "1",
        "2-4",
        "2-4",
        "5+",
        "5+",
        "17+",
        "65+",
    ]
    # Eight requests share the machine: each is slow against one alone, and nothing is known of
    # eight.
    readings = [moving(float(n), 1000 + 160.0 * n, 15.0 + 8.0 * n, 8) for n in range(6)]
    meter = run(readings, Meter())
    assert meter.verdict == ""
    assert meter.rate == pytest.approx(160)
    assert meter.judgement.stream == pytest.approx(20)


def test_another_model_begins_anew() -> None:
    """The usual speed and the slow windows of one model are not held against the next."""
    readings = [replace(moving(float(n), 1000 + 65.0 * n, 15.0 + n), model="a") for n in range(5)]
    meter = run(readings, Meter())
    after = run([replace(moving(10, 1400, 30.0), model="b")], meter, lambda model, bucket: ())
    assert (after.judgement.usual, after.judgement.slow) == (None, 0)


def test_usual_is_the_median_of_the_better_half() -> None:
    """Slow windows do not lower what is usual, and a few windows are too few to call anything
    usual."""
    assert usual([60, 61]) is None
    assert usual([1, 2, 60, 62, 64, 3]) == 62


def test_a_service_that_only_embeds_has_a_reading_speed_at_least() -> None:
    """A server that generates nothing is busy with a prompt speed while it reads, and idle
    after."""
    first = ServerReading(0, 1000, prompt_tokens=100.0, waiting=0)
    meter = run([first, replace(first, clock=2.0, prompt_tokens=700.0)], Meter())
    assert (meter.busy, meter.rate, meter.prompt_rate) == (True, None, 300.0)
    assert meter.advance(replace(first, clock=3.0, prompt_tokens=700.0)).busy is False


def test_ollama_with_a_model_loaded_does_not_say_whether_it_works() -> None:
    """A server that does not tell whether it works is unknown, neither busy nor idle."""
    assert Meter().advance(ServerReading(0, 0, silent=True)).busy is None
    assert Meter().advance(ServerReading(0, 0)).busy is False


def test_the_trend_has_a_figure_for_busy_minutes_only() -> None:
    """Each busy minute has its mean speed, idle ones have none, and it never grows beyond an
    hour."""
    busy = [replace(moving(float(n), 1000 + 65.0 * n, 15.0 + n), at=6000.0 + n) for n in range(5)]
    meter = run(busy, Meter())
    first, *rest = meter.trend.means(6000.0 + 130)
    assert first == pytest.approx(65)
    assert rest == [None, None]
    assert len(meter.trend.means(6000.0 + 86400)) <= 60


STEPS = st.lists(
    st.tuples(
        st.floats(0.05, 40.0),  # seconds between looks, gaps among them
        st.integers(0, 4000),  # tokens of ended requests
        st.floats(0.0, 30.0),  # their seconds
        st.integers(0, 9),  # running
        st.booleans(),  # the process starts again
        st.dictionaries(st.sampled_from(["0:1", "0:2", "1:3"]), st.integers(0, 2000), max_size=3),
    ),
    max_size=40,
)


@given(STEPS, st.booleans(), st.booleans())
def test_never_negative_never_from_idle_never_over_a_reset(
    steps: list[tuple[float, int, float, int, bool, dict[str, int]]], ends: bool, told: bool
) -> None:
    """Whatever the counters do. `told`: the server also says when it started; else only falling
    counters show it."""
    clock, tokens, seconds, life = 0.0, 5000.0, 70.0, 0.0
    meter = Meter(at_end=ends)
    for elapsed, made, took, running, restart, streams in steps:
        clock += elapsed
        before = meter
        if restart:
            tokens, seconds, life = float(made) / 100, took / 100, life + (1.0 if told else 0.0)
        else:
            tokens, seconds = tokens + made, seconds + (took if made else 0.0)
        now = ServerReading(
            clock,
            clock,
            (life,),
            tokens=tokens,
            speed=(tokens, seconds),
            running=running,
            streams=streams if running else {},
        )
        meter = meter.advance(now, remember)
        figures = (
            meter.rate,
            meter.judgement.stream,
            meter.prompt_rate,
            meter.last_rate,
            meter.judgement.usual,
        )
        assert all(figure is None or figure >= 0 for figure in figures)
        assert meter.judgement.window.tokens >= 0
        assert meter.judgement.window.seconds >= 0
        assert all(done.speed > 0 for done in meter.judgement.closed)
        if restart and told:
            assert (
                meter.rate,
                meter.judgement.closed,
                meter.verdict,
                meter.judgement.window.tokens,
            ) == (
                None,
                (),
                "",
                0,
            )
        if not meter.busy:
            assert meter.rate is None
            assert meter.verdict == ""
        if running == 0 and now.tokens == (before.before.tokens if before.before else None):
            assert meter.busy is False


@given(
    st.floats(30.0, 300.0),
    st.lists(st.integers(1, 40), min_size=10, max_size=60),
    st.floats(1.0, 20.0),
)
def test_a_healthy_server_is_never_slow_however_sparse(
    speed: float, requests: list[int], pause: float
) -> None:
    """A server at its usual speed is never slow and shows that speed, however small and rare its
    requests."""
    clock, tokens, seconds = 0.0, 1000.0, 1000.0 / speed
    meter = Meter(at_end=True).advance(at_end(clock, tokens, seconds))
    for made in requests:
        clock, tokens, seconds = clock + pause, tokens + made, seconds + made / speed
        meter = meter.advance(
            at_end(clock, tokens, seconds), lambda model, bucket: (speed, speed, speed)
        )
        assert meter.verdict == ""
        assert meter.rate is None or meter.rate == pytest.approx(speed, rel=0.01)
