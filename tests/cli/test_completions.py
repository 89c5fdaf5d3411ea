"""Completions, as bash, zsh and fish themselves complete; and the manual page."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
from dataclasses import dataclass

import pytest

from nebtui.cli.arguments import parser
from nebtui.cli.completions import SCRIPTS
from nebtui.cli.formats import FORMATS
from nebtui.cli.grammar.manual import escaped
from nebtui.cli.grammar.words import grammar_of
from nebtui.facts.declared import Service
from nebtui.keep.outlines import remember_outlines
from nebtui.rules.table import RULES
from tests.builders import project
from tests.cli.sandbox import CliSandbox
from tests.cli.test_ending import read_until

HOSTILE = ("$(touch pwned)", "`touch pwned`", "a;touch pwned", "a b", "-x", "a\x1b[2Jb", "a'b\"c")
START = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--private", "-i"),
}
LOAD = {
    "bash": "source <(nebtui completions bash)",
    "zsh": "autoload -U compinit; compinit -u -D; source <(nebtui completions zsh)",
    "fish": "nebtui completions fish | source",
}
FAKE = """#!/bin/sh
if [ "$1" = completions ]; then
  case $2 in
    bash|zsh|fish) ;;
    *) if [ -e names ]; then cat names; exit; fi ;;
  esac
  exec {python} -m nebtui "$@"
