"""`z`: which change is taken back is shown before, and an older one may be chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.tui.screens.undo import UndoScreen
from tests.tui.driver import AppDriver, demo
from tests.tui.test_repair import files

FIXES = (("gantry", "conductor", "n"), ("infer", "litellm", "a"))


async def write(driver: AppDriver, project: str, service: str, key: str) -> None:
    """Write one fix with its key."""
    written = len(driver.session.journal.entries())
    await driver.select(project, service)
    screen = await driver.review(key)
    assert screen.ready, driver.text
    await driver.press(key)
    await driver.until(lambda: len(driver.session.journal.entries()) > written, "the entry")
    await driver.until(lambda: driver.home, "home")


async def undo(driver: AppDriver) -> UndoScreen:
    """Press z and wait for the screen."""
    await driver.press("z")
    await driver.until(lambda: isinstance(driver.app.screen, UndoScreen), "the undo screen")
    screen = driver.app.screen
    assert isinstance(screen, UndoScreen)
    return screen


def edit_by_hand(path: Path) -> None:
    """Change the line that nebtui wrote."""
    path.write_bytes(b"# mine\n" + path.read_bytes().replace(b"nebulus", b"other"))


def states(driver: AppDriver) -> list[str]:
    """Of the journal's entries, oldest first."""
    return [entry.state for entry in driver.session.journal.entries()]


async def test_an_older_change_is_chosen(tmp_path: Path) -> None:
    """The newest is shown first, with what tells it from others; [ shows the one before with its
    own diff, and z takes that one back and leaves the newer one as it is."""
    async with demo(tmp_path) as driver:
        before = files(tmp_path)
        for fix in FIXES:
            await write(driver, *fix)
        both = files(tmp_path)
        await undo(driver)
        assert "entry 2 · infer · " in driver.text
        assert "infer/docker-compose.yml" in driver.text
        assert "change 1 of 2, newest first" in driver.text
        assert "host-gateway" in driver.text
        await driver.press("]")
        assert "entry 2" in driver.text
        await driver.press("[")
        await driver.until(lambda: "entry 1 · gantry, core · " in driver.text, "the older one")
        await driver.until(lambda: "nebulus" in driver.text, "its diff")
        assert "host-gateway" not in driver.text
        await driver.press("[", "]", "[")
        await driver.until(lambda: "change 2 of 2" in driver.text, "the older one again")
        await driver.until(lambda: "nebulus" in driver.text, "its diff again")
        assert files(tmp_path) == both
        await driver.press("z")
        await driver.until(lambda: states(driver) == ["undone", "written"], "it is taken back")
        await driver.until(lambda: driver.home, "home")
        now = files(tmp_path)
        changed = {name for name in now if now[name] != before[name]}
        assert {Path(name).parent.name for name in changed} == {"infer"}
        await undo(driver)
        assert "change 1 of" not in driver.text  # one is left: there is nothing to choose
        await driver.press("z")
        await driver.until(lambda: files(tmp_path) == before, "all as before")


async def test_an_older_one_that_cannot_be_taken_back(tmp_path: Path) -> None:
    """Why is told, with what is in the way; no key takes it back, and the newest still can be."""
    async with demo(tmp_path) as driver:
        for fix in FIXES:
            await write(driver, *fix)
        (first, _) = driver.session.journal.entries()
        edit_by_hand(Path(first.files[0].path))
        mine = files(tmp_path)
        await undo(driver)
        await driver.press("[")
        await driver.until(lambda: "cannot be undone" in driver.text, "why not")
        assert "was changed since" in " ".join(driver.text.split())
        await driver.press("z")
        await driver.press("enter")
        assert isinstance(driver.app.screen, UndoScreen)
        assert (states(driver), files(tmp_path)) == (["written", "written"], mine)
        await driver.press("]")
        await driver.until(lambda: "host-gateway" in driver.text, "the newest")
        await driver.press("enter")
        await driver.until(lambda: states(driver) == ["written", "undone"], "it is taken back")


async def test_one_project_alone(tmp_path: Path) -> None:
    """Where only one is looked at, the changes of others are not for its z."""
    async with demo(tmp_path) as driver:
        for fix in FIXES:
            await write(driver, *fix)
        driver.session.only = "gantry"
        await undo(driver)
        assert "entry 1 · gantry, core · " in driver.text
        assert "change 1 of" not in driver.text
        driver.session.only = ""


async def test_what_a_journal_holds_is_text(tmp_path: Path) -> None:
    """No markup, no escape and no secret of an entry."""
    async with demo(tmp_path, (160, 40)) as driver:
        await write(driver, *FIXES[0])
        (entry,) = driver.session.journal.entries()
        evil = "[@click=app.quit]x[/] \x1b[31mAPI_TOKEN=hunter2-Zm9v"
        named = (f"rule {evil}/web", *entry.findings)
        driver.session.journal.put(replace(entry, title=evil, findings=named))
        await undo(driver)
        assert "[@click=app.quit]x[/]" in driver.text
        assert "\x1b" not in driver.text
        assert "hunter2" not in driver.text
