"""Levels of lines in turn, the filter by level, and the line that tells why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.level import ORDER, LogLevel
from nebtui.analysis.logs.levels import MOST, Levels, at_least, telling
from nebtui.facts.logs import LogLine, LogSource

TRACEBACK = (
    "INFO started",
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 3, in <module>',
    '    url = os.environ["EMBED_URL"]',
    "KeyError: 'EMBED_URL'",
)


def line(text: str, container: str = "c", source: LogSource = "stderr") -> LogLine:
    """A line of a container."""
    return LogLine(0, None, container, source, text)


def levels(*lines: LogLine) -> list[LogLevel | None]:
    """Their levels, one after the other."""
    tracked = Levels()
    return [tracked.of(one, entry_of(one.text)) for one in lines]


def test_frames_belong_to_their_error() -> None:
    """An indented line has the level of the one above it in the same stream of the same
    container; standard error alone is no error."""
    assert levels(*map(line, TRACEBACK)) == ["info", "error", "error", "error", "error"]
    mixed = (line("ERROR x"), line("  a", "d"), line("  b", source="stdout"), line("  c"))
    assert levels(*mixed) == ["error", None, None, "error"]
    assert levels(line("ERROR x"), line("plain"), line("  y")) == ["error", None, None]


def test_what_is_remembered_is_bounded() -> None:
    """Containers come and go for ever."""
    tracked = Levels()
    for number in range(3 * MOST):
        one = line("ERROR x", str(number))
        tracked.of(one, entry_of(one.text))
    assert len(tracked._last) <= MOST


@given(st.none() | st.sampled_from(ORDER), st.none() | st.sampled_from(ORDER))
def test_at_least(level: LogLevel | None, least: LogLevel | None) -> None:
    """Everything is at least nothing; what has no level is at least no level."""
    ranks = {None: -1} | {name: at for at, name in enumerate(ORDER)}
    assert at_least(level, least) == (ranks[level] >= ranks[least])


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (TRACEBACK, "KeyError: 'EMBED_URL'"),
        (("Error: Cannot find module 'x'", "    at y (z.js:1:2)", "", "Node.js v20"), "Error: Can"),
        (("one", "two", "  "), "two"),
        ((" ",), None),
        ((), None),
    ],
)
def test_the_line_that_tells_why(texts: tuple[str, ...], told: str | None) -> None:
    """The newest that names an error itself, else the newest that is not empty; no note of ours."""
    lines = [*map(line, texts), line("nothing of it is kept", source="note")]
    found = telling(lines)
    assert (found is None) == (told is None)
    if found is not None and told is not None:
        assert found.text.startswith(told)
