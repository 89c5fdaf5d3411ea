"""The CPU of the last minutes that a snapshot keeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.changes import ContainerGone, Sampled
from nebtui.facts.declared import Service
from nebtui.facts.samples import ContainerSample, CpuTrend
from nebtui.store import fold
from tests.builders import box, container, project


def test_each_span_has_its_greatest_reading() -> None:
    """Spans that nobody read are None; a reading of the past changes nothing."""
    trend = CpuTrend.began(100.0, 5.0)
    for at, cpu in ((103.0, 9.0), (107.0, 2.0), (112.0, None), (135.0, 1.0), (90.0, 50.0)):
        trend = trend.after(at, cpu)
    assert trend == CpuTrend(13, (9.0, None, None, 1.0))


@given(st.lists(st.tuples(st.floats(0, 1e6), st.one_of(st.none(), st.floats(0, 1e4)))))
def test_it_never_grows_beyond_its_minutes(readings: list[tuple[float, float | None]]) -> None:
    """Whatever comes in whatever order."""
    trend = CpuTrend.began(0.0, None)
    for at, cpu in readings:
        trend = trend.after(at, cpu)
    assert 1 <= len(trend.values) <= CpuTrend.MOST


def test_a_container_that_is_gone_takes_its_trend_along() -> None:
    """Its readings are not kept."""
    one = container("shop/db")
    here = box(project("shop", Service("db")), one)
    seen = fold(here, Sampled(100.0, containers=(ContainerSample(one.id, 100.0, cpu=7.0),)))
    assert seen.cpu_trends == {one.id: CpuTrend(10, (7.0,))}
    assert fold(seen, ContainerGone(one.id)).cpu_trends == {}
