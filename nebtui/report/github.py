"""Findings as workflow commands of GitHub Actions, which shows them beside a change's lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nebtui.facts.project import Problem
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Severity
from nebtui.text.paths import below

_COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "advice": "notice"}


def commands(found: Iterable[FoundOn], problems: Iterable[Problem], root: str) -> Iterator[str]:
    """One command a line, the files that cannot be used first, then the findings as they come: of
    each level a step shows ten. Paths below `root` are relative to it; a file of another machine is
    no place of this repository, and stands in the text."""
    for problem in problems:
        place = _place(problem.file, problem.line, root)
        yield f"::error {place}title=unusable file::{_data(problem.message)}"
    for one in found:
        finding, origin = one.finding, one.finding.origin
        place = _place(origin.file, origin.line, root) if origin and one.here else ""
        far = (str(origin),) if origin and not one.here else ()
        remedy = (f"fix ({finding.applicability}): {finding.fix}",) if finding.fix else ()
        text = "\n".join((f"{one.whose} {finding.message}", *far, *finding.evidence, *remedy))
        title = f"title=nebtui {_property(finding.rule)}"
        yield f"::{_COMMANDS[finding.severity]} {place}{title}::{_data(text)}"


def _place(file: str, line: int, root: str) -> str:
    if not file:
        return ""
    inside = below(file, root)
    path = f"file={_property(file if inside is None else inside)},"
    return f"{path}line={line}," if line else path


def _data(text: str) -> str:
    """Text behind the second `::`. The runner's older commands (`##[…]`) count anywhere."""
    text = text.replace("##[", "# #[")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
