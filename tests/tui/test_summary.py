"""The sentences above the graph: whole, wrapped, with the command that helps at hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.snapshot import Snapshot
from nebtui.tui.widgets.summary import MOST_LINES, remedy, wrapped
from tests.fakes import FakeHost
from tests.tui.driver import driver

DENIED = (
    "No permission for /var/run/docker.sock: the socket belongs to the group `docker`; run "
    "`sudo usermod -aG docker $USER` and log in again."
)


@given(st.text(), st.integers(0, 200))
def test_a_sentence_stays_within_its_lines(sentence: str, width: int) -> None:
    """Never wider than the width (20 at least), never higher than its share of the screen."""
    lines = wrapped(sentence, width)
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= max(20, width) for line in lines)


def test_the_command_of_a_sentence() -> None:
    """What one can type, and not a single word in backticks; "" where there is none."""
    assert remedy(DENIED) == "sudo usermod -aG docker $USER"
    assert remedy("the group `docker` owns it") == ""


async def test_the_whole_remedy_is_on_a_narrow_screen(tmp_path: Path) -> None:
    """At 80 columns nothing of it is cut off, and y copies it while nothing is selected."""
    host = FakeHost(replace(Snapshot(), engine_problem=DENIED))
    async with driver(host, tmp_path, (80, 24)) as person:
        await person.until(lambda: "log in again." in person.text, "the remedy")
        await person.press("y")
        assert person.app.clipboard == "sudo usermod -aG docker $USER"