fi
printf '%s\\0' "$@" >>given
printf '\\n' >>given
"""


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody at a shell in which `nebtui` only writes down what it was given."""

    shell: str
    sandbox: CliSandbox

    def types(self, *lines: str) -> list[list[str]]:
        """What nebtui is given when each line is typed, completed with tab, and sent."""
        screen, terminal = pty.openpty()
        given = self.sandbox.work / "given"
        given.unlink(missing_ok=True)
        path = f"{self.sandbox.root / 'bin'}:{self.sandbox.environ['PATH']}"
        with subprocess.Popen(
            START[self.shell],
            cwd=self.sandbox.work,
            env={**self.sandbox.environ, "PATH": path, "PS1": "> ", "TERM": "xterm"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        ) as process:
            os.close(terminal)
            try:
                os.write(screen, f"{LOAD[self.shell]}\recho lo''aded\r".encode())
                assert b"loaded" in read_until(screen, b"loaded", 60)
                for number, line in enumerate(lines):
                    os.write(screen, f"{line}\t\recho don''e{number}\r".encode())
                    done = f"done{number}".encode()
                    assert done in read_until(screen, done, 60)
                os.write(screen, b"exit\r")
            finally:
                process.kill()
                os.close(screen)
        told = given.read_text() if given.exists() else ""
        return [line.split("\0")[:-1] for line in told.split("\n")[:-1]]


@pytest.fixture(params=START)
def typist(request: pytest.FixtureRequest, sandbox: CliSandbox) -> Typist:
    """At each shell that is installed; nebtui has seen the projects core and infer."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    tools = sandbox.root / "bin"
    tools.mkdir()
    (tools / "nebtui").write_text(FAKE.format(python=sys.executable))
    (tools / "nebtui").chmod(0o755)
    core = project("core", Service("chroma"), Service("ingest"))
    seen = (core, project("infer", Service("llama")))
    remember_outlines(sandbox.environ["NEBTUI_STATE"], seen)
    return Typist(request.param, sandbox)


def test_what_tab_makes_of_it(typist: Typist) -> None:
    """Verbs, options, choices, rules, files, and names that were seen, wherever they can stand."""
    (typist.sandbox.work / "my box.yaml").write_text("")
    cases = {
        "nebtui stat": ["status"],
        "nebtui check --write-b": ["check", "--write-baseline"],
        "nebtui check --format sar": ["check", "--format", "sarif"],
        "nebtui --format json schema gr": ["--format", "json", "schema", "graph"],
        "nebtui graph --format=mer": ["graph", "--format=mermaid"],
        "nebtui --project co": ["--project", "core"],
        "nebtui status --project core --no": ["status", "--project", "core", "--no-engine"],
        "nebtui logs core/ch": ["logs", "core/chroma"],
        "nebtui reach core/chroma inf": ["reach", "core/chroma", "infer/llama"],
        "nebtui startup inf": ["startup", "infer"],
        "nebtui fix --rule pip": ["fix", "--rule", "pip-cache"],
        "nebtui rule foreign": ["rule", "foreign-user"],
        "nebtui fix --service ing": ["fix", "--service", "ingest"],
        "nebtui export e": ["export", "ecs"],
        "nebtui check --all my": ["check", "--all", "my box.yaml"],
        "nebtui replay --at 5 my": ["replay", "--at", "5", "my box.yaml"],
    }
    assert dict(zip(cases, typist.types(*cases), strict=True)) == cases


def test_names_that_would_be_commands(typist: Typist) -> None:
    """What a label holds is no command in any shell: such names are not even offered, and a
    program that did offer them would have them typed as they are."""
    seen = [project(name, Service(name)) for name in (*HOSTILE, "core")]
    remember_outlines(typist.sandbox.environ["NEBTUI_STATE"], seen)
    assert typist.types("nebtui status --project ", "nebtui logs ")[0][-1] == "core"
    names = typist.sandbox.work / "names"
    for name in HOSTILE[:4]:
        names.write_text(f"{name}\n")
        (given,) = typist.types("nebtui status --project ")
        assert given[-1] == name
    assert not (typist.sandbox.work / "pwned").exists()


def test_names_without_an_engine(sandbox: CliSandbox) -> None:
    """One a line, from what is kept alone; nothing where nothing is, or where it is spoiled."""
    for spoiled in (None, "", "[1]", "{"):
        if spoiled is not None:
            (sandbox.root / "state" / "outlines.json").write_text(spoiled)
            (sandbox.root / "state" / "projects.json").write_text(spoiled)
        told = sandbox.run("completions", "places")
        assert (told.status, told.out, told.err) == (0, "", "")
    remember_outlines(
        sandbox.environ["NEBTUI_STATE"], [project("core", Service("db"), Service("api"))]
    )
    answers = {
        "projects": "core\n",
        "services": "core/api\ncore/db\n",
        "names": "api\ndb\n",
        "places": "core\ncore/api\ncore/db\n",
    }
    assert {what: sandbox.run("completions", what).out for what in answers} == answers


def test_every_verb_and_option_is_in_every_script(sandbox: CliSandbox) -> None:
    """Made from the parser: nothing that it takes is missing, and a flag means the same kind of
    thing everywhere, as the scripts find the verb by it."""
    grammar = grammar_of(parser(), (rule.name for rule in RULES))
    assert {verb.name for verb in grammar.verbs} == {verb for verb in FORMATS if verb}
    valued: dict[str, set[bool]] = {
        flag: set() for verb in grammar.every for o in verb.options for flag in o.flags
    }
    for verb in grammar.every:
        for option in verb.options:
            for flag in option.flags:
                valued[flag].add(option.value is not None)
    assert {flag for flag, kinds in valued.items() if len(kinds) > 1} == set()
    for shell in SCRIPTS:
        script = sandbox.run("completions", shell).out
        for verb in grammar.every:
            for option in verb.options:
                assert option.flags[-1].removeprefix("--") in script
        assert all(rule.name in script for rule in RULES)


def test_the_manual_page(sandbox: CliSandbox) -> None:
    """Every verb, option and word of help is in it; groff has nothing to complain about."""
    page = sandbox.run("man")
    assert (page.status, page.err) == (0, "")
    bare = page.out.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")
    assert page.out.isascii()
    bare = re.sub(r"\\\[u(\w+)\]", lambda found: chr(int(found[1], 16)), bare)
    grammar = grammar_of(parser(), ())
    for verb in grammar.verbs:
        assert f"\n.SS nebtui {verb.name}" in bare
        assert verb.more in bare
        for option in verb.options:
            assert ", ".join(option.flags) in bare
            assert option.told in bare
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ("groff", "-man", "-ww", "-z", "-Tutf8"), input=page.out, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", [".TH evil", "'br", "a\\fBb", "--x\n.so /etc/passwd"])
def test_no_text_is_a_request(text: str) -> None:
    """What stands in a help is never read as roff."""
    made = escaped(text)
    assert not made.startswith((".", "'"))
    assert "\n" not in made
    assert "\\f" not in made
