"""`nebtui logs` where it cannot be done or is asked wrongly; with an engine:
`tests/engine/test_logs.py`."""

from __future__ import annotations

import argparse
import math
from datetime import datetime

import pytest

from nebtui.cli.log_arguments import lines, since
from tests.cli.sandbox import CliSandbox


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no engine"),
        (("shop/web", "--no-follow"), "no engine"),
        (("--no-engine",), "--no-engine looks at files, which have no log"),
        (("--grep", "("), "( is no regular expression"),
        (("--since", "soon"), "soon is no time"),
        (("--tail", "-1"), "-1 is no number of lines"),
        (("--tail", "٣"), "is no number of lines"),
        (("--format", "sarif"), "--format"),
        (("--level", "bad"), "--level"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    sandbox: CliSandbox, words: tuple[str, ...], said: str
) -> None:
    """Exit status 2, one sentence on standard error, nothing on standard output."""
    answer = sandbox.run("logs", *words)
    assert answer.status == 2
    assert answer.out == ""
    (line,) = answer.lines
    assert said in line


def test_times_are_so_long_ago_or_moments() -> None:
    """A number with a unit counts back from now, a date is itself; neither is before 1970."""
    ages = [1000.0 - since(text)(1000.0) for text in ("90", "90s", "1.5m", "0h")]
    assert ages == [90.0, 90.0, 90.0, 0.0]
    assert since("9d")(1000.0) == 0.0
    assert since("2026-01-31T14:00+00:00")(5.0) == 1_769_868_000.0
    assert since("2026-01-31T14:00")(5.0) == datetime(2026, 1, 31, 14).timestamp()  # noqa: DTZ001
    with pytest.raises(argparse.ArgumentTypeError):
        since("1w")


def test_numbers_of_lines() -> None:
    """All of them, or so many."""
    assert lines("all") == math.inf
    assert lines("0") == 0
