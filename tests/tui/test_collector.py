"""What stays as long as the program is no work for the garbage collector."""

from __future__ import annotations

import gc
from pathlib import Path

from nebtui.cli.app import spare_what_stays
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.settings import Settings
from nebtui.tui.app import NebtuiApp
from nebtui.tui.session import Session
from tests.clock import HandClock
from tests.tui.driver import AppDriver


async def test_the_first_picture_is_told_once(tmp_path: Path) -> None:
    """When the box is complete, and not again with what happens later."""
    clock, calls = HandClock(), list[str]()
    host = SimulatedHost("all", folder=str(tmp_path / "box"), clock=clock)
    session = Session(host, Settings(state_dir=str(tmp_path)), Journal(str(tmp_path)))
    app = NebtuiApp(session, lambda: calls.append("settled"))
    async with app.run_test(size=(100, 30)) as pilot:
        shown = AppDriver(app, pilot, session, clock)
        await shown.ready()
        await shown.until(lambda: calls, "the call")
        before = session.snapshot.generation
        await shown.live(lambda: session.snapshot.generation > before, "something new")
        assert calls == ["settled"]


def test_it_is_passed_over() -> None:
    """Whatever was there is not looked through again, and full collections are rarer."""
    before, thresholds = gc.get_freeze_count(), gc.get_threshold()
    try:
        spare_what_stays()
        assert gc.get_freeze_count() > before
        assert gc.get_threshold() > thresholds
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
