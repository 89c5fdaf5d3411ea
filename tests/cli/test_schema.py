"""`nebtui schema VERB`: every JSON that a verb prints is exactly what its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import pytest
from jsonschema import Draft202012Validator, ValidationError

from nebtui import rules
from nebtui.cli.formats import DESCRIBED
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.recorded import RecordedHost
from nebtui.recording.tape import open_tape
from nebtui.report import gpu_output, json_output
from nebtui.report.contract.schema import json_schema
from nebtui.report.contract.verbs import OUTPUTS, schema_of
from nebtui.report.log_output import log_json
from nebtui.store import settle
from nebtui.text.mask import masked
from tests.builders import at, box
from tests.chaos.test_hostile_text import snapshot as everything
from tests.cli.sandbox import CliSandbox
from tests.cli.test_commands import FILES

RECORDING = str(Path(__file__).parents[1] / "recordings" / "recording-0.1.0.jsonl")
FILES_ONLY = ("--no-engine", "--format", "json")
RECORDED = ("--recording", RECORDING, "--format", "json")


def assert_valid(verb: str, data: Any) -> None:
    """What was printed is what the schema says, no key more and none less."""
    Draft202012Validator(schema_of(verb)).validate(data)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object with properties in a schema."""
    for part in schema["$defs"].values():
        if "properties" in part:
            yield part


def test_every_verb_with_json_has_one() -> None:
    """The table of the command line and that of the shapes name the same verbs."""
    assert set(OUTPUTS) == set(DESCRIBED)


@pytest.mark.parametrize("verb", DESCRIBED)
def test_the_schema_itself(sandbox: CliSandbox, verb: str) -> None:
    """Valid by its own draft, closed, explained, and printed as it is."""
    schema = schema_of(verb)
    Draft202012Validator.check_schema(schema)
    found = list(objects(schema))
    assert found
    for one in found:
        assert one["additionalProperties"] is False
        assert one["required"] == sorted(one["properties"])
        assert one["description"]
    told = sandbox.run("schema", verb)
    assert (told.status, told.err, told.json) == (0, "", schema)


@pytest.mark.parametrize(
    "argv",
    [
        ("check", *FILES_ONLY),
        ("check", "--all", *FILES_ONLY),
        ("check", "--no-engine", "gantry", "nowhere", "--format", "json"),
        ("fix", *FILES_ONLY),
        ("fix", "--unsafe", *FILES_ONLY),
        ("status", *FILES_ONLY),
        ("status", "--format", "json"),
        ("graph", *FILES_ONLY),
        ("gpu", *FILES_ONLY),
        ("gpu", "--format", "json"),
        ("doctor", *FILES_ONLY),
        ("doctor", "--format", "json"),
        ("rule", "--format", "json"),
        ("rule", "foreign-user", "--format", "json"),
        ("config", "--format", "json"),
        ("undo", *FILES_ONLY),
        ("undo", "--list", *FILES_ONLY),
        ("demo", "--format", "json"),
        ("replay", RECORDING, "--format", "json"),
        ("check", *RECORDED),
        ("status", *RECORDED),
        ("graph", *RECORDED),
        ("startup", *RECORDED),
        ("startup", "core", *RECORDED),
        ("reach", "gantry/conductor", "core/chroma", *RECORDED),
    ],
    ids=lambda argv: " ".join(argv).replace(RECORDING, "FILE"),
)
def test_what_verbs_print(sandbox: CliSandbox, argv: tuple[str, ...]) -> None:
    """Real runs on files, without an engine, on the demo box and on a recorded one."""
    sandbox.write({**FILES, "bad/compose.yaml": "services: ["})
    assert_valid(argv[0], sandbox.run(*argv).json)


@pytest.mark.parametrize("text", ['{"level": "warn", "msg": "hot", "n": 1}', "plain", ""])
def test_lines_of_logs(text: str) -> None:
    """Of a service and of nobody, in JSON and plain."""
    line = LogLine(1_700_000_000_000_000_001, at("core/web"), "core-web-1", "stderr", text)
    for one in (line, replace(line, service=None)):
        assert_valid("logs", json.loads(json.dumps(log_json(one, "warning"))))


def test_nebtui_alone_prints_what_status_does(sandbox: CliSandbox) -> None:
    """The same shape without a verb."""
    sandbox.write(FILES)
    assert_valid("status", sandbox.run(*FILES_ONLY).json)


def test_undo_tells_what_it_did(sandbox: CliSandbox) -> None:
    """The entry that was undone, then why nothing is; the same list before and after."""
    race = "services:\n  a: {image: x, depends_on: [db]}\n  db: {image: 'redis:7'}\n"
    sandbox.write({"compose.yaml": race})
    assert sandbox.run("fix", "--unsafe", "--write", "--no-engine").status == 0
    listed = sandbox.run("undo", "--list", *FILES_ONLY).json
    undone = sandbox.run("undo", *FILES_ONLY).json
    nothing = sandbox.run("undo", *FILES_ONLY).json
    for told in (listed, undone, nothing):
        assert_valid("undo", told)
    assert undone["undone"] == listed["entries"][0]
    assert (undone["why_not"], nothing["undone"]) == (None, None)
    assert nothing["why_not"] == "nothing left to undo"


@pytest.mark.parametrize(
    "shown", [everything(), box(), box(engine=None)], ids=["all", "bare", "no"]
)
def test_every_fact_and_none(shown: Snapshot) -> None:
    """A box in which every field of every fact is set, and boxes in which none is."""
    found = rules.find(shown)
    told = {
        "status": json_output.status(shown, shown.outside),
        "graph": json_output.graph(shown),
        "gpu": gpu_output.gpu(shown),
        "check": json_output.check(list(shown.projects.values()), found, (), shown.outside),
    }
    for verb, data in told.items():
        assert_valid(verb, json.loads(json.dumps(masked(data))))


def test_it_notices() -> None:
    """A key more, a key less, a word that is none and a missing number told as text are refused."""
    with closing(RecordedHost(open_tape(RECORDING), follow=False)) as host:
        data = json.loads(json.dumps(json_output.status(settle(host))))
    assert_valid("status", data)
    service = data["projects"][0]["services"][0]
    for change in (
        {"more": 1},
        {"readiness": "fine"},
        {"tokens_per_second": "–"},
        {"gpu": None},
    ):
        data["projects"][0]["services"][0] = service | change
        with pytest.raises(ValidationError):
            assert_valid("status", data)
    data["projects"][0]["services"][0] = {k: v for k, v in service.items() if k != "why"}
    with pytest.raises(ValidationError, match="why"):
        assert_valid("status", data)


def test_a_type_that_json_has_no_word_for() -> None:
    """It cannot get into the contract unnoticed."""

    class WrongJson(TypedDict):
        """Something."""

        at: bytes

    with pytest.raises(TypeError):
        json_schema(WrongJson, "wrong")


@pytest.mark.parametrize("verb", ["export", "record", "schema", "nonsense"])
def test_verbs_without_json_of_their_own(sandbox: CliSandbox, verb: str) -> None:
    """Refused with the verbs that have one."""
    told = sandbox.run("schema", verb)
    assert (told.status, told.out) == (2, "")
    assert "'status'" in told.err
