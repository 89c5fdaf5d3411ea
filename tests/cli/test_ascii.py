"""LC_ALL=C: no verb prints a character of nebtui's own beyond ASCII."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nebtui.rules.table import RULES
from tests.cli.sandbox import CliSandbox

PROJECTS = Path(__file__).parents[2] / "nebtui" / "demo" / "projects"
VERBS = (
    ("status", "--no-engine"),
    ("status",),
    ("check", "--no-engine", "--all"),
    ("check", "--no-engine", "--format", "github"),
    ("fix", "--no-engine", "--unsafe"),
    ("graph", "--no-engine"),
    ("startup",),
    ("undo", "--list"),
    ("doctor",),
    ("gpu",),
    ("rule",),
    ("config",),
    ("--help",),
    *((verb, "--help") for verb in ("check", "fix", "startup", "logs", "record", "replay")),
)


@pytest.fixture
def box(tmp_path: Path) -> CliSandbox:
    """The projects of the demo box as files."""
    made = CliSandbox(tmp_path)
    shutil.copytree(PROJECTS, made.work, dirs_exist_ok=True)
    return made


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_verb_prints_ascii(box: CliSandbox, words: tuple[str, ...]) -> None:
    """Neither stream has another character, and it is not question marks instead."""
    told = box.run(*words, LANG="C", LC_ALL="C")
    assert told.out + told.err
    assert (told.out + told.err).isascii(), {c for c in told.out + told.err if not c.isascii()}
    assert "??" not in told.out


def test_every_manual_is_ascii(box: CliSandbox) -> None:
    """The manual of each rule, too."""
    for rule in RULES[:: len(RULES) // 4]:
        assert box.run("rule", rule.name, LANG="C", LC_ALL="C").out.isascii(), rule.name


def test_the_setting_asks_for_the_same(box: CliSandbox) -> None:
    """`ascii = true` in any locale."""
    told = box.run("status", "--no-engine")
    assert not told.out.isascii()
    Path(box.environ["NEBTUI_CONFIG"]).write_text("ascii = true\n")
    assert box.run("status", "--no-engine").out.isascii()


def test_what_others_wrote_is_handed_on(box: CliSandbox) -> None:
    """In a pipe the text of a file stays what it is."""
    box.write({"core/docker-compose.yml": "services: {a: {image: 'x', environment: {N: Grüße}}}"})
    told = box.run("check", "--no-engine", "missing/Grüße", LANG="C", LC_ALL="C")
    assert "Grüße" in told.err
