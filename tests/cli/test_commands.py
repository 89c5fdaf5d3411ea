"""The verbs of the command line without an engine: what they print, how they exit, what they leave
alone."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from nebtui.rules.table import RULES
from nebtui.settings import known
from tests.cli.sandbox import CliSandbox

CORE = """\
services:
  chroma:
    image: chromadb/chroma:1.0.15   # pinned
    healthcheck: {test: [CMD, "true"]}

  lonely:
    image: redis:7
"""
GANTRY = """\
services:
  conductor:
    image: conductor:1
    environment:
      CHROMA_URL: http://chroma:8000 # the store
      TABBY_URL: http://host.docker.internal:5000
    depends_on: [queue]
  queue:
    image: redis:7
"""
FILES: dict[str, str | bytes] = {"core/compose.yaml": CORE, "gantry/docker-compose.yml": GANTRY}


@pytest.fixture
def box(sandbox: CliSandbox) -> CliSandbox:
    """Two projects: a cut network, a missing host gateway, a race and a server without health
    test."""
    sandbox.write(FILES)
    return sandbox


def rules_of(told: list[dict[str, str]]) -> set[str]:
    """The rules of JSON findings."""
    return {finding["rule"] for finding in told}


def test_check(box: CliSandbox) -> None:
    """Errors and warnings with file and line, in text and in JSON, and exit 1."""
    told = box.run("check", "--no-engine", "--format", "json")
    assert (told.status, told.err) == (1, "")
    assert rules_of(told.json["findings"]) == {
        "isolated-networks",
        "missing-host-gateway",
        "ungated-dependency",
    }
    (cut,) = [f for f in told.json["findings"] if f["rule"] == "isolated-networks"]
    assert (cut["file"], cut["line"]) == (f"{box.work}/gantry/docker-compose.yml", 5)
    text = box.run("check", "--no-engine")
    assert text.status == 1
    assert (
        "gantry/docker-compose.yml:5: E isolated-networks: gantry/conductor uses chroma:8000"
        in text.out
    )
    assert text.out.splitlines()[-1].startswith("2 projects: 2 errors, ")


def test_the_bar_of_failure(box: CliSandbox) -> None:
    """`--fail-on` moves the exit status; advice is shown with `--all` or when it fails, never
    else."""
    only_advice = ("check", "--no-engine", "core", "--format", "json")
    assert [f["rule"] for f in box.run(*only_advice).json["findings"]] == []
    assert box.run(*only_advice).status == 0
    shown = box.run(*only_advice, "--all")
    assert (shown.status, {f["severity"] for f in shown.json["findings"]}) == (0, {"advice"})
    failing = box.run(*only_advice, "--fail-on", "advice")
    assert (failing.status, failing.json["findings"]) == (1, shown.json["findings"])
    box.write(
        {
            "gantry/docker-compose.yml": "services: {a: {image: x, depends_on: [b]}, b: {image: "
            "'redis:7'}}\n"
        }
    )
    assert box.run("check", "--no-engine").status == 1
    assert box.run("check", "--no-engine", "--fail-on", "error").status == 0
    assert box.run("--fail-on", "error", "check", "--no-engine").status == 0


def test_which_projects(box: CliSandbox) -> None:
    """PATH and `--project` choose the findings, and other projects are still known to them."""
    by_folder = box.run(
        "check", "--no-engine", "gantry", "core", "--project", "gantry", "--format", "json"
    ).json
    assert by_folder["projects"] == 1
    assert "isolated-networks" in rules_of(by_folder["findings"])
    by_file = box.run("check", "--no-engine", "gantry/docker-compose.yml", "--format", "json").json
    assert (by_file["projects"], by_file["services"]) == (1, 2)
    assert "isolated-networks" not in rules_of(by_file["findings"])


def test_an_allowed_finding_is_silent(box: CliSandbox) -> None:
    """A comment at the line, or the settings, switch a rule off."""
    box.write(
        {
            "gantry/docker-compose.yml": GANTRY.replace(
                "# the store", "# nebtui: allow isolated-networks"
            )
        }
    )
    assert "isolated-networks" not in rules_of(
        box.run("check", "--no-engine", "--format", "json").json["findings"]
    )
    (box.root / "config.toml").write_text('[rules]\nallow = ["missing-host-gateway"]\n')
    assert "missing-host-gateway" not in rules_of(
        box.run("check", "--no-engine", "--format", "json").json["findings"]
    )


def test_the_depth_of_the_search_is_a_setting(box: CliSandbox) -> None:
    """`[search] depth` reaches the search: 0 looks into the folder itself only."""
    (box.root / "config.toml").write_text("[search]\ndepth = 0\n")
    assert box.run("check", "--no-engine", "--format", "json").json["projects"] == 0


def test_fix_shows_and_writes_nothing(box: CliSandbox) -> None:
    """Without --write: the diff, the host step, what is left and why; exit 1; no byte changed, no
    entry."""
    before = box.everything()
    told = box.run("fix", "--no-engine")
    assert told.status == 1
    assert "+    networks: [default, nebtui-shared]" in told.out
    assert "host step: docker network create" in told.out
    assert "left: ungated-dependency gantry/conductor: " in told.err
    as_json = box.run("fix", "--no-engine", "--format", "json")
    assert as_json.json["version"] == 1
    assert {"rule": "isolated-networks", "service": "gantry/conductor"} in as_json.json["fixed"]
    assert box.everything() == before
    assert box.run("undo", "--list").out == "nothing to undo\n"


def test_fix_of_nothing(box: CliSandbox) -> None:
    """Where nothing is found nothing is fixed, and that is success."""
    told = box.run("fix", "--no-engine", "--write", "core")
    assert (told.status, told.out) == (0, "nothing to fix\n")


def test_fix_then_check_then_undo(box: CliSandbox) -> None:
    """Written as one entry, the check is clean; undo gives every byte and mode back, and a second
    one says so."""
    (box.work / "gantry" / "docker-compose.yml").chmod(0o640)
    before = box.everything()
    gateway = (
        "--rule",
        "missing-host-gateway",
        "--rule",
        "ungated-dependency",
        "--rule",
        "missing-healthcheck",
    )
    told = box.run("fix", "--no-engine", "--write", "--unsafe", *gateway)
    assert told.status == 0, told
    assert "`nebtui undo` undoes it" in told.err
    after = box.everything()
    assert {name for name in after if after[name] != before.get(name)} >= {
        "gantry/docker-compose.yml"
    }
    assert {name: mode for name, (mode, _) in after.items()} == {
        name: mode for name, (mode, _) in before.items()
    }
    left = box.run("check", "--no-engine", "--format", "json")
    assert rules_of(left.json["findings"]) == {"isolated-networks"}
    assert "# the store" in (box.work / "gantry" / "docker-compose.yml").read_text()
    (entry,) = box.run("undo", "--list", "--format", "json").json["entries"]
    assert entry["number"] == 1
    undone = box.run("undo")
    assert (undone.status, undone.out.startswith("undone: ")) == (0, True)
    assert box.everything() == before
    assert box.run("undo").out == "nothing left to undo\n"


def test_a_file_changed_since_is_not_undone_over(box: CliSandbox) -> None:
    """Undo keeps what a person wrote elsewhere in the file meanwhile, and takes back only its own
    lines."""
    before = (box.work / "gantry" / "docker-compose.yml").read_text()
    box.run("fix", "--no-engine", "--write", "--rule", "missing-host-gateway")
    file = box.work / "gantry" / "docker-compose.yml"
    file.write_text("# mine\n" + file.read_text())
    told = box.run("undo")
    assert told.status in (0, 2)
    assert file.read_text().startswith("# mine\n")
    assert (file.read_text() == "# mine\n" + before) is (told.status == 0)


def test_one_rule_one_service(box: CliSandbox) -> None:
    """`--rule` and `--service` select; what was not selected does not count as left."""
    told = box.run(
        "fix", "--no-engine", "--rule", "missing-host-gateway", "--service", "conductor", "--write"
    )
    assert told.status == 0, told
    assert "+    extra_hosts:" in told.out
    assert box.run("fix", "--no-engine", "--rule", "missing-host-gateway").out == "nothing to fix\n"


def test_rule(sandbox: CliSandbox) -> None:
    """Without a name the table of all rules, with one its manual."""
    table = sandbox.run("rule")
    assert (table.status, table.err) == (0, "")
    assert [line.split()[1] for line in table.out.splitlines()] == [rule.name for rule in RULES]
    rows = sandbox.run("rule", "--format", "json").json["rules"]
    assert [row["rule"] for row in rows] == [rule.name for rule in RULES]
    for rule in RULES:
        manual = rule.manual
        assert all(
            word in manual for word in ("What:", "Why it bites:", "Evidence:", "Fix:", "Source:")
        ), rule.name
    page = sandbox.run("rule", "foreign-user").out
    assert page.startswith("foreign-user\nerror: it does not work now\n\nA container's user cannot")
    assert "\nWhy it bites\n  " in page
    assert "nebtui fix --rule foreign-user\n      shows the change; --write writes it" in page
    assert max(map(len, page.splitlines())) <= 80


def test_config(sandbox: CliSandbox) -> None:
    """Every setting with its value and whether it is set, and the file it comes from."""
    (sandbox.root / "config.toml").write_text('[fix]\nnetwork = "llm"\n')
    told = sandbox.run("config")
    assert told.status == 0
    assert told.out.splitlines()[0] == f"{sandbox.root}/config.toml"
    network, theme = (
        next(line for line in told.out.splitlines() if name in line)
        for name in ("network", "theme")
    )
    assert network.split() == ["fix.network", '"llm"', "(set)"]
    assert theme.split() == ["theme", '""', "(default)"]
    values = sandbox.run("config", "--format", "json").json["settings"]
    assert (values["fix.network"], values["search.depth"]) == ("llm", 4)
    assert set(values) == {*known(), "state_dir"}


def test_graph(box: CliSandbox) -> None:
    """The graph as JSON of the contract, and as text in the width and alphabet of the terminal."""
    told = box.run("graph", "--no-engine", "--format", "json")
    assert told.status == 0
    assert {
        "from": "gantry/conductor",
        "to": "gantry/queue",
        "kind": "depends",
        "gate": "service_started",
    }.items() <= (told.json["edges"][0].items())
    assert {e["to"]: e["reachable"] for e in told.json["edges"] if e["kind"] == "references"} == {
        "core/chroma": False
    }
    text = box.run("graph", "--no-engine", COLUMNS="80")
    assert "conductor" in text.out
    assert "✗" in text.out
    assert max(map(len, text.out.splitlines())) <= 80
    ascii_only = box.run(
        "graph", "--no-engine", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert ascii_only.out.isascii()
    assert "conductor" in ascii_only.out


def test_a_graph_to_be_drawn(box: CliSandbox) -> None:
    """Mermaid and DOT on standard output, nothing else; `--project` leaves the others out."""
    mermaid = box.run("graph", "--no-engine", "--format", "mermaid")
    assert (mermaid.status, mermaid.err) == (0, "")
    assert mermaid.out.splitlines()[0] == "flowchart LR"
    assert 'subgraph p0["core"]' in mermaid.out
    dot = box.run("graph", "--no-engine", "--format", "dot", "--project", "gantry")
    assert (dot.status, dot.err) == (0, "")
    assert dot.out.splitlines()[1] == "digraph nebtui {"
    assert "core" not in dot.out


def test_status(box: CliSandbox) -> None:
    """Projects and services once; the exit status is that of check."""
    told = box.run("status", "--no-engine", "--format", "json")
    assert told.status == 1
    assert told.json["engine"] is None
    assert [p["name"] for p in told.json["projects"]] == ["core", "gantry"]
    one = box.run("status", "--no-engine", "--project", "core", "--fail-on", "error")
    assert one.status == 0
    assert "chroma" in one.out
    assert "conductor" not in one.out


def test_status_for_prometheus(box: CliSandbox) -> None:
    """A page of metrics on standard output; the exit status stays that of check, and where nothing
    could be looked at the page is empty."""
    told = box.run("status", "--no-engine", "--format", "prometheus")
    assert (told.status, told.err) == (1, "")
    found = 'nebtui_findings{project="gantry",rule="isolated-networks",severity="error"} 1'
    assert found in told.out.splitlines()
    assert "nebtui_engine_up" not in told.out
    asked = box.run("status", "--format", "prometheus")
    assert "nebtui_engine_up 0" in asked.out.splitlines()
    nobody = box.run("status", "--no-engine", "--format", "prometheus", "--project", "nope")
    assert (nobody.status, nobody.out) == (2, "")


def test_no_terminal_prints_the_status(box: CliSandbox) -> None:
    """`nebtui` in a pipe prints what `status` prints and exits with 0, whatever was found."""
    told = box.run("--no-engine")
    assert (told.status, told.err) == (0, "")
    assert "conductor" in told.out
    assert box.run("--no-engine", "--format", "json").json["version"] == 1


def test_a_dumb_terminal_is_told_what_to_do(box: CliSandbox) -> None:
    """On a terminal that cannot show a screen one sentence names the way to do without."""
    master, slave = pty.openpty()
    with os.fdopen(master), os.fdopen(slave) as terminal:
        done = subprocess.run(
            (sys.executable, "-m", "nebtui", "--no-engine"),
            cwd=box.work,
            env={**box.environ, "TERM": "dumb"},
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "`nebtui --plain`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["check", "status", "graph", "fix", "rule", "undo"])
def test_the_screen_is_never_loaded(box: CliSandbox, verb: str) -> None:
    """A verb of the command line loads neither textual nor rich."""
    script = f"import sys; from nebtui.cli import main; main([{verb!r}, '--no-engine']); "
    script += "print(sorted(m for m in sys.modules if m.partition('.')[0] in ('textual', 'rich')))"
    assert box.python("-c", script).out.splitlines()[-1] == "[]"


def test_no_engine_calls_nobody(box: CliSandbox) -> None:
    """`check --no-engine` asks neither Docker nor Compose nor a socket: no process and no
    connection is begun."""
    calls = box.root / "calls"
    (box.root / "bin").mkdir()
    for name in ("docker", "docker-compose"):
        stub = box.root / "bin" / name
        stub.write_text(f"#!/bin/sh\necho called >> {calls}\n")
        stub.chmod(0o755)
    watched = "subprocess.Popen", "os.posix_spawn", "os.system", "os.fork", "socket.connect"
    script = (
        f"import sys; sys.addaudithook(lambda event, args: event in {watched!r} and "
        f"sys.exit(f'called {{event}}'))\n"
    )
    script += (
        "from nebtui.cli import main; sys.exit(main(['check', '--no-engine', '--format', 'json']))"
    )
    told = box.python("-c", script, PATH=f"{box.root}/bin:{box.environ['PATH']}")
    assert (told.status, told.err) == (1, "")
    assert len(told.json["findings"]) > 2
    assert not calls.exists()
    box.run("check", PATH=f"{box.root}/bin:{box.environ['PATH']}")
    assert calls.read_text().startswith("called"), (
        "the stubs are what a check with an engine would have called"
    )


def test_without_compose_the_own_reader_looks(box: CliSandbox) -> None:
    """Where there is no Compose the projects are read all the same, and the view says who read
    them."""
    script = "import nebtui.compose.binary.command as c; c.find_compose = lambda environ: None\n"
    script += "import sys; from nebtui.cli import main; sys.exit(main(['status']))"
    told = box.python("-c", script, PATH=str(Path("/nonexistent")))
    assert told.status == 1
    assert "read by nebtui" in told.out
    assert "view: compose" not in told.out


def test_version_and_help(sandbox: CliSandbox) -> None:
    """`--version` and `--help` answer without looking at anything."""
    assert sandbox.run("--version").out.startswith("nebtui ")
    for verb in (
        (),
        ("check",),
        ("fix",),
        ("undo",),
        ("status",),
        ("graph",),
        ("rule",),
        ("demo",),
    ):
        told = sandbox.run(*verb, "--help")
        assert (told.status, told.err) == (0, "")
        assert "usage: nebtui" in told.out


def test_undo_of_what_never_was(sandbox: CliSandbox) -> None:
    """A number that no entry has is bad usage, told in one line; nothing left at all is no
    failure."""
    told = sandbox.run("undo", "99")
    assert (told.status, told.out) == (2, "")
    assert "entry 99 was never written" in told.err
    assert len(told.err.splitlines()) == 1
    assert sandbox.run("undo").status == 0


def test_doctor_on_a_state_folder_that_is_a_file(sandbox: CliSandbox) -> None:
    """A file where the folder should be is said to be broken, with what to do."""
    (sandbox.root / "file").write_text("")
    told = sandbox.run("doctor", "--no-engine", NEBTUI_STATE=str(sandbox.root / "file"))
    line = next(line for line in told.out.splitlines() if "journal" in line)
    assert "is no folder" in told.out
    assert "✗" in line


def test_a_join_is_proved_though_it_brings_a_warning_to_light(sandbox: CliSandbox) -> None:
    """A store that is reached at last, and has no healthcheck, is no reason to leave it
    unreachable; it is told."""
    store = "services:\n  store:\n    image: redis:7\n"
    agent = "services:\n  agent:\n    image: x\n    environment: {U: redis://store:6379}\n"
    sandbox.write({"a/compose.yaml": store, "b/compose.yaml": agent})
    told = sandbox.run("fix", "--rule", "isolated-networks", "--no-engine")
    assert told.out.count("+    networks: [default, nebtui-shared]") == 2
    assert "then seen, missing-healthcheck: store has no healthcheck" in told.out + told.err
