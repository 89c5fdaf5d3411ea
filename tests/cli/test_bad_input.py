"""Bad input from the command line: one clear sentence with file, line and reason, a working rest,
nothing written."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.cli.sandbox import CliSandbox

GOOD = "services:\n  web:\n    image: nginx:1.27\n"
STORE = "services:\n  store:\n    image: x\n    environment:\n      URL: http://gone-fishing:80\n"


def broken(sandbox: CliSandbox, name: str) -> None:
    """Put one unusable project into the folder `bad`, and beside it one that is right."""
    sandbox.write({"good/compose.yaml": GOOD})
    file = sandbox.work / "bad" / "compose.yaml"
    texts: dict[str, str | bytes] = {
        "yaml": "services:\n  a:\n    image: x\n   b: [\n",
        "list": "- just\n- a list\n",
        "empty": "",
        "shape": "services: [a, b]\n",
        "utf8": b"services:\n  a:\n    image: '\xff\xfe'\n",
        "nul": b"services:\n  a:\n    image: 'x\x00'\n",
        "variable": "services:\n  a:\n    image: x\n    user: ${WANTED:?tell me}\n",
        "key": "services:\n  a:\n    image: x\n    environment: {API_KEY: '${API_KEY:?set it}'}\n",
        "env_file": "services:\n  a:\n    image: x\n    env_file:\n      - missing.env\n",
        "include": "include:\n  - gone.yaml\nservices:\n  a: {image: x}\n",
        "extends": "services:\n  a:\n    extends: {file: gone.yaml, service: b}\n",
        "network": "services:\n  a:\n    image: x\n    networks: [nowhere]\n",
        "circle": "services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: x, "
        "network_mode: 'service:a'}\n",
    }
    (sandbox.work / "bad").mkdir()
    if name == "directory":
        file.mkdir()
    elif name == "fifo":
        os.mkfifo(file)
    elif name == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            os.chdir(file.parent)  # a socket's path is short
            bound.bind(file.name)
    elif name == "dangling":
        file.symlink_to("nowhere")
    elif name == "unreadable":
        file.write_text(GOOD)
        file.chmod(0)
    else:
        sandbox.write({"bad/compose.yaml": texts[name]})


CASES = {
    "yaml": ("bad/compose.yaml", 4, ""),
    "list": ("bad/compose.yaml", 1, "mapping"),
    "empty": ("bad/compose.yaml", None, "empty"),
    "shape": ("bad/compose.yaml", 1, "services"),
    "utf8": ("bad/compose.yaml", 3, "not UTF-8"),
    "nul": ("bad/compose.yaml", 3, ""),
    "variable": ("bad/compose.yaml", 4, "WANTED is missing a value: tell me"),
    "key": ("bad/compose.yaml", 4, "API_KEY is missing a value: set it"),
    "env_file": ("bad/compose.yaml", 5, "missing.env does not exist"),
    "include": ("bad/", None, "does not exist"),
    "extends": ("bad/", None, "does not exist"),
    "network": ("bad/compose.yaml", 4, "nowhere"),
    "circle": ("bad/compose.yaml", None, "cycle"),
    "directory": ("bad/compose.yaml", None, "is a directory"),
    "fifo": ("bad/compose.yaml", None, "is a named pipe"),
    "socket": ("bad/compose.yaml", None, "is a socket"),
    "unreadable": ("bad/compose.yaml", None, "permission denied"),
}


@pytest.mark.parametrize("name", CASES)
def test_an_unusable_file(sandbox: CliSandbox, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with file, line and reason, exit 2; the project beside it is still looked at;
    nothing written."""
    monkeypatch.chdir(sandbox.work)
    broken(sandbox, name)
    before = sandbox.everything()
    place, line, reason = CASES[name]
    told = sandbox.run("check", "--no-engine", "--format", "json", obeys_modes=True)
    assert (told.status, len(told.lines)) == (2, 1), told
    number = f":{line}: " if line else ""
    assert told.err.startswith(f"nebtui: {sandbox.work}/{place}"), told.err
    assert number in told.err
    assert reason in told.err
    (error,) = told.json["errors"]
    assert reason in error["message"]
    assert line in (None, error["line"])
    assert error["file"].startswith(f"{sandbox.work}/{place}")
    assert told.json["projects"] == 2
    assert told.json["services"] >= 1
    text = sandbox.run("check", "--no-engine", "bad/compose.yaml", obeys_modes=True)
    assert (text.status, len(text.lines)) == (2, 1), text
    for verb in ("status", "graph", "fix"):
        other = sandbox.run(verb, "--no-engine", obeys_modes=True)
        assert other.status == 2, other
        assert other.lines[0] == told.lines[0]
    assert sandbox.everything() == before


