"""README.md and docs/: what is made from the code equals it, what is linked is there, every example
is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nebtui.cli.arguments import parsed
from nebtui.demo import box, write_files
from nebtui.settings import known, load
from nebtui.tui.rebinding import keymap
from tests.cli.sandbox import CliSandbox
from tests.docs.blocks import HOME, MADE, PAGES, made

FENCE = re.compile(r"(?:<!-- ([^\n]*?) -->\n)?```(\w*)\n(.*?)```", re.DOTALL)
PLACEHOLDERS = {"VERB": "check", "SHELL": "bash", "SCENARIO": "race", "N": "1", "NAME": "x"}
IDS = [str(page.relative_to(HOME)) for page in PAGES]


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a page that a reader may type, and the exit status that it is said to have."""

    page: str
    line: str
    status: int

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def fences(word: str) -> Iterator[tuple[str, str, str]]:
    """(page, remark before it, text) of each block in a language."""
    for page, name in zip(PAGES, IDS, strict=True):
        for remark, language, text in FENCE.findall(page.read_text()):
            if language == word:
                yield name, remark, text


def examples() -> Iterator[Example]:
    """What is run: all shell lines but those that name the reason why they are not."""
    for page, remark, text in fences("sh"):
        if not remark.startswith("not run: ") and remark not in ("open", "test"):
            for line in text.splitlines():
                command, _, told = line.partition(" # ")
                found = re.search(r"\bexit (\d)", told)
                yield Example(page, command.strip(), int(found[1]) if found else 0)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_is_made_from_the_code(page: Path) -> None:
    """Each part is there as the code has it; NEBTUI_UPDATE_GOLDEN=1 writes it."""
    text = page.read_text()
    assert text.count("<!-- made:") == text.count("<!-- /made -->") == len(MADE.findall(text))
    if os.environ.get("NEBTUI_UPDATE_GOLDEN") == "1":
        page.write_text(made(text))
    assert page.read_text() == made(text), "write it with NEBTUI_UPDATE_GOLDEN=1"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings that a page points to are there."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert heading in anchors, target


@pytest.mark.parametrize("page", IDS)
def test_every_page_is_found(page: str) -> None:
    """From the README."""
    assert page == "README.md" or f"({page})" in (HOME / "README.md").read_text()


@pytest.mark.parametrize("page", IDS)
def test_examples_of_a_page(page: str, sandbox: CliSandbox) -> None:
    """Each is run by a shell in a fresh folder with the stacks of the demo box, and ends as the
    page says, without a traceback."""
    mine = [example for example in examples() if example.page == page]
    if not mine:
        pytest.skip("nothing to run in it")
    write_files(str(sandbox.work), box().scenarios["all"].projects)
    tools = sandbox.root / "bin"
    tools.mkdir()
    (tools / "nebtui").write_text(f'#!/bin/sh\nexec {sys.executable} -m nebtui "$@"\n')
    (tools / "nebtui").chmod(0o755)
    for example in mine:
        done = subprocess.run(
            ("bash", "-c", example.line),
            cwd=sandbox.work,
            env={**sandbox.environ, "PATH": f"{tools}:{sandbox.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == example.status, f"{example}\n{done.stderr}\n{done.stdout}"


def test_examples_left_out_have_a_reason() -> None:
    """Few are, and each says why."""
    left = [remark for _, remark, _ in fences("sh") if remark.startswith("not run: ")]
    assert len(left) <= 3
    assert all(len(remark) > 15 for remark in left)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_in_the_text(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in backquotes is a command line that nebtui takes."""
    text = re.sub(r"```.*?```", "", MADE.sub("", page.read_text()), flags=re.DOTALL)
    for span in re.findall(r"`(nebtui [^`]*)`", " ".join(text.split())):
        for command in re.split(r" \| | && ", span.replace("\\|", "|")):
            if "[" in command or "|" in command or not command.startswith("nebtui "):
                continue  # a form of it, or another program
            words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command)[1:]]
            code: object = 0
            try:
                parsed(words)
            except SystemExit as error:  # --help and --version end, too
                code = error.code
            assert not code, f"{command}: {capsys.readouterr().err}"


def test_settings_in_the_text(sandbox: CliSandbox) -> None:
    """Each is a file of settings, taken whole; all settings are shown by one."""
    shown: set[str] = set()
    for _, remark, text in fences("toml"):
        if remark == "tour":
            continue
        (sandbox.root / "config.toml").write_text(text)
        keymap(load(sandbox.environ))
        for name, value in tomllib.loads(text).items():
            inner = value if isinstance(value, dict) and name not in ("keys", "hosts") else None
            shown |= {f"{name}.{key}" for key in inner} if inner else {name}
    assert shown == set(known())
