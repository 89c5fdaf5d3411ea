"""`fix` and `undo` with several `--host`: each file is written and taken back by the desk of its
own machine, which is here another folder, where a nebtui of its own serves its files."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.chaos.stub_engine import stub_engine
from tests.cli.sandbox import CliSandbox
from tests.cli.test_schema import assert_valid

OLD = 'version: "3"\nservices:\n  web: {image: "nginx:1.27"}\n'
NEW = OLD.partition("\n")[2]
RULE = ("--rule", "obsolete-version")
BOTH = ("--host", "ssh://gpu1", "--host", "ssh://gpu2")
GONE = ("--host", "ssh://gone")


@pytest.fixture
def near(tmp_path: Path) -> CliSandbox:
    """Where commands are given."""
    (tmp_path / "near").mkdir()
    return CliSandbox(tmp_path / "near")


@pytest.fixture
def far(near: CliSandbox, tmp_path: Path) -> dict[str, CliSandbox]:
    """The machines of the files, and an ssh that leads to them."""
    found = {}
    lines = ['#!/bin/sh\ncase "$*" in']
    for name in ("gpu1", "gpu2"):
        (tmp_path / name).mkdir()
        found[name] = one = CliSandbox(tmp_path / name)
        one.write({"compose.yaml": OLD})
        own = "".join(f"export {key}='{value}'; " for key, value in one.environ.items())
        lines.append(f"*{name}*) {own} cd {one.work};;")
    lines.append("*) echo 'gone: Name or service not known' >&2; exit 255;;\nesac")
    lines.append(f"exec {sys.executable} -m nebtui serve - --no-engine\n")
    program = near.root / "bin/ssh"
    program.parent.mkdir()
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    near.environ["PATH"] = f"{program.parent}:{near.environ['PATH']}"
    return found


def text(box: CliSandbox) -> str:
    """The compose file of a machine."""
    return (box.work / "compose.yaml").read_text()


def test_each_is_written_where_it_is(near: CliSandbox, far: dict[str, CliSandbox]) -> None:
    """Shown first for both and written for none; written in one command, each in a journal of its
    own; taken back newest first, and one left where one is named."""
    shown = near.run("fix", *RULE, *BOTH)
    assert shown.status == 1, shown
    assert [line for line in shown.out.splitlines() if line.startswith("ssh://")] == [
        *("ssh://gpu1:", "ssh://gpu2:"),
    ]
    assert shown.out.count('-version: "3"\n') == 2
    assert {text(box) for box in far.values()} == {OLD}
    told = near.run("fix", *RULE, *BOTH, "--write", "--format", "json")
    assert_valid("fix", told.json)
    assert [(row["host"], row["problem"], len(row["fixed"])) for row in told.json["hosts"]] == [
        ("ssh://gpu1", None, 1),
        ("ssh://gpu2", None, 1),
    ]
    for name in far:
        assert f"entry 1 on {name}; `nebtui undo --host ssh://{name}` undoes it" in told.err
    assert told.status == 0
    assert {text(box) for box in far.values()} == {NEW}
    listed = near.run("undo", "--list", *BOTH, "--format", "json").json
    assert_valid("undo", listed)
    assert [[e["number"] for e in row["entries"]] for row in listed["hosts"]] == [[1], [1]]
    undone = near.run("undo", *BOTH, "--format", "json").json
    assert_valid("undo", undone)
    assert (undone["host"], undone["undone"]["number"]) == ("ssh://gpu2", 1)
    assert (text(far["gpu1"]), text(far["gpu2"])) == (NEW, OLD)
    assert "gpu2: nothing to undo" in near.run("undo", "--list", *BOTH).out
    assert near.run("undo", *BOTH).out.endswith("on gpu1\n")
    assert text(far["gpu1"]) == OLD
    assert near.run("undo", *BOTH).out == "nothing left to undo\n"


def test_one_that_does_not_answer(near: CliSandbox, far: dict[str, CliSandbox]) -> None:
    """The other is written, exit 2; nothing is undone, as the newest change may be there."""
    told = near.run("fix", *RULE, *GONE, "--host", "ssh://gpu1", "--write", "--format", "json")
    assert told.status == 2
    first, second = told.json["hosts"]
    assert ("gone" in first["problem"], second["problem"]) == (True, None)
    assert text(far["gpu1"]) == NEW
    refused = near.run("undo", *GONE, "--host", "ssh://gpu1")
    assert (refused.status, "the newest change may be there" in refused.err) == (2, True)
    assert text(far["gpu1"]) == NEW
    listed = near.run("undo", "--list", *GONE, "--host", "ssh://gpu1")
    assert (listed.status, "ssh://gpu1:\n   1  " in listed.out) == (2, True)


def test_one_that_is_changed_by_hand_keeps_its_text(
    near: CliSandbox, far: dict[str, CliSandbox]
) -> None:
    """What cannot be taken back is told with its box, and stays; a number needs one box."""
    near.run("fix", *RULE, *BOTH, "--write")
    shutil.copy(far["gpu2"].work / "compose.yaml", far["gpu2"].root / "kept")
    (far["gpu2"].work / "compose.yaml").write_text("services: {other: {image: x}}\n")
    refused = near.run("undo", *BOTH)
    assert (refused.status, "ssh://gpu2: " in refused.err) == (2, True)
    assert text(far["gpu2"]) == "services: {other: {image: x}}\n"
    number = near.run("undo", "1", *BOTH)
    assert (number.status, "name one --host" in number.err) == (2, True)
    assert near.run("undo", "1", "--host", "ssh://gpu1").status == 0
    assert text(far["gpu1"]) == OLD


def test_this_machine_beside_another(near: CliSandbox, far: dict[str, CliSandbox]) -> None:
    """Its own files are written here, with a journal here; a change here is the newest of all."""
    near.write({"compose.yaml": OLD})
    with stub_engine(near.root) as (_, url):
        (near.root / "config.toml").write_text(f'[hosts]\nhere = "{url}"\n')
        hosts = ("--host", "ssh://gpu1", "--host", "here")
        told = near.run("fix", *RULE, *hosts, "--write")
        assert told.status == 0, told
        assert "written as entry 1; `nebtui undo --host here` undoes it" in told.err
        assert (text(near), text(far["gpu1"])) == (NEW, NEW)
        assert near.run("undo", *hosts).status == 0
        assert (text(near), text(far["gpu1"])) == (OLD, NEW)
        assert near.run("undo", *hosts).out.endswith("on gpu1\n")
        assert text(far["gpu1"]) == OLD


def test_what_is_no_rule_or_service(near: CliSandbox, far: dict[str, CliSandbox]) -> None:
    """Named wrongly on all boxes: one sentence, nothing planned."""
    for words in (("--rule", "none-such"), ("--to", "a/b"), ("--project", "none")):
        told = near.run("fix", *words, *BOTH)
        assert (told.status, told.out, told.err.count("\n")) == (2, "", 1), told
    assert json.loads(near.run("fix", *BOTH, "--service", "none", "--format", "json").out)
    assert {text(box) for box in far.values()} == {OLD}
