"""Every screen there is, and how a person gets to it: one table for the tests of all terminals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.command import CommandPalette
from textual.screen import ModalScreen

from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.observed import Container, Engine
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.tour.reader import built_in
from nebtui.tui.screens.checklist import ChecklistScreen
from nebtui.tui.screens.choose import ChooseScreen
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.session import Searched
from nebtui.tui.widgets.log_lines import LogLines
from nebtui.tui.widgets.tour_panel import TourPanel
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, demo, driver

Act = Callable[[AppDriver], Awaitable[None]]
WHY = "No engine socket at /nope: install Docker or start it with `sudo systemctl start docker`."


@dataclass(frozen=True)
class Place:
    """A screen: how one gets there, and what of it is never cut off."""

    act: Act
    kept: tuple[str, ...] = ()
    box: Snapshot | None = None
    """None = the demo box."""


def keys(*pressed: str, project: str = "", service: str = "") -> Act:
    """Select a service, then press these keys."""

    async def act(driver: AppDriver) -> None:
        if service:
            await driver.select(project, service)
        await driver.press(*pressed)

    return act


async def review(driver: AppDriver) -> None:
    """A proved diff."""
    await driver.select("gantry", "conductor")
    await driver.review("n")


async def bulk(driver: AppDriver) -> None:
    """All that is safe of the box, in one diff."""
    await driver.review("F")


async def refused(driver: AppDriver) -> None:
    """A finding without an automatic fix."""
    await driver.press("enter", "end")
    await driver.review("f")


async def written(driver: AppDriver) -> None:
    """Written, and not yet running, with its toast."""
    await review(driver)
    await driver.press("n")
    await driver.until(lambda: driver.home and bool(driver.session.watched), "the patch")


async def undo(driver: AppDriver) -> None:
    """What undoing would change."""
    await written(driver)
    await driver.press("z")


async def confirm(driver: AppDriver) -> None:
    """A command before it runs."""
    await driver.select("core", "ingest")
    await driver.press("D")
    await driver.until(lambda: isinstance(driver.app.screen, ModalScreen), "the question")


async def choose(driver: AppDriver) -> None:
    """Which of two owners is meant."""
    owners = tuple(k for k, _ in driver.session.snapshot.services())[:2]
    await driver.app.push_screen(ChooseScreen(owners))


async def palette(driver: AppDriver) -> None:
    """The palette with its list."""
    await driver.press("colon")
    await driver.until(lambda: isinstance(driver.app.screen, CommandPalette), "the palette")
    await driver.pilot.pause(0.2)


async def logs(driver: AppDriver) -> None:
    """The merged log, with a search."""
    await driver.press("escape", "l")
    screen = driver.app.screen
    assert isinstance(screen, LogsScreen)
    await driver.until(lambda: screen.query_one(LogLines).page.held, "the first lines")
    await driver.press("slash", *"listening", "enter")


async def reach(driver: AppDriver) -> None:
    """The path from one service to another."""
    await driver.select("gantry", "conductor")
    await driver.press("c", "left", "c")


async def manual(driver: AppDriver) -> None:
    """The manual of a rule."""
    driver.app.home.show_manual("isolated-networks")


async def tour(driver: AppDriver) -> None:
    """A step of the tour with a hint."""
    await driver.press("escape", "T")
    await driver.until(lambda: driver.app.screen.query(TourPanel), "the panel")
    await driver.press("K", "G")
    await driver.until(lambda: driver.app.screen.query(TourPanel), "the panel over the screen")


async def checklist(driver: AppDriver) -> None:
    """The last page of the tour."""
    await tour(driver)
    await driver.press(*"K" * len(built_in().steps))
    await driver.until(lambda: isinstance(driver.app.screen, ChecklistScreen), "the last page")
    await driver.until(lambda: "mybox" in driver.text, "the own box")


HELD = ("? help",)
SHOP = ProjectKey("shop", "/shop", ("/shop/compose.yaml",))
FILES = Project(SHOP, services={"web": Service("web", image="x")})
ENGINE = Engine("box", "26.1", "1.45", "unix:///x")
STRANGERS = {name: Container(name, name, state="running") for name in ("one", "two")}

PLACES: dict[str, Place] = {
    "home": Place(keys(), (*HELD, "/ filter")),
    "broken": Place(keys("exclamation_mark"), (*HELD, "n connect", "f fix", "[1 Why]")),
    "all-edges": Place(keys("e"), HELD),
    "folded": Place(keys("home", "space"), HELD),
    "project": Place(keys("home"), HELD),
    "findings": Place(keys("enter"), HELD),
    "filter": Place(keys("slash", *"core")),
    **{
        f"tab-{key}": Place(keys(key, project="infer", service="tabbyapi"), HELD)
        for key in "1234567"
    },
    "help": Place(keys("question_mark"), ("esc back",)),
    "palette": Place(palette),
    "review": Place(review, ("esc back", "enter write")),
    "review-all": Place(bulk, ("esc back", "enter write")),
    "review-refused": Place(refused, ("esc back",)),
    "written": Place(written, HELD),
    "undo": Place(undo, ("esc back",)),
    "confirm": Place(confirm, ("enter", "run", "esc", "cancel")),
    "choose": Place(choose, ("enter chooses",)),
    "commands": Place(keys("semicolon"), ("esc back",)),
    "gpus": Place(keys("G"), ("esc back",)),
    "timeline": Place(keys("t", project="core", service="ingest"), ("esc back", "h settle")),
    "logs": Place(logs, ("esc back", "/ search")),
    "reach": Place(reach, ("esc back", "t try it", "cannot reach")),
    "manual": Place(manual, ("esc back",)),
    "no-match": Place(keys("slash", *"net:none", "enter"), HELD),
    "tour": Place(tour, ("tour 2/", "esc back")),
    "tour-end": Place(checklist, ("esc back",)),
    "locked": Place(keys("L"), ("read-only", *HELD)),
    "empty": Place(keys(), HELD, Snapshot(engine=ENGINE, containers=STRANGERS)),
    "no-engine": Place(
        keys("j"), HELD, replace(Snapshot(), projects={SHOP: FILES}, engine_problem=WHY)
    ),
}


@asynccontextmanager
async def at(
    name: str, folder: Path, size: tuple[int, int] = (120, 36), **changed: Any
) -> AsyncIterator[AppDriver]:
    """The app on one of these screens."""
    place = PLACES[name]
    searched = Searched(("/srv/here",), 4, "/etc/nebtui.toml")
    if place.box is None:
        opened = demo(folder, size, **changed)
    else:
        host = FakeHost(place.box)
        opened = driver(host, folder / "state", size, searched=searched, **changed)
    async with opened as shown:
        await shown.until(lambda: shown.session.snapshot.settled, "the first picture")
        await place.act(shown)
        await shown.pilot.pause()
        yield shown
