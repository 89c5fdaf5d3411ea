"""The tour at 80x24: every step by hand, the wrong thing at every step, left and taken up again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.keep.tours import recall_tour
from nebtui.tour.reader import built_in, read_tour
from nebtui.tour.step import TourStep
from nebtui.tui.screens.checklist import ChecklistScreen
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.screens.timeline import TimelineScreen
from nebtui.tui.session import Touring
from nebtui.tui.widgets.tour_panel import TourPanel
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, demo, driver


@asynccontextmanager
async def touring(folder: Path, **changed: Any) -> AsyncIterator[AppDriver]:
    """The demo box at 80x24 with its tour open."""
    async with demo(folder, (80, 24), **changed) as shown:
        await shown.press("T")
        await shown.until(lambda: shown.app.screen.query(TourPanel), "the panel")
        await shown.until(lambda: "tour " in panel(shown), "the step")
        yield shown


def step(shown: AppDriver) -> TourStep | None:
    """The step on screen."""
    progress = shown.app.guide.progress
    return progress.step if progress else None


async def done(shown: AppDriver) -> None:
    """Wait until the panel says that the step is done, then go on."""
    guide = shown.app.guide
    before = guide.progress
    assert before is not None
    assert shown.clock is not None
    for _ in range(120):
        guide.look()  # not only when its timer says so: the box's seconds go by faster than ours
        if guide.progress and guide.progress.met:
            break
        shown.clock.advance(1.0)
        await shown.pilot.pause(0.02)
    await shown.until(lambda: guide.progress and guide.progress.met, f"step {before.at + 1}")
    await shown.until(lambda: "✓ " in panel(shown), "the panel to say so")
    await shown.press("J")


def panel(shown: AppDriver) -> str:
    """What the panel says."""
    return str(shown.app.screen.query_one(TourPanel).visual)


async def write(shown: AppDriver, key: str, last: str) -> None:
    """Review with a key, and write with another."""
    screen = await shown.review(key)
    assert screen.ready, shown.text
    await shown.press(last)
    await shown.until(lambda: shown.home, "home")


async def agree(shown: AppDriver) -> None:
    """Yes to the command."""
    await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")
    await shown.press("enter")


async def act(shown: AppDriver, number: int) -> None:
    """Do what the step asks for."""
    now = step(shown)
    assert now is not None
    project, _, service = now.at.partition("/")
    if service:
        await shown.select(project, service)
    if number == 3:
        await shown.press("l")
    elif number in (4, 6, 10, 11):
        await write(shown, now.key[0], "U")
    elif number == 7:
        await write(shown, "h", "h")
    elif number == 8:
        await shown.press("home", "j", "t")
        await shown.until(lambda: "1 race" in shown.text, "the start with its race")
        await shown.press("R")
        await agree(shown)
    elif number == 9:
        await shown.press("7")
    elif number == 12:
        await shown.press("z")
        await shown.until(lambda: "undo:" in shown.text, "the undo screen")
        await shown.press("z")


async def finish(shown: AppDriver, number: int) -> None:
    """Go on, and come back to the graph."""
    await done(shown)
    if number == 8:
        # The page shows what the step is about, and not the panel in its place.
        await shown.until(lambda: "no race seen" in shown.text, "the start without a race")
    if number in (3, 8):
        await shown.press("escape")
    await shown.until(lambda: shown.home or number == 12, "home")


async def wrong(shown: AppDriver, number: int) -> str:
    """Do something else than the step asks for; what the panel must say about it."""
    now = step(shown)
    assert now is not None
    if number == 1:
        await shown.press("l")
        return "this is the log: esc goes back"
    if number == 2:
        await shown.press("slash", *"redis")
        return "a filter is set: esc clears it"
    if number == 3:
        await shown.select("gantry", "worker")
        await shown.press("l")
        return "this is the log of gantry/worker: esc goes back, then go to gantry/conductor"
    if number == 4:
        await shown.select("infer", "litellm")
        await write(shown, "a", "a")
        return "written instead: missing-host-gateway infer/litellm; z, then z takes it back"
    if number == 5:
        await shown.press("G")
        return "this is the GPU screen: esc goes back"
    if number in (6, 10):
        await shown.press("L")
        return "every change is switched off: L switches it on again"
    if number == 8:
        await shown.select("gantry", "worker")
        await shown.press("t")
        return "this is the timeline of gantry/worker: esc goes back, then go to core"
    if number == 12:
        await shown.press("semicolon")
        return "this is the command log: esc goes back"
    await shown.press("home", "J")
    return f"j and k lead to {now.at}"


def says(shown: AppDriver, words: str) -> bool:
    """Whether the panel says so."""
    return words in panel(shown)


async def back(shown: AppDriver, number: int) -> None:
    """Do what the panel says."""
    if number in (1, 2, 3, 5, 8, 12):
        await shown.press("escape")
    elif number == 4:
        await shown.press("z")
        await shown.until(lambda: "undo:" in shown.text, "the undo screen")
        await shown.press("z")
    elif number in (6, 10):
        await shown.press("L")
    await shown.until(lambda: shown.home, "home")


async def test_every_step_after_the_wrong_thing(tmp_path: Path) -> None:
    """Before each step something else is done, and the panel says how to get back; who does that
    gets through every step, and the last page is the person's own box."""
    async with touring(tmp_path) as shown:
        for number in range(1, len(built_in().steps) + 1):
            words = await wrong(shown, number)
            await shown.until(partial(says, shown, words), words)
            progress = shown.app.guide.progress
            assert progress is not None
            assert (progress.at, progress.met) == (number - 1, False)
            await back(shown, number)
            await act(shown, number)
            await finish(shown, number)
        await shown.until(lambda: isinstance(shown.app.screen, ChecklistScreen), "the last page")
        await shown.until(lambda: "mybox, engine 28.0" in shown.text, "the own box")
        assert not shown.app.screen.query(TourPanel)


