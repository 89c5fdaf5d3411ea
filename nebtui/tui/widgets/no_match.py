"""What stands below an empty graph: that the filter matches nothing, what it could ask for, and
how to leave it."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.query import known_values, parsed
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.widgets.markup import joined, lines

SHOWN = 8
"""Values of a field that are named."""


def no_match_heading(text: str) -> Content:
    """That nothing matches."""
    return joined((f"nothing matches {text.strip()}", "title"), ("   esc shows all again", "info"))


def no_match(snapshot: Snapshot, text: str) -> Content:
    """What the words of a filter can be, and what there is of what was asked for."""
    result = []
    for field in dict.fromkeys(term.field for term in parsed(text) if term.field):
        values = known_values(snapshot, field)
        more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        told = ", ".join(values[:SHOWN]) + more or "nothing"
        result.append(joined((f"{field}:".ljust(9), "info"), f"there is {told}"))
    return lines(
        [
            *result,
            joined(("a word   ", "info"), "is in the name of a service or of its project"),
            joined(("net: state: image: project: name:", "info"), "   ask for something else"),
            joined(("!", "info"), " before a word or a value turns it round: !state:ready"),
        ]
    )
