"""Verbs from the keyboard: on a service, a project, marked rows; asked about where they destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.analysis.services import service_keys
from nebtui.graph import row_ids
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.home import HomeScreen
from tests.tui.driver import AppDriver, demo


def states(driver: AppDriver, project: str) -> dict[str, str]:
    """State of the first container by service, `none` where there is none."""
    snapshot = driver.session.snapshot
    key = next(k for k in snapshot.projects if k.name == project)
    return {
        k.service: next((c.state for c in snapshot.containers_of(k)), "none")
        for k in service_keys(snapshot, key)
    }


async def go(driver: AppDriver, name: str) -> None:
    """Put the cursor on `project` or `project/service`."""
    keys = {str(key): key for key, _ in driver.session.snapshot.services()}
    keys |= {key.name: key for key in driver.session.snapshot.projects}  # type: ignore[misc]
    driver.rails.select(row_ids.identity(keys[name]))
    await driver.pilot.pause()
    home = driver.app.screen
    assert isinstance(home, HomeScreen)
    await driver.until(lambda: home.selected == keys[name], name)


async def ended(driver: AppDriver, count: int = 1) -> None:
    """So many commands were run, and all ended."""
    await driver.until(
        lambda: (
            len(driver.session.commands) >= count
            and all(run.exit_code is not None for run in driver.session.commands)
            and not driver.session.doing
        ),
        "the command to end",
    )


@pytest.mark.parametrize(
    ("key", "command", "state"),
    [
        ("S", "stop redis", "exited"),
        ("r", "restart redis", "running"),
        ("R", "up -d --force-recreate redis", "running"),
    ],
)
async def test_one_service_at_once(tmp_path: Path, key: str, command: str, state: str) -> None:
    """A verb on one service runs without a question, and its command is in the log."""
    async with demo(tmp_path) as driver:
        await go(driver, "core/redis")
        await driver.press(key)
        await ended(driver)
        assert driver.session.commands[-1].command.endswith(command)
        await driver.until(lambda: states(driver, "core")["redis"] == state, state)


async def test_down_is_asked_about(tmp_path: Path) -> None:
    """The consequence first, then the command; esc does nothing, enter removes the containers."""
    async with demo(tmp_path) as driver:
        await go(driver, "core")
        await driver.press("D")
        assert isinstance(driver.app.screen, ConfirmScreen)
        assert "removes the containers of postgres" in driver.text
        assert driver.text.index("removes the containers") < driver.text.index("$ compose")
        await driver.press("escape")
        assert not driver.session.commands
        await driver.press("D")
        await driver.press("enter")
        await ended(driver)
        await driver.until(lambda: set(states(driver, "core").values()) == {"none"}, "all removed")


async def test_marked_services_of_two_projects(tmp_path: Path) -> None:
    """M marks; one key then does it to all of them, a command a project, and the marks are gone."""
    async with demo(tmp_path) as driver:
        for name in ("core/redis", "quantumsketch/redis"):
            await go(driver, name)
            await driver.press("M")
        assert {str(key) for key in driver.session.marked} == {"core/redis", "quantumsketch/redis"}
        assert "> redis" in driver.text
        await driver.press("S")
        await ended(driver, 2)
        assert states(driver, "core")["redis"] == "exited"
        assert states(driver, "quantumsketch")["redis"] == "exited"
        assert not driver.session.marked


async def test_marking_a_project_marks_all_of_it(tmp_path: Path) -> None:
    """And a second time takes the marks away."""
    async with demo(tmp_path) as driver:
        await go(driver, "core")
        await driver.press("M")
        key = next(k for k in driver.session.snapshot.projects if k.name == "core")
        assert driver.session.marked == set(service_keys(driver.session.snapshot, key))
        await driver.press("M")
        assert driver.session.marked == frozenset()


async def test_nothing_selected_is_no_choice_of_the_whole_box(tmp_path: Path) -> None:
    """A verb is never for all projects."""
    async with demo(tmp_path) as driver:
        await driver.press("escape", "escape", "D")
        assert isinstance(driver.app.screen, HomeScreen)
        assert not driver.session.commands


@pytest.mark.parametrize("key", ["S", "r", "R", "P", "B", "D", "s", "E", "U"])
async def test_a_locked_box_is_left_alone(tmp_path: Path, key: str) -> None:
    """No verb acts while every change is switched off."""
    async with demo(tmp_path) as driver:
        await go(driver, "core/redis")
        await driver.press("L")
        await driver.press(key)
        assert not driver.session.commands
        assert isinstance(driver.app.screen, HomeScreen)


async def test_another_verbs_key_confirms_nothing(tmp_path: Path) -> None:
    """Who asked for `down` by mistake and presses U to bring things up removes nothing; asked for
    by U, the same key again is a yes."""
    async with demo(tmp_path) as driver:
        await go(driver, "core")
        await driver.press("D")
        assert isinstance(driver.app.screen, ConfirmScreen)
        await driver.press("U", "D")
        assert isinstance(driver.app.screen, ConfirmScreen)
        await driver.press("escape")
        await driver.until(lambda: driver.home, "home")
        assert not driver.session.commands
        said: list[bool | None] = []
        await driver.app.push_screen(ConfirmScreen((), ("recreates one",), key="U"), said.append)
        await driver.press("U")
        await driver.until(lambda: said == [True], "yes")


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_what_is_confirmed_can_be_read_to_its_end(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """However many commands there are: the keys stay in view, and the text is scrolled."""
    async with demo(tmp_path, size) as driver:
        for name in ("core", "gantry", "infer", "quantumsketch", "sandbox"):
            await go(driver, name)
            await driver.press("M")
        await driver.press("D")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        assert "enter  run" in driver.text
        assert "(in sandbox)" not in driver.text
        told = driver.app.screen.query_one("#told")
        await driver.press("j", "down", "end")
        await driver.until(lambda: told.scroll_y == told.max_scroll_y > 0, "the end")
        await driver.until(lambda: "(in sandbox)" in driver.text, "the last command")
        assert "enter  run" in driver.text


async def test_pulling_recreates_afterwards(tmp_path: Path) -> None:
    """Two commands, one after the other."""
    async with demo(tmp_path) as driver:
        await go(driver, "core/redis")
        await driver.press("P")
        assert isinstance(driver.app.screen, ConfirmScreen)
        await driver.until(lambda: "is the registry's newest" in driver.text, "the registry")
        await driver.press("enter")
        await ended(driver, 2)
        words = [run.command.split() for run in driver.session.commands]
        assert [w[-2] for w in words] == ["pull", "-d"]


async def test_the_address_of_a_published_port_is_copied(tmp_path: Path) -> None:
    """`o` copies and shows it; a service without one says what to select."""
    async with demo(tmp_path) as driver:
        await go(driver, "core/chroma")
        await driver.press("o")
        assert driver.app.clipboard == "http://localhost:8000"
        await go(driver, "core/redis")
        await driver.press("o")
        assert driver.app.clipboard == "http://localhost:8000"


@pytest.mark.parametrize("key", ["n", "f", "F", "z", "S", "E", "U"])
async def test_a_locked_key_says_why(tmp_path: Path, key: str) -> None:
    """Not in silence: the key that unlocks is named, and no locked key stands in the footer."""
    async with demo(tmp_path) as driver:
        await go(driver, "gantry/conductor")
        await driver.press("L")
        assert "restart" not in driver.text.splitlines()[-1]
        await driver.press(key)
        notes = [note.message for note in driver.app._notifications]
        assert notes == ["read-only: L unlocks"]


async def test_a_key_on_the_wrong_row_leads_to_the_right_one(tmp_path: Path) -> None:
    """The hint names the place, and enter goes there; moving on forgets it."""
    async with demo(tmp_path) as driver:
        await go(driver, "core/redis")
        await driver.press("a")
        assert "enter goes there" in next(iter(driver.app._notifications)).message
        await driver.press("enter")
        home = driver.app.screen
        assert isinstance(home, HomeScreen)
        assert str(home.selected) == "infer/litellm"
        await go(driver, "core/redis")
        await driver.press("a", "j", "enter")
        assert str(home.selected) == "core/chroma"