async def test_left_and_taken_up_again(tmp_path: Path) -> None:
    """K and b go through the steps, T closes the panel and opens it at the same step, and another
    run begins where this one ended; no key of it is heard while it is closed."""
    async with touring(tmp_path) as shown:
        await shown.press("K", "K", "K", "b")
        await shown.until(lambda: "tour 3/12" in panel(shown), "step 3")
        await shown.press("T")
        await shown.until(lambda: not shown.app.screen.query(TourPanel), "no panel")
        await shown.press("J", "K", "b", "T")
        await shown.until(lambda: "tour 3/12" in panel(shown), "step 3 again")
        await shown.until(lambda: recall_tour(str(tmp_path / "state"), "demo") == 2, "it kept")
    async with touring(tmp_path / "again") as other:
        assert "tour 1/12" in panel(other)
    async with touring(tmp_path) as later:
        await later.until(lambda: "tour 3/12" in panel(later), "step 3 in another run")


@pytest.mark.parametrize("ascii", [False, True])
async def test_the_row_is_marked_in_the_graph(
    tmp_path: Path, ascii: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that a step points at has a sign and is turned round, so that it is seen without any
    colour; of a closed project the project; no row has it once the step is done or the tour
    left."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with touring(tmp_path, ascii=ascii) as shown:
        sign = ">" if ascii else "»"
        assert marked(shown) == [f"{sign}chroma"]
        assert f"{sign} core/chroma" in shown.text
        await shown.press("home", "space")
        await shown.until(lambda: marked(shown) == [f"{sign}core"], "the closed project")
        await shown.press("space")
        await shown.select("core", "chroma")
        await shown.until(lambda: not marked(shown), "no mark on what is done")
        await shown.press("J")
        arrow = "v" if ascii else "↓"
        await shown.until(lambda: marked(shown) == [f" {sign} {arrow} "], "the way to the next one")
        await shown.press("K")  # where to stand on the row is not all of the step
        await shown.select("gantry", "conductor")
        await shown.until(lambda: marked(shown) == [f"{sign}conductor"], "the next one")
        await shown.press("T")
        await shown.until(lambda: not marked(shown), "no mark without a tour")


def marked(shown: AppDriver) -> list[str]:
    """The words of the graph that are turned round."""
    rails = shown.rails
    rows = (rails.render_line(y) for y in range(rails.size.height))
    turned = ("".join(s.text for s in row if s.style and s.style.reverse) for row in rows)
    return [text for text in turned if text]


async def test_letters_are_letters_where_one_types(tmp_path: Path) -> None:
    """b, J and K in the filter line are text."""
    async with touring(tmp_path) as shown:
        await shown.press("slash", "b", "J", "K", "T")
        assert shown.app.home.shown_filter == "bJKT"
        assert "tour 1/12" in panel(shown)


async def test_the_panel_leaves_room(tmp_path: Path) -> None:
    """At 80x24 the panel has its lines on every screen, below what is shown, above the keys."""
    async with touring(tmp_path) as shown:
        for key, below in (("l", "esc"), ("t", "esc"), ("G", "esc"), ("question_mark", "esc")):
            await shown.press(key)
            await shown.until(lambda: shown.app.screen.query(TourPanel), "the panel")
            await shown.until(lambda: "tour 1/12" in panel(shown), "the step")
            region = shown.app.screen.query_one(TourPanel).region
            assert (region.y, region.bottom) == (17, 23), (key, region)
            assert below in shown.text.split("\n")[-1]
            await shown.press("escape")
            await shown.until(lambda: shown.home, "home")
        assert isinstance(shown.app.screen, HomeScreen)
        await shown.press("j", "j", "t", "R")
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")
        await shown.until(lambda: "tour 1/12" in panel(shown), "the step")
        await shown.press("escape")
        await shown.until(lambda: isinstance(shown.app.screen, TimelineScreen), "the timeline")


async def test_it_begins_by_itself(tmp_path: Path) -> None:
    """`nebtui tour FILE` opens the panel at once, and its last page is the box on screen; the keys
    of the tour are free again then."""
    tour = read_tour('title = "t"\n[[step]]\ntitle = "Hello"\ntext = "[b]read[/b] me"\n', "t")
    box = FakeHost(Snapshot(engine=Engine("thisbox", "28.0", "1.48", "unix:///x")))
    given = Touring(lambda: tour, "/t.toml", str(tmp_path), begins=True)
    async with driver(box, tmp_path, (80, 24), tour=given) as shown:
        await shown.until(lambda: shown.app.screen.query(TourPanel), "the panel")
        await shown.until(lambda: "[b]read[/b] me" in shown.text, "the text as it stands")
        await shown.until(lambda: shown.session.snapshot.engine, "the box")
        await shown.press("J")
        await shown.until(lambda: "thisbox, engine 28.0" in shown.text, "this box")
        assert "This box:" in shown.text
        await shown.press("escape")
        await shown.until(lambda: shown.home, "home")
        assert not shown.app.screen.query(TourPanel)


async def test_a_box_without_a_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T runs the tour of the demo box beside it, in a nebtui of its own."""
    asked: list[tuple[str, ...]] = []

    def aside(app: object, argv: tuple[str, ...], told: str) -> int:
        asked.append(argv)
        return 0

    monkeypatch.setattr("nebtui.tui.outside.aside", aside)
    async with driver(FakeHost(Snapshot()), tmp_path) as shown:
        await shown.press("T", "J")
        assert not shown.app.screen.query(TourPanel)
    assert [argv[1:] for argv in asked] == [("-m", "nebtui", "tour")]
