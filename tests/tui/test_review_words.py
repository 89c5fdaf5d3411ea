"""Promises of review and confirm: the consequence first, the proof in one line, short commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static
from textual.widgets._footer import FooterKey

from nebtui.fixing.checks import Check, Proof
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.short_command import short_command
from nebtui.tui.widgets.diff import coloured, proof_line
from nebtui.tui.widgets.keys_footer import KeysFooter
from tests.tui.driver import demo


async def test_the_consequence_stands_first(tmp_path: Path) -> None:
    """At 80x24 a person sees what a fix does without scrolling; the proof is one line, its details
    stand below."""
    async with demo(tmp_path, (80, 24)) as driver:
        await driver.select("gantry", "conductor")
        await driver.review("n")
        head = driver.app.screen.query_one("#title", Static).region
        first = "\n".join(driver.text.splitlines()[: head.bottom])
        assert "edits 1 file · then up recreates" in first
        proof = str(driver.app.screen.query_one("#proof", Static).render())
        assert "checks hold" in proof.splitlines()[0]
        assert "finding gone, none new" in proof


async def test_a_command_is_short_and_whole_on_a_key(tmp_path: Path) -> None:
    """Before a command runs its consequence stands first; the argv is one key away."""
    async with demo(tmp_path, (120, 36)) as driver:
        await driver.select("core", "chroma")
        await driver.press("D")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        assert "docker compose -p core" not in driver.text
        assert "(in core)" in driver.text
        await driver.press("d")
        await driver.until(lambda: "docker compose -p core" in driver.text, "the whole command")
        await driver.press("d", "escape")
        await driver.until(lambda: driver.home, "home")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            "docker compose -p rag --project-directory /r -f /r/a.yaml -f /r/b.yaml up -d qdrant",
            "compose up -d qdrant  (in rag)",
        ),
        ("/usr/bin/docker-compose -p x --env-file /e logs -f", "compose logs -f  (in x)"),
        ("docker network create shared", "docker network create shared"),
        ("docker compose -p", "compose"),
    ],
)
def test_short_command(argv: str, said: str) -> None:
    """What only says where the project lies is left out, options of the verb are kept."""
    assert short_command(tuple(argv.split())) == said


def test_yaml_in_a_diff() -> None:
    """Keys and comments of YAML have styles of their own, in other files they have none; the text
    is the diff, and a secret stays hidden."""
    told = ["--- a/c.yaml", "+++ b/c.yaml", "@@ -1 +1 @@", " web: # front", "+  DB_PASSWORD: hush"]
    content = coloured(told)
    assert "hush" not in content.plain
    assert content.plain.splitlines()[:4] == told[:4]
    spans = {content.plain[span.start : span.end]: str(span.style) for span in content.spans}
    assert spans["web"] == "$text-primary"
    assert spans["# front"] == "$text-muted"
    assert spans["DB_PASSWORD"] == "bold"
    other = coloured(["--- a/.env", "+++ b/.env", " web: # front"])
    assert "web" not in {other.plain[span.start : span.end] for span in other.spans}


def test_proof_in_one_line() -> None:
    """How many checks hold, and what fails or is open."""
    checks = (Check(True, "a"), Check(True, "a"), Check(False, "b"), Check(None, "c"))
    text = proof_line(Proof(checks)).plain
    assert text == "checked  ✓ 1 of 3 checks hold   ✗ 1 failed   ? 1 left open"
    assert proof_line(Proof(checks[:1])).plain == "checked  ✓ 1 of 1 checks hold"


async def test_what_cannot_be_written_is_no_key(tmp_path: Path) -> None:
    """Where a fix cannot be made its screen tells why; the keys that write are dimmed, and do
    nothing."""
    async with demo(tmp_path, (120, 36)) as driver:
        await driver.select("gantry", "conductor")
        for file in (tmp_path / "box").rglob("*.y*ml"):
            file.write_text("services: [\n")
        before = {file: file.read_text() for file in (tmp_path / "box").rglob("*.y*ml")}
        await driver.review("n")
        assert "cannot be fixed here" in driver.text
        footer = driver.app.screen.query_one(KeysFooter)

        def dimmed() -> set[str]:
            return {key.action for key in footer.query(FooterKey) if key.has_class("-disabled")}

        await driver.until(lambda: dimmed() == {"write", "write_up"}, "dimmed keys")
        await driver.press("enter", "U")
        assert {file: file.read_text() for file in before} == before
