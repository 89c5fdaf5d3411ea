"""Which findings a `check` in CI is about: those on changed lines, those not in the baseline."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping

from nebtui.cli.baseline import read_baseline, write_baseline
from nebtui.cli.common import visible
from nebtui.cli.output import warn
from nebtui.cli.repository import changed_lines
from nebtui.report.text_output import plural
from nebtui.rules.fingerprint import fingerprint
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Finding
from nebtui.text.paths import short


def gated(
    findings: list[FoundOn], arguments: Namespace, environ: Mapping[str, str], root: str
) -> list[FoundOn]:
    """The findings that --diff and the baselines leave, with a line on stderr for each of them that
    left out some that would have been shown; a new baseline is written first, and counts.
    CommandError where a file or git gives no answer."""
    if arguments.write_baseline:
        path = arguments.write_baseline
        write_baseline(path, findings, root)
        warn(f"nebtui: {plural(len(findings), 'finding')} written to {short(path)}")
    for path in filter(None, (arguments.baseline, arguments.write_baseline)):
        old = read_baseline(path)
        new = [one for one in findings if fingerprint(one.finding, root, one.box) not in old]
        _count(findings, new, arguments, f"in the baseline {short(path)}")
        findings = new
    if arguments.diff:
        since = arguments.diff
        here = [one for one in findings if one.here]
        _count(findings, here, arguments, "their files are on another machine, git is on this one")
        lines = changed_lines(_files(here), root, since, environ)
        on_them = [one for one in here if _on(one.finding, lines)]
        _count(here, on_them, arguments, f"not on lines changed since {since}")
        findings = on_them
    return findings


def _files(findings: Iterable[FoundOn]) -> dict[str, None]:
    origins = (one.finding.origin for one in findings)
    return dict.fromkeys(origin.file for origin in origins if origin)


def _on(finding: Finding, lines: Mapping[str, frozenset[int] | None]) -> bool:
    """Its line is one of these; a finding without a line is on none."""
    if finding.origin is None or finding.origin.file not in lines:
        return False
    changed = lines[finding.origin.file]
    return changed is None or finding.origin.line in changed


def _count(before: list[FoundOn], after: list[FoundOn], arguments: Namespace, why: str) -> None:
    if left := _seen(before, arguments) - _seen(after, arguments):
        warn(f"nebtui: {plural(left, 'finding')} left out: {why}")


def _seen(findings: list[FoundOn], arguments: Namespace) -> int:
    return len(visible([one.finding for one in findings], arguments))
