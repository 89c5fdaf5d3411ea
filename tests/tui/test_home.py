"""Promises of the home screen on the demo box: what it shows, how one moves, filters, folds and
leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.tui.key_table import KEYS
from nebtui.tui.palette import KNOWN_SO_WELL
from nebtui.tui.screens.help import ONLY
from tests.tui.driver import demo


async def test_the_box_is_on_one_screen(tmp_path: Path) -> None:
    """Summary, every project, the broken name and the word demo are on the first screen."""
    async with demo(tmp_path, (160, 60)) as driver:
        for text in (
            " demo ",
            "5 errors",
            "core",
            "gantry",
            "infer",
            "sandbox",
            "quantumsketch",
            "nebulus (external)",
        ):
            assert text in driver.text
        await driver.until(lambda: "isolated-networks" in driver.text, "the finding")


async def test_it_is_usable_at_80x24(tmp_path: Path) -> None:
    """At 80x24 the summary, the graph, a finding with its key and the footer are all there."""
    async with demo(tmp_path, (80, 24)) as driver:
        await driver.select("gantry", "conductor")
        for text in ("5 errors", "conductor", "isolated-networks", "? help"):
            assert text in driver.text


async def test_selecting_shows_why(tmp_path: Path) -> None:
    """A selected service shows its verdict, its findings with evidence and key, its networks and
    whom it names."""
    async with demo(tmp_path, (120, 50)) as driver:
        await driver.select("gantry", "conductor")
        for text in (
            "gantry/conductor",
            "restarting",
            "CHROMA_URL=http://chroma:8000",
            " n ",
            "networks",
            "names",
        ):
            assert text in driver.text


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("4", ("test", "health")),
        ("5", ("runs as", "1000", "/models", "1001:1001")),
        ("6", ("docker-compose.yml:", "tabbyapi:", "image:")),
        ("1", ("foreign-user",)),
    ],
)
async def test_tabs(tmp_path: Path, key: str, texts: tuple[str, ...]) -> None:
    """Each number shows its tab for the selected service."""
    async with demo(tmp_path, (120, 60)) as driver:
        await driver.select("infer", "tabbyapi")
        await driver.press(key)
        for text in texts:
            assert text in driver.text


async def test_the_filter_takes_every_letter(tmp_path: Path) -> None:
    """Letters typed into the filter are text, also those that are fix keys; esc shows everything
    again."""
    async with demo(tmp_path) as driver:
        await driver.press("slash", "n", "h", "u", "a")
        assert driver.app.screen.query_one("#filter", Input).value == "nhua"
        assert driver.home
        await driver.press(*["backspace"] * 4, *"chroma", "enter")
        assert driver.app.screen.focused is driver.rails
        assert "chroma" in driver.rails.text()
        assert "temporal" not in driver.rails.text()
        await driver.press("escape")
        assert "temporal" in driver.rails.text()


async def test_folding_a_project(tmp_path: Path) -> None:
    """Space closes a project to one line and opens it again."""
    async with demo(tmp_path) as driver:
        await driver.press("home", "space")
        assert "ingest" not in driver.rails.text()
        await driver.press("space")
        assert "ingest" in driver.rails.text()


async def test_arrows_move_and_jump(tmp_path: Path) -> None:
    """Up and down are k and j; left goes to what a service needs, right to who needs it."""
    async with demo(tmp_path) as driver:
        await driver.select("gantry", "conductor")
        await driver.press("left")
        assert str(driver.app.home.selected) == "core/chroma"
        await driver.press("down")
        assert str(driver.app.home.selected) == "core/ingest"
        await driver.press("up", "right")
        assert str(driver.app.home.selected) in ("gantry/conductor", "core/ingest")


async def test_next_broken(tmp_path: Path) -> None:
    """! goes to a service that is broken."""
    async with demo(tmp_path) as driver:
        await driver.press("exclamation_mark")
        selected = driver.app.home.selected
        assert isinstance(selected, ServiceKey)
        assert selected.service in {f.service for f in driver.session.findings} | {
            "conductor",
            "chroma",
        }


async def test_enter_goes_to_the_findings_and_esc_back(tmp_path: Path) -> None:
    """Enter focuses the list of findings, j moves in it, esc goes back to the graph."""
    async with demo(tmp_path) as driver:
        await driver.press("enter")
        focused = driver.app.screen.focused
        assert isinstance(focused, OptionList)
        await driver.press("j")
        assert focused.highlighted == 1
        await driver.press("escape")
        assert driver.app.screen.focused is driver.rails


async def test_a_selected_project_tells_its_files(tmp_path: Path) -> None:
    """A project line shows where it was found and whose view is shown."""
    async with demo(tmp_path, (150, 36)) as driver:
        await driver.press("home")
        assert isinstance(driver.app.home.selected, ProjectKey)
        assert "from folder scan · read by nebtui" in driver.text


async def test_help_lists_every_key(tmp_path: Path) -> None:
    """? shows every key of the table but those of several boxes, and the same key leaves."""
    async with demo(tmp_path, (120, 140)) as driver:
        await driver.press("question_mark")
        for key in KEYS:
            assert key.where in ONLY or key.help in driver.text, key.id
        await driver.press("question_mark")
        assert driver.home


async def test_the_lock_switches_fixes_off(tmp_path: Path) -> None:
    """While locked no fix key does anything, and the screen says so."""
    async with demo(tmp_path) as driver:
        await driver.select("gantry", "conductor")
        await driver.press("L")
        assert "read-only" in driver.text
        await driver.press("n", "f", "F", "z", "U")
        assert driver.home
        await driver.press("L", "n")
        await driver.until(lambda: not driver.home, "the review")


async def test_read_only_cannot_be_unlocked(tmp_path: Path) -> None:
    """A run that was started with --read-only stays locked."""
    async with demo(tmp_path) as driver:
        driver.session.locked = driver.session.read_only = True
        await driver.select("gantry", "conductor")
        await driver.press("L", "n", "U")
        assert driver.home
        assert driver.session.locked


async def test_fix_keys_leave_hidden_services_alone(tmp_path: Path) -> None:
    """With a filter that hides them, nothing is fixed on services nobody sees."""
    async with demo(tmp_path) as driver:
        await driver.press("slash", *"postgres", "enter", "escape")
        await driver.press("slash", *"postgres", "enter", "n")
        assert driver.home


async def test_a_key_with_nothing_to_fix_says_where_there_is(tmp_path: Path) -> None:
    """A fix key on a service without such a finding does nothing and names one that has it."""
    async with demo(tmp_path) as driver:
        await driver.select("core", "postgres")
        await driver.press("u")
        await driver.pilot.pause()
        assert driver.home
        assert any("tabbyapi" in n.message for n in driver.app._notifications)


async def test_the_palette_offers_the_keys(tmp_path: Path) -> None:
    """The command palette has a command for every key that works here, but those of the cursor."""
    async with demo(tmp_path) as driver:
        titles = {command.title for command in driver.app.get_system_commands(driver.app.screen)}
        for key in KEYS:
            if key.where in ("fixing", "moving") and key.id not in KNOWN_SO_WELL:
                assert f"{key.label} ({key.display})" in titles