@pytest.mark.parametrize("name", ["yaml", "variable", "utf8", "directory"])
def test_an_unusable_file_and_no_terminal(
    sandbox: CliSandbox, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal `nebtui` prints the status once, the broken project with its reason, and
    exits with 0."""
    monkeypatch.chdir(sandbox.work)
    broken(sandbox, name)
    told = sandbox.run("--no-engine", obeys_modes=True)
    assert told.status == 0
    assert "✗ " in told.out
    assert CASES[name][2] in told.out
    assert "web" in told.out


def test_findings_are_told_beside_a_broken_file(sandbox: CliSandbox) -> None:
    """What is wrong with one file hides no finding of another, and `--project` leaves the broken
    one out."""
    sandbox.write(
        {"bad/compose.yaml": "services: [\n", "a/compose.yaml": STORE.replace("gone-fishing", "db")}
    )
    sandbox.write({"b/compose.yaml": "services:\n  db: {image: x}\n"})
    told = sandbox.run("check", "--no-engine", "--format", "json")
    assert (told.status, len(told.json["errors"])) == (2, 1)
    assert [f["rule"] for f in told.json["findings"]] == ["isolated-networks"]
    assert (sandbox.run("check", "--no-engine", "--project", "a")).status == 1
    assert (sandbox.run("check", "--no-engine", "--project", "b")).status == 0


def test_no_engine(sandbox: CliSandbox) -> None:
    """Without an engine the files are checked, and one sentence says why no engine was asked;
    without files: 2."""
    told = sandbox.run("check")
    assert (told.status, told.out, len(told.lines)) == (2, "", 1)
    assert told.err == (
        "nebtui: No engine socket at /nonexistent/docker.sock: start the engine that listens "
        "there, or name another by --host or DOCKER_HOST.\n"
    )
    assert sandbox.run("status").status == 2
    sandbox.write({"compose.yaml": GOOD})
    told = sandbox.run("check")
    assert (told.status, len(told.lines)) == (0, 1)
    assert "No engine socket" in told.err


def test_no_permission_for_the_socket(sandbox: CliSandbox) -> None:
    """A socket that may not be opened is told with the group to join, and the files are still
    looked at."""
    sandbox.write({"compose.yaml": GOOD})
    path = Path("/tmp") / f"t3x-{os.getpid()}.sock"  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        bound.listen()
        path.chmod(0)
        try:
            told = sandbox.run("check", DOCKER_HOST=f"unix://{path}", obeys_modes=True)
            bare = sandbox.run(DOCKER_HOST=f"unix://{path}", obeys_modes=True)
        finally:
            path.unlink()
    assert (told.status, len(told.lines)) == (0, 1), told
    assert f"No permission for {path}" in told.err
    assert "usermod -aG docker" in told.err
    assert bare.status == 0
    assert "No permission" in bare.out
    assert "web" in bare.out


def test_no_projects(sandbox: CliSandbox) -> None:
    """An empty folder is no failure where only files were to be looked at."""
    told = sandbox.run("check", "--no-engine")
    assert (told.status, told.err) == (0, "")
    assert told.out == "0 projects: no findings\n"
    assert sandbox.run("check", "--no-engine", "--format", "json").json == {
        "version": 1,
        "host": None,
        "projects": 0,
        "services": 0,
        "findings": [],
        "errors": [],
        "outside": [],
    }
    assert sandbox.run("status", "--no-engine").out == "no Compose projects found\n"
    assert sandbox.run("undo").out == "nothing left to undo\n"


def test_nothing_at_all_is_the_demo(sandbox: CliSandbox) -> None:
    """No engine and no file: the demo box, saying so, printed once without a terminal, and gone
    afterwards."""
    told = sandbox.run(TMPDIR=str(sandbox.root))
    assert told.status == 0
    assert told.err == "nebtui: no engine and no compose file here: this is the demo box\n"
    assert told.out.startswith("demo: ")
    assert "conductor" in told.out
    assert list(sandbox.root.glob("nebtui-*")) == []


@pytest.mark.parametrize("scenario", ["all", "race", "cut-network", "foreign-user"])
def test_the_demo_without_a_terminal(sandbox: CliSandbox, scenario: str) -> None:
    """Every scenario prints its status once, exits with 0 and leaves nothing behind."""
    told = sandbox.run("demo", scenario, TMPDIR=str(sandbox.root))
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("demo: ")
    assert list(sandbox.root.glob("nebtui-*")) == []
    assert sandbox.everything() == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "nowhere"), "nowhere: no such file or folder"),
        (("fix", "--rule", "nonsense"), "nonsense is not a rule; `nebtui rule` lists them"),
        (("rule", "nonsense"), "nonsense is not a rule; `nebtui rule` lists them"),
        (("fix", "--no-engine", "--to", "a/b"), "--to a/b: no such service; write PROJECT/SERVICE"),
        (("check", "--no-engine", "--project", "nope"), "no project is called nope"),
        (("fix", "--write", "--read-only"), "--read-only disables every change"),
        (("undo", "--read-only"), "--read-only disables every change"),
        (("check", "--no-engine", "empty"), "no Compose project is in "),
        (("frobnicate",), "invalid choice"),
        (("check", "--fail-on", "never"), "invalid choice"),
        (("undo", "last"), "invalid int value"),
        (("demo", "nonsense"), "invalid choice"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_bad_usage(sandbox: CliSandbox, words: tuple[str, ...], said: str) -> None:
    """What cannot be meant is told in a sentence, with exit 2 and nothing on standard output."""
    sandbox.write({"compose.yaml": GOOD, "empty/readme": ""})
    before = sandbox.everything()
    told = sandbox.run(*words)
    assert (told.status, told.out) == (2, "")
    assert said in told.lines[-1]
    assert sandbox.everything() == before


def test_broken_settings(sandbox: CliSandbox) -> None:
    """A settings file that cannot be used is told with its path and key, by every command."""
    (sandbox.root / "config.toml").write_text("[fix]\nnetwrok = 'x'\n")
    for words in (("check",), ("config",), (), ("undo",)):
        told = sandbox.run(*words)
        assert (told.status, len(told.lines)) == (2, 1)
        assert told.err.startswith(
            f"nebtui: {sandbox.root}/config.toml: fix.netwrok is not a setting"
        )


def test_a_hostile_name_reaches_no_terminal(sandbox: CliSandbox) -> None:
    """Escape sequences in names and paths of broken projects are not printed."""
    sandbox.write(
        {
            "x\x1b[31m/compose.yaml": "services: [\n",
            "y/compose.yaml": 'services: {"a\\e[31m": {image: x}}\n',
        }
    )
    for words in (
        ("check", "--no-engine"),
        ("status", "--no-engine"),
        ("graph", "--no-engine"),
        ("--no-engine",),
    ):
        told = sandbox.run(*words)
        assert "\x1b" not in told.out + told.err


def test_a_reader_that_goes_away(sandbox: CliSandbox) -> None:
    """`nebtui check | head -1` ends quietly."""
    sandbox.write({f"p{n}/compose.yaml": GOOD for n in range(3)})
    script = (
        "import sys, subprocess; p = subprocess.Popen([sys.executable, '-m', 'nebtui', "
        "'check', '--no-engine'],"
    )
    script += (
        " stdout=subprocess.PIPE, stderr=subprocess.PIPE); p.stdout.close(); "
        "print(p.stderr.read(), p.wait())"
    )
    assert sandbox.python("-c", script).out.strip() in ("b'' 0", "b'' 1")


def test_a_state_folder_that_cannot_be_written(sandbox: CliSandbox) -> None:
    """Looking works without a state folder; writing says in a sentence that undo could not be
    kept."""
    sandbox.write(
        {
            "compose.yaml": "services:\n  a: {image: x, environment: {U: "
            "'http://host.docker.internal'}}\n"
        }
    )
    before = sandbox.everything()
    assert sandbox.run("check", "--no-engine", NEBTUI_STATE="/proc/nowhere").status == 1
    told = sandbox.run("fix", "--no-engine", "--write", NEBTUI_STATE="/proc/nowhere")
    assert told.status == 2
    assert "nothing was written" in told.lines[-1]
    assert sandbox.everything() == before
