"""Findings as SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from nebtui import __version__
from nebtui.facts.project import Problem
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.patch import Patch
from nebtui.report.replacements import Replacement, replacements
from nebtui.rules.fingerprint import fingerprint
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import FindingKey, Rule, Severity
from nebtui.text.mask import mask
from nebtui.text.paths import below

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "advice": "note"}
ROOT = "SRCROOT"
FINGERPRINT = "nebtuiFinding/v1"


def sarif(runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The log of one run, or of one for each box."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": list(runs)}


def sarif_run(
    found: Iterable[FoundOn],
    problems: Iterable[Problem],
    failures: Iterable[str],
    *,
    rules: Collection[Rule],
    patches: Mapping[FindingKey, Patch],
    root: str,
    box: str = "",
) -> dict[str, Any]:
    """One run: `rules` with their manuals, a result for each finding, with its patch where there is
    one, and what could not be looked at. Paths below `root` (absolute) are relative to it, those of
    another machine absolute. `box`: which of several it is about."""
    index = {rule.name: number for number, rule in enumerate(rules)}
    wrong = [*(_problem(p, root) for p in problems), *map(_notification, failures)]
    return {
        "tool": {
            "driver": {
                "name": "nebtui",
                "version": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        # Code scanning keeps the results of runs of different ids beside each other.
        **({"automationDetails": {"id": f"nebtui/{quote(box, safe='')}/"}} if box else {}),
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": f"file://{quote(root.rstrip('/'))}/"}},
        "invocations": [{"executionSuccessful": not wrong, "toolExecutionNotifications": wrong}],
        "results": [_result(one, index, patches.get(one.finding.key), root) for one in found],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    manual = rule.manual.strip()
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": manual, "markdown": _markdown(manual)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _markdown(manual: str) -> str:
    """A manual's paragraphs (`What: …`, `Fix: …`) as Markdown: the words that open them in bold."""
    lines = []
    for line in manual.split("\n"):
        head, colon, rest = line.partition(": ")
        opens = colon and head[:1].isupper() and head.replace(" ", "").isalpha() and len(head) < 20
        lines.append(f"\n**{head}:** {rest}" if opens else line)
    return "\n".join(lines)


def _result(
    one: FoundOn, index: Mapping[str, int], patch: Patch | None, root: str
) -> dict[str, Any]:
    finding = one.finding
    fixes = [_fix(patch, root)] if patch and _expressible(patch) else []
    return {
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule, -1),
        "level": LEVELS[finding.severity],
        "message": {"text": _text(one)},
        "locations": [_location(one, root)],
        "partialFingerprints": {FINGERPRINT: fingerprint(finding, root, one.box)},
        **({"fixes": fixes} if fixes else {}),
        "properties": {
            **({"host": one.box} if one.box else {}),
            "project": finding.project.name if finding.project else None,
            "service": finding.service,
            "place": finding.place,
            "applicability": finding.applicability,
        },
    }


def _text(one: FoundOn) -> str:
    """Who, what, the evidence and the remedy, a line each. `](` would make a link of the text in
    front of it."""
    finding = one.finding
    lines = [f"{one.whose} {finding.message}".strip(), *finding.evidence]
    if finding.fix:
        lines.append(f"fix ({finding.applicability}): {finding.fix}")
    return "\n".join(lines).replace("](", "] (")


def _location(one: FoundOn, root: str) -> dict[str, Any]:
    """The line; where none is known the begin of the project's first file."""
    finding = one.finding
    services = [key for key in (finding.at, *finding.also) if key]
    names = [{"fullyQualifiedName": str(key), "kind": "module"} for key in services]
    origin, files = finding.origin, finding.project.files if finding.project else ()
    file = origin.file if origin else next(iter(files), "")
    place: dict[str, Any] = {"logicalLocations": names} if names else {}
    if file:
        line = max(origin.line, 1) if origin else 1
        place["physicalLocation"] = {
            "artifactLocation": _artifact(file, root) if one.here else _far(file, one.box),
            "region": {"startLine": line},
        }
    return place


def _artifact(path: str, root: str) -> dict[str, str]:
    inside = below(path, root)
    if inside is None:
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(inside), "uriBaseId": ROOT}


def _far(path: str, box: str) -> dict[str, str]:
    """A file of another machine: a path of the same name here is another file."""
    return {"uri": f"file://{quote(box, safe='')}{quote(path)}"}


def _expressible(patch: Patch) -> bool:
    """All of a patch is edits of existing texts, and none of what it puts in is masked on its way
    out: a fix with `•••` in it would destroy the file."""
    return not patch.networks and all(
        change.before is not None
        and change.after is not None
        and all(mask(line) == line for r in _edits(change) for line in r.inserted.split("\n"))
        for change in patch.files
    )


def _edits(change: FileChange) -> tuple[Replacement, ...]:
    return replacements((change.before or b"").decode(), (change.after or b"").decode())


def _fix(patch: Patch, root: str) -> dict[str, Any]:
    return {
        "description": {"text": "; ".join((patch.title, *patch.notes)).replace("](", "] (")},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(change.path, root),
                "replacements": [_replacement(edit) for edit in _edits(change)],
            }
            for change in patch.files
        ],
    }


def _replacement(edit: Replacement) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.start_line,
            "startColumn": edit.start_column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.inserted},
    }


def _problem(problem: Problem, root: str) -> dict[str, Any]:
    region = {"region": {"startLine": problem.line}} if problem.line else {}
    told = _notification(problem.message)
    if not problem.file.startswith("/"):
        return told  # the address of an engine whose files are elsewhere
    place = {"artifactLocation": _artifact(problem.file, root), **region}
    return {**told, "locations": [{"physicalLocation": place}]}


def _notification(sentence: str) -> dict[str, Any]:
    return {"level": "error", "message": {"text": sentence.replace("](", "] (")}}
