"""One page of metrics for several boxes, which Prometheus' own parser reads."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.report.exposition import MetricFamily, exposition
from nebtui.report.metrics import metrics
from nebtui.report.metrics_of_boxes import metrics_of_boxes


def test_each_metric_once_with_its_boxes() -> None:
    """A box that is down is a value of its own, and two boxes never share a series."""
    up = Snapshot(engine=Engine("a", "26", "1.45", "ssh://a"), settled=True)
    down = Snapshot(engine_problem="gone", settled=True)
    pages = {"gpu1": metrics(up, (), 0.0), 'we"ird': metrics(down, (), 0.0)}
    page = "\n".join(exposition(metrics_of_boxes(pages))) + "\n"
    families = {family.name: family for family in text_string_to_metric_families(page)}
    values = {s.labels["box"]: s.value for s in families["nebtui_engine_up"].samples}
    assert values == {"gpu1": 1.0, 'we"ird': 0.0}
    assert page.count("# TYPE nebtui_engine_up") == 1


def test_labels_of_a_series_stay() -> None:
    """The box comes before them, and cannot be overruled by none."""
    family = MetricFamily("m", "gauge", "told", (({"service": "x"}, 2.0),))
    (merged,) = metrics_of_boxes({"a": [family], "b": [family]})
    assert merged.series == (
        ({"box": "a", "service": "x"}, 2.0),
        ({"box": "b", "service": "x"}, 2.0),
    )
