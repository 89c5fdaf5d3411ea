"""`check` in CI: SARIF, annotations, only changed lines, without the findings of before."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nebtui.cli.repository import lines_of
from tests.cli.sandbox import CliSandbox
from tests.report.test_sarif import VALIDATOR

RACE = """\
services:
  app:
    image: app:1
    depends_on: [db]
  db:
    image: postgres:16
    healthcheck: {test: [CMD, pg_isready]}
"""
GATED = RACE.replace("[db]", "{db: {condition: service_healthy}}")
CHECK = ("check", "--no-engine")


def git(folder: Path, *words: str) -> None:
    """A git command that must succeed, with nobody's settings."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    subprocess.run(("git", *who, *words), cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(sandbox: CliSandbox) -> CliSandbox:
    """A work tree with one committed race in `old/`."""
    sandbox.write({"old/compose.yaml": RACE})
    git(sandbox.work, "init")
    git(sandbox.work, "add", "-A")
    git(sandbox.work, "commit", "-m", "one")
    return sandbox


def found(told: Any) -> list[tuple[str, int]]:
    """File below the work tree and line of each finding of JSON."""
    return [(f["file"].partition("/work/")[2], f["line"]) for f in told["findings"]]


def test_sarif(repository: CliSandbox) -> None:
    """Valid SARIF on standard output, paths below the work tree, the exit status of `check`."""
    done = repository.run(*CHECK, "old", "--format", "sarif")
    assert (done.status, done.err) == (1, "")
    assert [error.message for error in VALIDATOR.iter_errors(done.json)] == []
    (run,) = done.json["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "old/compose.yaml", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 4}
    (fix,) = result["fixes"]
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert "service_healthy" in replacement["insertedContent"]["text"]
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"file://{repository.work}/"


def test_sarif_of_an_unusable_file(sandbox: CliSandbox) -> None:
    """It is a notification, and exit 2."""
    sandbox.write({"compose.yaml": "services: [\n"})
    done = sandbox.run(*CHECK, "--format", "sarif")
    assert done.status == 2
    assert [error.message for error in VALIDATOR.iter_errors(done.json)] == []
    (invocation,) = done.json["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False


def test_annotations(repository: CliSandbox) -> None:
    """One command a finding, then the count."""
    done = repository.run(*CHECK, "--format", "github")
    command, count = done.out.splitlines()
    assert command.startswith("::warning file=old/compose.yaml,line=4,title=nebtui ungated-")
    assert (done.status, count) == (1, "1 project: 1 warning")


def test_formats_belong_to_verbs(sandbox: CliSandbox) -> None:
    """A format that a verb does not have is refused in one line, before and behind the verb."""
    for words in (("status", "--format", "sarif"), ("--format", "github", "status")):
        done = sandbox.run(*words)
        assert (done.status, done.out, len(done.lines)) == (2, "", 1)
        assert words[-1 if words[0] == "status" else 1] in done.err
    assert sandbox.run("--format", "sarif").status == 2


def test_only_changed_lines(repository: CliSandbox) -> None:
    """An old race is silent, a new one is told, in files that git tracks and in those it does not
    yet; an ignored file is no change."""
    since = (*CHECK, "--format", "json", "--diff", "HEAD")
    first = repository.run(*since)
    assert (first.status, found(first.json)) == (0, [])
    assert first.err == "nebtui: 1 finding left out: not on lines changed since HEAD\n"
    more = RACE + "  late:\n    image: app:1\n    depends_on: [db]\n"
    ignored = {".gitignore": "ignored/\n", "ignored/compose.yaml": RACE}
    repository.write({"old/compose.yaml": more, "new é\n/compose.yaml": RACE, **ignored})
    second = repository.run(*since)
    assert (second.status, sorted(found(second.json))) == (
        1,
        [("new é\n/compose.yaml", 4), ("old/compose.yaml", 10)],
    )
    git(repository.work, "add", "-A")
    git(repository.work, "commit", "-m", "two")
    assert found(repository.run(*since).json) == []
    assert len(found(repository.run(*since[:-1], "HEAD~1").json)) == 2
    assert repository.run(*since, "old").status == 0


def test_a_revision_that_is_none(repository: CliSandbox) -> None:
    """One sentence, exit 2; what looks like an option of git is none."""
    for revision in ("nowhere", "--output=x", "HEAD:old"):
        done = repository.run(*CHECK, f"--diff={revision}")
        assert (done.status, done.out) == (2, "")
        assert done.err == f"nebtui: --diff {revision}: not a revision of {repository.work}\n"
    assert not (repository.work / "x").exists()


def test_no_work_tree(sandbox: CliSandbox) -> None:
    """One sentence, exit 2; so too without git."""
    sandbox.write({"compose.yaml": RACE})
    done = sandbox.run(*CHECK, "--diff", "HEAD")
    assert (done.status, len(done.lines)) == (2, 1)
    assert "not a git repository" in done.err
    none = sandbox.run(*CHECK, "--diff", "HEAD", PATH="/nonexistent")
    assert (none.status, none.err) == (2, "nebtui: --diff needs git, which is not installed\n")


def test_programs_of_the_repository_are_not_started(repository: CliSandbox) -> None:
    """What a cloned repository's configuration names is not run, nor is a hook's folder taken for
    the one that is looked at."""
    mark = repository.root / "ran"
    script = repository.root / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.evil.textconv"):
        git(repository.work, "config", key, str(script))
    repository.write({".gitattributes": "*.yaml diff=evil\n", "old/compose.yaml": GATED + "#\n"})
    done = repository.run(*CHECK, "--diff", "HEAD", GIT_DIR="/nonexistent")
    assert (done.status, mark.exists()) == (0, False)


def test_lines_of_a_diff() -> None:
    """New and different lines count, lines that went do not; a text like a header is none."""
    text = "--- a\n+++ b\n@@ -1 +1,2 @@ x\n+a\n+@@ -5 +5 @@\n@@ -9,3 +11,0 @@\n@@ -20,0 +30 @@\n"
    assert lines_of(text) == {1, 2, 30}


def test_a_baseline(repository: CliSandbox) -> None:
    """Old findings are left out and counted, whatever line they are on by then; new ones are told,
    in every format."""
    file = str(repository.root / "known.json")
    written = repository.run(*CHECK, "--write-baseline", file)
    assert written.status == 0
    assert re.match(r"nebtui: \d+ findings written to ", written.lines[0])
    data = json.loads(Path(file).read_text())
    assert data["version"] == 1
    assert "ungated-dependency" in {row["rule"] for row in data["findings"]}
    repository.write({"old/compose.yaml": f"# moved\n\n{RACE}", "new/compose.yaml": RACE})
    for form in ("json", "sarif", "github", "text"):
        done = repository.run(*CHECK, "--baseline", file, "--format", form)
        assert (done.status, len(done.lines)) == (1, 1)
        assert "left out: in the baseline" in done.err
        assert "new/compose.yaml" in done.out
        assert "old/compose.yaml" not in done.out.replace("/work/old", "")
    again = repository.run(*CHECK, "--baseline", file, "--write-baseline", file)
    assert again.status == 0
    assert repository.run(*CHECK, "--baseline", file).status == 0


def test_a_baseline_that_is_none(repository: CliSandbox) -> None:
    """A missing, foreign or unwritable file: one sentence, exit 2."""
    repository.write({"a.json": "[]", "b.json": '{"version": 2, "findings": []}', "c.json": "{"})
    for name in ("a.json", "b.json", "c.json", "absent.json", "old"):
        done = repository.run(*CHECK, "--baseline", name)
        assert (done.status, done.out, len(done.lines)) == (2, "", 1)
        assert name in done.err
    into = repository.run(*CHECK, "--write-baseline", "nowhere/b.json")
    assert (into.status, into.out, len(into.lines)) == (2, "", 1)
    onto = repository.run(*CHECK, "--write-baseline", "old")
    assert (onto.status, len(onto.lines)) == (2, 1)


def test_the_hook_of_pre_commit(repository: CliSandbox) -> None:
    """Its entry, given a staged file as pre-commit does, finds what is in it; it is asked about
    compose files and about no other."""
    text = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()
    (hook,) = YAML(typ="safe").load(text)
    assert {"id", "name", "entry", "language", "files"} <= set(hook)
    pattern = re.compile(hook["files"])
    for name in (
        "compose.yaml",
        "a/docker-compose.yml",
        "compose.override.yaml",
        "compose-gpu.yml",
    ):
        assert pattern.search(name)
    for name in ("a/decompose.yaml", "compose.yaml.bak", "composer.yml", "values.yaml"):
        assert not pattern.search(name)
    program, *words = shlex.split(hook["entry"])
    assert program == "nebtui"
    assert repository.run(*words, "old/compose.yaml").status == 1
    repository.write({"old/compose.yaml": GATED})
    assert repository.run(*words, "old/compose.yaml").status == 0
