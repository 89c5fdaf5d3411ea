"""An inference server's figures as lines of the detail pane."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.speeds import samples_of, told
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.widgets.words import line


def server_lines(snapshot: Snapshot, key: ServiceKey) -> list[Content]:
    """What each server of a service says of its work; nothing for a service that is none."""
    found = []
    for sample in samples_of(snapshot, key):
        for name, words in told(sample):
            tone = "warn" if name == "problem" or (name == "against" and sample.verdict) else ""
            found.append(line((f"{name:<15}", "dim"), (words, tone)))
    return found
