"""A line taken apart: JSON objects, logfmt, and what looks like them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.analysis.logs.entry import MOST_FIELDS, TIMES, LogEntry, entry_of
from nebtui.analysis.logs.readable import parts_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def read(line: str) -> str:
    """The line as it is shown."""
    return "".join(text for text, _ in parts_of(entry_of(line)))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '{"time":"2026-11-22T14:06:33Z","level":"error","msg":"no key","path":"/v1","n":3}',
            "ERROR no key  path=/v1  n=3",
        ),
        ('{"severity":"WARNING","message":"slow","took ms":"1 2"}', 'WARN  slow  took ms="1 2"'),
        ('{"level":30,"time":1,"pid":7,"msg":"up"}', "INFO  up  pid=7"),  # pino
        ('{"log.level":"ERROR","@timestamp":"x","message":"a"}', "ERROR a"),  # ECS
        ('{"log":{"level":"error"},"message":"a"}', 'ERROR a  log={"level":"error"}'),
        (
            '{"t":{"$date":"x"},"s":"W","c":"NETWORK","id":1,"msg":"slow"}',
            "WARN  slow  s=W  c=NETWORK  id=1",
        ),  # MongoDB
        ('{"event":"started","logger":"app"}', "started  logger=app"),  # structlog, no level
        ('{"a":{"b":[1,null]},"c":""}', 'a={"b":[1,null]}  c=""'),
        (
            'time="2026-11-22T14:06:33Z" level=warning msg="slow \\"query\\"" path=/x',
            'WARN  slow "query"  path=/x',
        ),
        ('ts=1 lvl=eror msg="own word"', "own word  lvl=eror"),
        ("  level=info msg=x", "INFO  x"),
    ],
)
def test_lines_with_fields(line: str, shown: str) -> None:
    """Level, message, then the rest; the time stands before the line anyway."""
    assert read(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "{not json",
        '["level", "error"]',
        "{}x",
        "a=b",
        "PATH=/bin SHELL=/bin/sh",
        "level=info and then words",
        "x = 3",
        '{"a":' * 2000,
        "text level=error msg=x",
    ],
)
def test_lines_without_fields(line: str) -> None:
    """What only looks like it is shown as it is."""
    entry = entry_of(line)
    assert entry.fields is None
    assert parts_of(entry) == ()


def test_the_level_of_a_line_without_its_end() -> None:
    """A line that was cut off has a level too, and is shown as it is."""
    for line in ('{"level":"error","msg":"xxx… (9 more bytes)', 'level=error msg="xxx… (9 more'):
        assert entry_of(line) == LogEntry("error", line)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=8))
def test_nothing_of_an_object_is_lost(data: dict[str, object]) -> None:
    """Every field of an object is the level, the message, a time, or shown with its name."""
    line = json.dumps(data)
    entry = entry_of(line)
    assert entry.fields is not None
    names = [name for name, _ in entry.fields]
    hidden = data.keys() - set(names) - TIMES
    assert len(hidden) <= (entry.level is not None) + bool(entry.message or "" in data.values())
    shown = read(line)
    assert all(name in shown for name in names)


@given(st.text(max_size=200))
def test_any_text_is_an_entry(text: str) -> None:
    """Whatever is written, no error."""
    entry = entry_of(text)
    assert all(isinstance(piece, str) for piece, _ in parts_of(entry))
    for opened in ("{" + text, '{"a":' + text + "}", "msg=" + text):
        parts_of(entry_of(opened))


def test_fields_are_bounded() -> None:
    """An object of a thousand fields does not fill the screen's memory."""
    many = {str(number): 1 for number in range(1000)}
    assert len(entry_of(json.dumps(many)).fields or ()) == MOST_FIELDS
