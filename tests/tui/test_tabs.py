"""The row of tabs above the detail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nebtui.facts.declared import Service
from nebtui.facts.project import Problem
from nebtui.tui.widgets.tabs import TABS, health, marks, networks
from tests.builders import at, box, container, project
from tests.tui.driver import demo


def test_every_tab_can_be_read_where_there_is_room() -> None:
    """Words stay while they fit."""
    text = "".join(text for text, _ in marks("log", 90))
    assert all(label in text for label in TABS.values())


def test_a_narrow_row_keeps_every_digit_and_the_chosen_word() -> None:
    """A digit is the key that opens its tab."""
    row = marks("log", 50)
    assert "".join(text for text, _ in row) == " 1  2 [3 Log] 4  5  6  7 "
    assert [text for text, tone in row if tone == "info"] == ["[3 Log]"]


def test_health_of_a_container_that_is_older_than_its_file() -> None:
    """The engine still tests what the file does not have any more: both are named."""
    facts = box(project("core", Service("web", image="x")), container("core/web", health="healthy"))
    text = "\n".join(line.plain for line in health(facts, at("core/web"), 0.0))
    assert "none: no service can wait" in text
    assert "the engine tests it all the same" in text


@pytest.mark.parametrize(("state", "told"), [("running", "shop_default"), ("exited", "–")])
def test_networks_where_the_file_cannot_be_read(state: str, told: str) -> None:
    """Those of the container that runs; of a stopped one nobody knows them, which is not none."""
    broken = project("shop", problem=Problem("/shop/compose.yaml", 3, "no end"))
    facts = box(broken, container("shop/db", state, "shop_default"))
    text = [line.plain for line in networks(facts, at("shop/db"))]
    assert f"networks    {told}" in text


async def test_the_last_minutes_stand_beside_the_graph(tmp_path: Path) -> None:
    """From 160 cells on: CPU, condition, and tokens a second where there is a server."""
    async with demo(tmp_path, (160, 48)) as driver:
        await driver.select("infer", "ollama")
        await driver.live(lambda: "up to" in driver.text, "the CPU of the last minutes")
        assert re.search(r"cpu +[▁▂▃▄▅▆▇█]+ +up to \d+ %", driver.text)
        assert re.search(r"condition +▒+█+  starting, up", driver.text)
    async with demo(tmp_path / "narrow", (120, 44)) as driver:
        await driver.select("infer", "ollama")
        await driver.live(lambda: "resources" in driver.text, "figures")
        assert not re.search(r"condition +[█▒]", driver.text)


async def test_the_last_answers_of_a_healthcheck_are_the_last(tmp_path: Path) -> None:
    """While the tab is open each answer is told, on the demo box too; elsewhere none is."""
    async with demo(tmp_path, (100, 44)) as driver:

        def last() -> float:
            every = driver.session.snapshot.containers.values()
            (one,) = (c for c in every if c.name.startswith("core-postgres"))
            assert one.inspection is not None
            return one.inspection.probes[-1].end

        await driver.select("core", "postgres")
        await driver.press("4")
        begun = driver.session.now()
        await driver.live(lambda: last() > begun + 8.0, "two more answers")
        assert driver.session.now() - last() < 6.0
