"""Promises of `nebtui tour` without a screen: the steps as text, and a file that is no tour refused
by its lines."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from nebtui.tour.reader import built_in, read_tour
from nebtui.tour.step import KINDS
from tests.cli.sandbox import CliSandbox
from tests.cli.test_ending import read_until

PAGE = (Path(__file__).parents[2] / "docs" / "tours.md").read_text()


def test_the_steps_as_text(sandbox: CliSandbox) -> None:
    """Without a terminal the tour is printed, with where to go and what to press."""
    answer = sandbox.run("tour")
    assert answer.status == 0
    assert len(re.findall(r"^\d+\. ", answer.out, re.MULTILINE)) == len(built_in().steps)
    assert "4. Join the network  (gantry/conductor · press n, then U)" in answer.out
    assert max(map(len, answer.out.split("\n"))) <= 80


def test_a_file_that_is_no_tour(sandbox: CliSandbox) -> None:
    """Every mistake on a line of its own, with file and line; nothing of it steers the terminal."""
    file = sandbox.work / "tour.toml"
    file.write_text('title = "t"\n[[step]]\ntitle = "x"\nuntil = { tab = "\\u001b[2J" }\n')
    answer = sandbox.run("tour", "tour.toml")
    assert answer.status == 2
    assert "\x1b" not in answer.err
    first, second = answer.lines
    assert first.startswith("nebtui: ")
    assert first.endswith("tour.toml:2: text is missing")
    assert "tour.toml:4: until: " in second
    assert sandbox.run("tour", "absent.toml").lines[0].endswith("absent.toml: does not exist")


def test_what_does_not_go_together(sandbox: CliSandbox) -> None:
    """The tour of the demo box has no recording; a folder is no tour; JSON is not offered."""
    assert sandbox.run("tour", "--recording", "x.jsonl").status == 2
    assert sandbox.run("tour", ".").status == 2
    assert sandbox.run("tour", "--format", "json").status == 2


def test_the_example_of_the_documents(sandbox: CliSandbox) -> None:
    """It is a tour, and every kind of condition is in its table."""
    example = re.search(r"<!-- tour -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    (sandbox.work / "tour.toml").write_text(example.group(1))
    answer = sandbox.run("tour", "tour.toml")
    assert answer.status == 0
    assert "1. The planner  (rag/planner · press j k)" in answer.out
    table = PAGE.partition("<!-- clauses -->")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+ = \"[^`]*\")`", table, re.MULTILINE)
    assert tuple(row.split()[0] for row in rows) == KINDS
    names = {"RULE": "isolated-networks", "PROJECT": "rag", "SERVICE": "planner"}
    for row in rows:
        clause = re.sub("|".join(names), lambda found: names[found.group()], row)
        step = f'[[step]]\ntitle = "s"\ntext = "x"\nuntil = {{ {clause} }}\n'
        assert read_tour(f'title = "t"\n{step}', "t").steps[0].until


def test_on_a_terminal(sandbox: CliSandbox) -> None:
    """`nebtui tour` opens its first step on the demo box, and K keeps the place for another run."""
    screen, terminal = pty.openpty()
    argv = [sys.executable, "-m", "nebtui", "tour"]
    environ = {**sandbox.environ, "TERM": "xterm"}
    with subprocess.Popen(
        argv, cwd=sandbox.work, env=environ, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        try:
            assert b"Read the graph" in read_until(screen, b"Read the graph", 30)
            os.write(screen, b"K")
            assert b"What is broken" in read_until(screen, b"What is broken", 10)
            os.write(screen, b"q")
            read_until(screen, b"\x1b[?1049l", 10)
            assert process.wait(10) == 0
        finally:
            process.kill()
            os.close(screen)
    kept = Path(sandbox.environ["NEBTUI_STATE"], "tours.json")
    assert json.loads(kept.read_text()) == {"demo": 1}
