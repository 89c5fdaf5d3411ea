"""A recording on the screen: its keys, its line, and the recording of a box that is watched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from textual.widgets import Input

from nebtui.facts.changes import Sampled, Settled
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.recorded import RecordedHost
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.recording.tape import open_tape
from nebtui.recording.writer import Recorder, create
from nebtui.settings import Settings
from nebtui.store import folded, settle
from nebtui.tui.app import NebtuiApp
from nebtui.tui.session import Session
from nebtui.tui.widgets.playback import Playback
from tests.clock import HandClock
from tests.tui.driver import AppDriver, demo

SECONDS = 60.0


def recording(folder: Path) -> str:
    """A minute of the demo box, with an event in the middle."""
    clock = HandClock()
    path = str(folder / "box.jsonl.gz")
    host = SimulatedHost("all", folder=str(folder / "box"), clock=clock)
    recorder, snapshot = Recorder(create(path), "demo", clock.now), Snapshot()
    begun = clock.now()
    for change in host.changes():
        snapshot = folded(snapshot, change)
        recorder.take(change, snapshot)
        if clock.now() - begun >= SECONDS:
            host.close()
        elif snapshot.settled and isinstance(change, Settled | Sampled):
            clock.advance(1.0)
    recorder.close()
    return path


@asynccontextmanager
async def replay(
    folder: Path, size: tuple[int, int] = (120, 36), *, ascii: bool = False
) -> AsyncIterator[AppDriver]:
    """The app on that recording, which stands still."""
    with closing(RecordedHost(open_tape(recording(folder)), speed=0.0)) as host:
        session = Session(
            host,
            Settings(state_dir=str(folder / "state")),
            Journal(str(folder / "state")),
            banner="recorded demo",
            locked=True,
            read_only=True,
            ascii=ascii,
            player=host.player,
        )
        app = NebtuiApp(session)
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = AppDriver(app, pilot, session)
            await driver.ready()
            yield driver


def line(driver: AppDriver) -> str:
    """What the line of the recording says."""
    driver.app.home.query_one(Playback).show()
    return str(driver.app.home.query_one(Playback).content)


async def test_the_line_says_where_it_is(tmp_path: Path) -> None:
    """State in a word, time, place, speed and file, at 80 columns too."""
    async with replay(tmp_path, (80, 24)) as driver:
        told = line(driver)
        assert told.startswith(" paused ")
        assert "0:00 of 1:0" in told
        assert "×1" in told
        assert " recorded demo " in driver.text
        assert "space pause" in driver.text


async def test_ascii_has_a_bar_too(tmp_path: Path) -> None:
    """Where the locale has no line drawing."""
    async with replay(tmp_path, ascii=True) as driver:
        assert line(driver).isascii()


async def test_the_keys_steer_it(tmp_path: Path) -> None:
    """Each key of the table does what it says, also on another screen."""
    async with replay(tmp_path) as driver:
        player = driver.session.player
        assert player is not None
        start = player.position()
        await driver.press("space")
        assert not player.position().paused
        await driver.press("space", "right_square_bracket")
        await driver.until(lambda: player.position().at >= start.start + 10, "ten seconds on")
        here = player.position().at
        await driver.press("left_square_bracket")
        await driver.until(lambda: player.position().at == pytest.approx(here - 10), "back")
        await driver.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        assert player.position().speed == 2.0
        await driver.press("full_stop")
        await driver.until(lambda: player.position().at > here - 10, "a step")
        await driver.press("right_curly_bracket")
        await driver.until(lambda: player.position().at > here - 9, "the next event")
        there = player.position().at
        await driver.press("right_curly_bracket")
        await driver.until(lambda: player.position().at > there, "the event after it")
        await driver.press("left_curly_bracket")
        await driver.until(lambda: player.position().at == pytest.approx(there), "the one before")
        await driver.press("G", "space")
        await driver.until(lambda: not player.position().paused, "it to go on")


async def test_letters_that_are_typed_are_letters(tmp_path: Path) -> None:
    """In the filter line a blank is a blank."""
    async with replay(tmp_path) as driver:
        await driver.press("slash", "a", "space", "full_stop")
        assert driver.app.screen.query_one("#filter", Input).value == "a ."
        assert driver.session.player is not None
        assert driver.session.player.position().paused


async def test_nothing_can_be_changed_and_no_file_is_read(tmp_path: Path) -> None:
    """The fix keys are not offered; the YAML tab says why it is empty, though the files are
    there."""
    async with replay(tmp_path) as driver:
        await driver.select("gantry", "conductor")
        await driver.press("n", "F", "U", "z", "L")
        assert driver.home
        assert " n connect" not in driver.text
        await driver.press("6")
        await driver.until(lambda: "not part of the recording" in driver.text, "the reason")


async def test_a_live_box_has_none_of_it(tmp_path: Path) -> None:
    """No line, and space folds."""
    async with demo(tmp_path) as driver:
        assert not driver.app.home.query_one(Playback).display
        assert "pause" not in driver.text


async def test_a_box_is_recorded_while_it_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header names the file; at the end it holds the box, in a file of its owner's."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with demo(tmp_path) as driver:
        driver.app.action_record()
        name = driver.session.recording
        await driver.until(lambda: f"recording {name}" in driver.text, "the name of the file")
        readings = driver.session.snapshot.samples
        await driver.live(lambda: driver.session.snapshot.samples != readings, "readings")
        live = driver.session.snapshot
        driver.app.action_record()
        await driver.until(lambda: "recording nebtui" not in driver.text, "its end")
    with closing(RecordedHost(open_tape(name), follow=False)) as host:
        read = settle(host)
    assert read.containers.keys() == live.containers.keys()
    assert read.failures == {}


async def test_a_full_disk_ends_a_recording_and_not_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said once; the box goes on."""
    monkeypatch.chdir(tmp_path)
    async with demo(tmp_path) as driver:
        driver.app.action_record()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Recorder, "take", full)
        await driver.live(lambda: not driver.session.recording, "the end of the recording")
        await driver.until(lambda: "No space left" in driver.text, "the reason")
