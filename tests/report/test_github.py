"""Annotations of GitHub: one command a line, whatever names and messages hold."""

from __future__ import annotations

import re

from nebtui.facts.declared import Origin
from nebtui.facts.project import Problem
from nebtui.report.github import commands
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Finding, Severity
from tests.builders import at


def finding(severity: Severity, message: str, file: str = "/w/a/compose.yaml") -> Finding:
    """A finding of app/web on line 3."""
    project = at("app/web").project
    return Finding(
        "r", severity, project, "web", "", message, ("e: 1",), "safe", Origin(file, 3), "do it"
    )


def test_levels_and_places() -> None:
    """Severity, path below the work tree, line, rule; evidence and remedy on lines of their own."""
    first, second = commands(
        [FoundOn("", finding("error", "bad")), FoundOn("", finding("advice", "hm", "/x"))], [], "/w"
    )
    assert first == (
        "::error file=a/compose.yaml,line=3,title=nebtui r::app/web bad%0Ae: 1%0Afix (safe): do it"
    )
    assert second.startswith("::notice file=/x,line=3,title=nebtui r::")
    bare = Finding("r", "warning", None, None, "", "m", (), "display")
    assert list(commands([FoundOn("", bare)], [], "/w")) == ["::warning title=nebtui r:: m"]


def test_unusable_files_come_first() -> None:
    """With their line where it is known."""
    problems = [Problem("/w/a.yaml", 2, "is not YAML"), Problem("/w/b.yaml", 0, "is empty")]
    assert list(commands([], problems, "/w")) == [
        "::error file=a.yaml,line=2,title=unusable file::is not YAML",
        "::error file=b.yaml,title=unusable file::is empty",
    ]


def test_nothing_of_a_name_is_a_command() -> None:
    """Line ends, percent signs, colons and commas are escaped where they would count."""
    evil = finding("error", "x\r\n::set-output name=a::b\n##[add-path]/x 100%", "/w/a,b:c\n.yaml")
    (line,) = commands([FoundOn("", evil)], [], "/w")
    assert "\n" not in line
    assert "\r" not in line
    assert "##[" not in line
    assert line.startswith("::error file=a%2Cb%3Ac%0A.yaml,line=3,")
    assert not re.search(r"%(?!0A|0D|25|2C|3A)", line)


def test_of_several_boxes() -> None:
    """The box stands before the service; a file of another machine is told in the text, for a path
    of the same name in the repository is another file."""
    here, away = commands(
        [FoundOn("one", finding("error", "bad")), FoundOn("two", finding("error", "bad"), False)],
        [],
        "/w",
    )
    assert here.startswith("::error file=a/compose.yaml,line=3,title=nebtui r::one: app/web bad")
    assert away.startswith("::error title=nebtui r::two: app/web bad%0A/w/a/compose.yaml:3%0Ae: 1")
