"""Work that is done at once while it is cheap, and rests where it is not; and what is written at
once meanwhile."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App

from nebtui.facts import changes
from nebtui.tui import rested
from nebtui.tui.rested import Rested
from tests.bench.big import ChangingHost, many, running
from tests.tui.driver import driver


async def test_cheap_work_is_done_whenever_it_is_asked_for() -> None:
    """At once."""
    app, done = App[None](), list[int]()
    async with app.run_test():
        work = Rested(app, lambda: done.append(1))
        for _ in range(3):
            work.ask()
        assert len(done) == 3
        assert not work.costly


async def test_costly_work_is_done_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment later, and not again before it has rested; `do` does not wait."""
    monkeypatch.setattr(rested, "SOON", 0.01)
    monkeypatch.setattr(rested, "LONGEST", 0.02)
    app, done = App[None](), list[float]()

    def slow() -> None:
        time.sleep(0.002)
        done.append(time.monotonic())

    async with app.run_test() as pilot:
        work = Rested(app, slow, 0.001)
        work.ask()
        assert work.costly
        for _ in range(5):
            work.ask()
        assert len(done) == 1
        while len(done) < 2:
            await pilot.pause(0.005)
        await pilot.pause(0.05)
        assert len(done) == 2
        work.ask()
        work.do()
        assert len(done) == 3
        await pilot.pause(0.05)
        assert len(done) == 3  # what was asked for is done


async def test_a_screen_that_is_taken_down_is_no_fault() -> None:
    """Its widgets go one by one, and a drawing may be due in between."""
    app = App[None]()

    def draw() -> None:
        app.query_one("#gone")

    async with app.run_test():
        work = Rested(app, draw)
        work.ask()
        assert not app.query("#gone")
    assert app.return_code in (0, None)


async def test_one_row_of_many_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all takes long to draw, the row of a container that changed is written first, and the
    bar of the cursor moves; the rest follows."""
    host = ChangingHost(many(60))
    async with driver(host, tmp_path, (160, 50)) as box:
        await box.ready()
        await box.press("j", "j")
        monkeypatch.setattr(rested, "SOON", 600.0)
        home = box.app.home
        for work in (home._whole, home._detail, box.rails._layout):
            monkeypatch.setattr(work, "_cheap", -1.0)
        lines = box.rails.text().splitlines()
        place = next(y for y, line in enumerate(lines) if "app3" in line)
        heading, row = next(line for line in lines if "stack000" in line), lines[place]
        one = running("stack000", "app3")
        host.next.append(changes.ContainerSeen(replace(one, state="exited")))
        await box.until(lambda: box.rails.text().splitlines()[place] != row, "the row")
        assert heading in box.rails.text()  # its count follows
        chosen = box.rails.selected
        await box.press("j")
        assert box.rails.selected != chosen
        bars = [
            y
            for y in box.rails.window
            if any("selected" in style for _, style in box.rails.line_at(y))
        ]
        assert bars == [box.rails._drawing.row_of[box.rails.selected or ""]]
        home._whole.do()
        assert heading not in box.rails.text()
        host.closed = True
