"""The moving picture of the README: the demo box is found wanting, mended and explained, in frames
of the app itself. NEBTUI_UPDATE_SCREENSHOTS=1 writes it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.tui.driver import AppDriver, demo
from tests.tui.film import Shot, film

FILM = Path(__file__).parents[2] / "screenshots" / "demo.svg"
COLUMNS, LINES = 100, 30
MOST = 600_000
"""Bytes of the film."""
POSTER = 2


async def shots(driver: AppDriver) -> list[Shot]:
    """What is done, and what is said of it."""
    taken: list[Shot] = []

    async def take(seconds: float, key: str, told: str) -> None:
        driver.app.clear_notifications()
        await driver.drawn()
        await driver.pilot.wait_for_scheduled_animations()
        svg = driver.app.export_screenshot(title="nebtui", simplify=True)
        taken.append(Shot(svg, seconds, key, told))

    await take(3, "", "A box of five projects. What is wrong with it?")
    await driver.select("core", "ingest")
    await driver.press("t")
    await driver.until(lambda: "raced" in driver.text, "the timeline")
    await take(4.5, "t", "Why ingest died: it was there before chroma listened")
    await driver.press("escape")
    await driver.select("gantry", "conductor")
    await take(4.5, "j", "conductor names chroma, and they share no network")
    await driver.review("n")
    await take(4.5, "n", "The fix: one line of the file, and what was checked")
    await driver.press("U")
    await driver.until(lambda: driver.home and bool(driver.session.watched), "the patch")
    await take(2, "U", "Written, and brought up")
    await driver.live(lambda: not driver.session.watched, "the fix to be seen")
    await driver.live(lambda: re.search(r"conductor +ready", driver.text), "conductor")
    # Findings follow the rows on a busy machine: the gate became safe with its healthy target.
    await driver.until(lambda: "service_healthy · safe" in driver.text, "the findings")
    await take(4.5, "", "Seen to work on the host (z takes it back)")
    await driver.select("infer", "llama")
    await driver.press("7")
    await driver.until(lambda: "resident" in driver.text, "the ladder")
    await take(5, "7", "A model that fell back to the CPU, by its evidence")
    return taken


@pytest.fixture
def fixed() -> Iterator[Path]:
    """A folder of the same name in every run: paths are in the pictures."""
    folder = Path("/tmp/nebtui-film")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "box").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def test_the_film(fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The story can be filmed as it is told, and the film that stands in the README is this one."""
    monkeypatch.chdir(fixed / "box")
    async with demo(fixed, (COLUMNS, LINES)) as driver:
        made = film(await shots(driver), COLUMNS, LINES, POSTER)
    if os.environ.get("NEBTUI_UPDATE_SCREENSHOTS") == "1":
        FILM.write_text(made)
    assert FILM.read_text() == made, "look at it, then write it with NEBTUI_UPDATE_SCREENSHOTS=1"
    assert len(made.encode()) < MOST
    ElementTree.fromstring(made)
    assert re.search(r"<script|<image|href=|url\(|@import|@font-face", made) is None
