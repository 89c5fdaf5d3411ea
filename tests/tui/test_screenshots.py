"""The pictures of the README are tests; with NEBTUI_UPDATE_SCREENSHOTS=1 in the environment they
are written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.driver import AppDriver, demo

FOLDER = Path(__file__).parents[2] / "screenshots"
SECONDS = 32
"""How long the picture of the GPUs waits; the demo box reads them each second."""


async def home(driver: AppDriver) -> None:
    """The box as it opens."""


async def selected(driver: AppDriver) -> None:
    """The conductor that cannot reach chroma."""
    await driver.select("gantry", "conductor")


async def review(driver: AppDriver) -> None:
    """What joining them would change."""
    await driver.select("gantry", "conductor")
    await driver.review("n")


async def written(driver: AppDriver) -> None:
    """Written, and not yet running."""
    await review(driver)
    await driver.press("n")
    await driver.until(lambda: driver.home and bool(driver.session.watched), "the patch")
    driver.app.clear_notifications()


async def mounts(driver: AppDriver) -> None:
    """Who tabbyapi is, and whose models they are."""
    await driver.select("infer", "tabbyapi")
    await driver.press("5")


async def gate(driver: AppDriver) -> None:
    """A gate, with the healthcheck it needs."""
    await driver.select("core", "ingest")
    await driver.review("h")


async def keys(driver: AppDriver) -> None:
    """Help."""
    await driver.press("question_mark")


async def gpus(driver: AppDriver) -> None:
    """The devices after half a minute, and who is on them."""
    clock, told = driver.clock, driver.session.snapshot
    assert clock is not None
    end = clock.now() + SECONDS
    readings = len(told.gpu_loads.get(0, ())) + SECONDS
    await driver.live(lambda: clock.now() >= end, "half a minute")
    await driver.until(
        lambda: len(driver.session.snapshot.gpu_loads.get(0, ())) >= readings, "all readings"
    )
    await driver.press("G")


async def ladder(driver: AppDriver) -> None:
    """What shows that llama computes on the CPU."""
    await driver.select("infer", "llama")
    await driver.press("7")


async def timeline(driver: AppDriver) -> None:
    """Ingest raced chroma."""
    await driver.select("core", "ingest")
    await driver.press("t")


PICTURES: dict[str, tuple[tuple[int, int], Callable[[AppDriver], Awaitable[None]]]] = {
    "home": ((120, 44), home),
    "home-80x24": ((80, 24), selected),
    "selected": ((120, 44), selected),
    "review": ((120, 44), review),
    "written": ((120, 44), written),
    "gate": ((120, 44), gate),
    "mounts": ((120, 36), mounts),
    "gpus": ((100, 34), gpus),
    "ladder": ((120, 44), ladder),
    "timeline": ((160, 48), timeline),
    "timeline-80x24": ((80, 24), timeline),
    "help": ((100, 60), keys),
}


@pytest.fixture
def fixed() -> Iterator[Path]:
    """A folder of the same name in every run: paths are in the pictures."""
    folder = Path("/tmp/nebtui-pictures")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "box").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", PICTURES)
async def test_picture(name: str, fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen looks as it does in the README."""
    size, act = PICTURES[name]
    monkeypatch.chdir(fixed / "box")
    async with demo(fixed, size) as driver:
        await act(driver)
        await driver.drawn()
        await driver.pilot.wait_for_scheduled_animations()
        svg = driver.app.export_screenshot(title="nebtui", simplify=True)
    path = FOLDER / f"{name}.svg"
    if os.environ.get("NEBTUI_UPDATE_SCREENSHOTS") == "1":
        path.write_text(svg)
    assert path.exists(), "write it with NEBTUI_UPDATE_SCREENSHOTS=1"
    assert svg == path.read_text(), (
        f"{name} looks different: look at it, then write it with NEBTUI_UPDATE_SCREENSHOTS=1"
    )
