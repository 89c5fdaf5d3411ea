"""The timeline: what it shows of a start, its cursor, settling a race, starting again."""

from __future__ import annotations

from pathlib import Path

from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.screens.timeline import TimelineScreen
from tests.tui.driver import AppDriver, demo

RACE = "core/ingest raced core/chroma: there 6.2 s before it listened"


async def opened(driver: AppDriver) -> TimelineScreen:
    """The timeline of core."""
    await driver.select("core", "ingest")
    await driver.press("t")
    screen = driver.app.screen
    assert isinstance(screen, TimelineScreen)
    return screen


async def test_a_stranger_reads_the_race(tmp_path: Path) -> None:
    """Who raced whom, how long, what it cost, the key that settles it, and who was held."""
    async with demo(tmp_path, (130, 30)) as driver:
        await opened(driver)
        text = driver.text
        assert "core started in 10.0 s · 1 race" in text
        assert f"✗ {RACE}; 5 connections refused, died 5 times  h settles it" in text
        assert "api waited for postgres (healthy 5.0 s), redis (healthy 5.0 s)" in text
        assert [
            line.split()[0] for line in text.splitlines() if "░" in line and "held" not in line
        ] == ["chroma", "ingest", "postgres", "redis", "api"]


async def test_it_is_read_at_80x24_too(tmp_path: Path) -> None:
    """The race, the bars and the keys are on the smallest screen."""
    async with demo(tmp_path, (80, 24)) as driver:
        await opened(driver)
        assert "core/ingest raced core/chroma" in driver.text
        assert "h settle" in driver.text


async def test_the_cursor_tells_the_moment_under_it(tmp_path: Path) -> None:
    """Right moves it; what happened there is said; zoom shows fewer seconds around it."""
    async with demo(tmp_path, (110, 30)) as driver:
        await opened(driver)
        await driver.press(*["right"] * 5)
        assert "ingest died (exit 1)" in driver.text
        await driver.press("left", "left")
        assert "at 0." in driver.text
        whole = driver.text
        await driver.press("plus", "plus")
        assert driver.text != whole
        await driver.press("minus", "minus", "minus")
        assert "8 s" in driver.text


async def test_the_race_is_settled_and_the_starts_are_compared(tmp_path: Path) -> None:
    """h reviews one patch with the gate and the test; R asks, starts again, and says which race is
    gone; [ goes back to the start before."""
    async with demo(tmp_path, (110, 52), "race") as driver:
        await driver.live(lambda: bool(driver.session.snapshot.starts), "the start to be kept", 60)
        await opened(driver)
        await driver.press("h")
        await driver.until(lambda: isinstance(driver.app.screen, ReviewScreen), "the review")
        screen = driver.app.screen
        assert isinstance(screen, ReviewScreen)
        await driver.until(lambda: screen.ready, "the proof")
        assert "start_period 15 s: chroma took up to 6.2 s to listen in 1 start" in driver.text
        await driver.press("h")
        await driver.until(lambda: isinstance(driver.app.screen, TimelineScreen), "the timeline")
        await driver.press("R")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), "the question")
        await driver.press("enter")
        await driver.live(
            lambda: any(len(kept) == 2 for kept in driver.session.snapshot.starts.values()),
            "the second start to be kept",
        )
        await driver.live(lambda: "race gone" in driver.text, "the comparison", 10)
        assert "race gone: core/ingest for core/chroma" in driver.text
        assert "no race seen" in driver.text
        assert "start 2 of 2" in driver.text
        await driver.press("left_square_bracket")
        assert RACE in driver.text
        assert "start 1 of 2" in driver.text
        await driver.press("right_square_bracket")
        assert "start 2 of 2" in driver.text


async def test_a_locked_box_is_neither_settled_nor_started(tmp_path: Path) -> None:
    """The keys do nothing while every change is off."""
    async with demo(tmp_path, (110, 30)) as driver:
        await driver.press("L")
        screen = await opened(driver)
        await driver.press("h", "R")
        assert driver.app.screen is screen


async def test_the_tab_of_a_service_shows_its_part(tmp_path: Path) -> None:
    """2 shows the start with the service marked; one that raced nobody has no race there."""
    async with demo(tmp_path, (110, 40)) as driver:
        await driver.select("core", "ingest")
        await driver.press("2")
        assert "[2 Startup]" in driver.text
        assert RACE in driver.text
        await driver.select("core", "redis")
        assert RACE not in driver.text
        assert "listening" in driver.text or "healthy 5.0 s" in driver.text


async def test_enter_on_a_waiting_service_goes_to_what_it_waits_on(tmp_path: Path) -> None:
    """Right after the begin of a start the api waits on postgres."""
    async with demo(tmp_path, (110, 40), "race") as driver:
        await driver.live(lambda: "waits on postgres (healthy)" in driver.text, "the api to wait")
        await driver.select("core", "api")
        await driver.press("enter")
        assert str(driver.app.home.selected) == "core/postgres"
