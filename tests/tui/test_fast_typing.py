"""Keys that come faster than the screen tells itself what they did: each acts on where the cursor
stands, not on a row before."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from nebtui.action import Stop
from nebtui.facts.declared import ServiceKey
from nebtui.graph import row_ids
from nebtui.tui.app import NebtuiApp
from nebtui.tui.messages import ActionsAsked, FixAsked
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.widgets.rails import Rails
from tests.tui.driver import AppDriver, demo


def typed(driver: AppDriver, *keys: str) -> None:
    """All at once, as a terminal gives them that was busy."""
    for key in keys:
        driver.app.post_message(Key(key, key if len(key) == 1 else None))


def down_to(driver: AppDriver, project: str, service: str) -> tuple[ServiceKey, list[str]]:
    """A service, and the keys from the first line to it."""
    key = next(
        ServiceKey(one, service) for one in driver.session.snapshot.projects if one.name == project
    )
    order = driver.app.home.query_one(Rails).order
    return key, ["home", *("j" for _ in range(order.index(row_ids.identity(key))))]


@pytest.mark.parametrize(("project", "service"), [("gantry", "conductor"), ("core", "chroma")])
async def test_a_log(tmp_path: Path, project: str, service: str) -> None:
    """It is that of the row that the last move leads to."""
    async with demo(tmp_path, (120, 40)) as driver:
        key, moves = down_to(driver, project, service)
        typed(driver, *moves, "l")
        await driver.until(lambda: isinstance(driver.app.screen, LogsScreen), "the log")
        assert isinstance(driver.app.screen, LogsScreen)
        assert driver.app.screen.services == (key,)


async def test_a_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stopped is what the cursor stands on."""
    asked: list[ActionsAsked] = []
    monkeypatch.setattr(NebtuiApp, "on_actions_asked", lambda _, one: asked.append(one))
    async with demo(tmp_path, (120, 40)) as driver:
        key, moves = down_to(driver, "gantry", "conductor")
        typed(driver, *moves, "S")
        await driver.until(lambda: asked, "the verb")
    assert asked[0].actions == (Stop(key.project, (key.service,)),)


async def test_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is of a finding of that row, not of one that the detail still shows."""
    asked: list[FixAsked] = []
    monkeypatch.setattr(NebtuiApp, "on_fix_asked", lambda _, one: asked.append(one))
    async with demo(tmp_path, (120, 40)) as driver:
        key, moves = down_to(driver, "infer", "tabbyapi")
        typed(driver, *moves, "f")
        await driver.until(lambda: asked, "the fix")
    assert [one.at for one in asked[0].findings] == [key]
