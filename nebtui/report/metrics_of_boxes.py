"""The metrics of several boxes as one page: each series has its box as a label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nebtui.report.exposition import MetricFamily


def metrics_of_boxes(pages: Mapping[str, Iterable[MetricFamily]]) -> Iterator[MetricFamily]:
    """Every metric once, with the series of all boxes (name of the box → its metrics) in their
    order."""
    merged: dict[str, MetricFamily] = {}
    for box, families in pages.items():
        for family in families:
            series = tuple(({"box": box, **labels}, value) for labels, value in family.series)
            known = merged.get(family.name)
            before = known.series if known else ()
            merged[family.name] = replace(family, series=(*before, *series))
    yield from merged.values()
