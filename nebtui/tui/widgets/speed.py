"""An inference server's figures as lines of the detail pane."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.throughput.summary import ASCII_BARS, BARS, samples_of, sparkline, styled_parts
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.widgets.markup import joined

MINUTES = 60


def server_lines(snapshot: Snapshot, key: ServiceKey, *, ascii: bool) -> list[Content]:
    """What each server of a service says of its work; nothing for a service that is none."""
    result = []
    for sample in samples_of(snapshot, key):
        for name, words in styled_parts(sample):
            tone = "warn" if name == "problem" or (name == "against" and sample.verdict) else ""
            result.append(joined((f"{name:<15}", "dim"), (words, tone)))
        if hour := sparkline(sample.trend, MINUTES, ASCII_BARS if ascii else BARS):
            result.append(joined((f"{'last hour':<15}", "dim"), (hour, "info")))
    return result
