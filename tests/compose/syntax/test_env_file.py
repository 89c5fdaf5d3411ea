"""Env files are read as Compose reads them."""

from __future__ import annotations

import pytest

from nebtui.compose.syntax import env_file
from nebtui.disk.read import UnreadableError

TEXT = """\
# comment
A=1 # said
export B='x$A'
C="a\\nb ${A}"
D=${U:-d}-$A
BARE
HOME_SET
E: yaml style
F=a#b
G=
PASSWORD=pa$$word$
"""


def test_the_dialect_of_compose() -> None:
    """Comments, quotes, export, defaults, earlier lines, bare names and colons are understood."""
    assert env_file.parse(TEXT, "/x/.env", {"HOME_SET": "h"}) == {
        "A": "1",
        "B": "x$A",
        "C": "a\nb 1",
        "D": "d-1",
        "HOME_SET": "h",
        "E": "yaml style",
        "F": "a#b",
        "G": "",
        "PASSWORD": "pa$word$",
    }


def test_the_process_environment_wins_in_expansions() -> None:
    """A variable of the environment is used before one of an earlier line."""
    assert env_file.parse("A=file\nB=$A", "/x/.env", {"A": "process"})["B"] == "process"


def test_a_line_that_is_nothing_is_named() -> None:
    """A line that is no assignment is refused with its number."""
    with pytest.raises(UnreadableError) as caught:
        env_file.parse("A=1\nthis is nothing\n", "/x/.env", {})
    assert caught.value.line == 2


def test_raw_format_keeps_everything() -> None:
    """With `format: raw` quotes and dollars belong to the value."""
    assert env_file.parse("A='$B' # c\n", "/x/e", {}, raw=True) == {"A": "'$B' # c"}
