"""i and the pointer: what stands on the screen is explained, on every screen that has a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.content import Content
from textual.widget import Widget

from nebtui.explain.pages import line_entry, word_entry, words
from nebtui.facts.snapshot import Snapshot
from nebtui.tour.step import TABS
from nebtui.tui.explaining import page_of, text_of
from nebtui.tui.screens.explain import ExplainScreen
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.rails import Rails
from nebtui.tui.widgets.summary import Summary
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, demo, driver
from tests.tui.test_hostile import HOSTILE, box

SIZES = [(60, 20), (80, 24), (200, 50)]


async def told(shown: AppDriver) -> str:
    """Press i; what the page says, as one line of words."""
    await shown.press("i")
    await shown.until(lambda: isinstance(shown.app.screen, ExplainScreen), "the page")
    text = str(shown.app.screen.query_one("#page", CachedStatic).visual)
    await shown.press("i")
    await shown.until(lambda: not isinstance(shown.app.screen, ExplainScreen), "home")
    return " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ascii", [False, True])
async def test_a_row_from_left_to_right(tmp_path: Path, size: tuple[int, int], ascii: bool) -> None:
    """State, note, network, edges of the selected row in its own words, with their sources; what
    has no column at this width too; i leaves again."""
    async with demo(tmp_path, size, ascii=ascii) as shown:
        await shown.select("gantry", "conductor")
        text = await told(shown)
        parts = ["nebulus", "conductor service", "crash loop failed", "OOMKilled"]
        parts += ["×13 restarts", "restarting ×13, exit 1 note", "conductor:2.4.0 image"]
        parts += ["core/chroma", "cannot reach One names the other", "temporal waits until ready"]
        places = [text.find(part.replace("×", "x") if ascii else part) for part in parts]
        assert -1 not in places, (places, text)
        await shown.press("i")
        await shown.until(lambda: "This row, from left to right" in shown.text, "its top")
        assert shown.text.isascii() or not ascii
        await shown.press("k", "j", "pagedown", "escape")
        await shown.until(lambda: shown.home, "home")


async def test_measured_values(tmp_path: Path) -> None:
    """GPU and tokens a second are those of the row."""
    async with demo(tmp_path, (200, 50)) as shown:
        await shown.select("infer", "llama")
        row = next(row for group in shown.rails._scene.groups for row in group.rows
                   if row.id == shown.rails.selected)  # fmt: skip
        text = await told(shown)
        assert f"{row.rate} speed" in text
        figures = (shown.rails.figures or {})[row.id]
        assert f"{figures.cpu} CPU" in text


async def test_a_project_and_the_whole_box(tmp_path: Path) -> None:
    """A heading says what its words mean; without a selection the top line, the legend and the
    columns do; the detail that has the focus its own lines."""
    async with demo(tmp_path) as shown:
        text = await told(shown)
        assert "errors Findings of things that do not work now" in text
        assert "→ needs" in text
        assert "cpu CPU Percent of one core" in text
        await shown.press("home")
        assert "core project" in await told(shown)
        await shown.select("gantry", "conductor")
        await shown.press("tab")
        assert "a finding A rule" in await told(shown)


async def test_other_screens(tmp_path: Path) -> None:
    """The timeline, a review and the GPU screen have pages; help has none and says so."""
    async with demo(tmp_path) as shown:
        await shown.select("core", "ingest")
        await shown.press("t")
        await shown.until(lambda: "1 race" in shown.text, "the start")
        assert "a race It was started before the one it needs listened" in await told(shown)
        await shown.press("escape", "G")
        await shown.until(lambda: "driver 550" in shown.text, "the GPUs")
        assert "the chain From the driver to the container" in await told(shown)
        await shown.press("escape")
        await shown.until(lambda: shown.home, "home")
        await shown.review("h")
        assert "a new line It will be added" in await told(shown)
        await shown.press("escape", "question_mark", "i")
        await shown.until(lambda: "? shows the keys" in shown.text, "that nothing is there")


def hovered(shown: AppDriver, widget: Widget, x: int, y: int) -> str:
    """What Textual is given for the pointer on a cell of a widget, as one line of words."""
    region = widget.region
    shown.app.mouse_position = type(shown.app.mouse_position)(region.x + x, region.y + y)
    tip = shown.app.screen.tooltip
    return " ".join(str(tip).split()) if isinstance(tip, Content) else ""


async def test_the_pointer(tmp_path: Path) -> None:
    """The thing under the pointer: a name, an arc, a word of the top line, a line of a tab; nothing
    on a blank."""
    async with demo(tmp_path, (200, 50)) as shown:
        await shown.select("gantry", "conductor")
        rails = shown.rails
        lines = rails.text().split("\n")
        y = next(y for y, line in enumerate(lines) if " conductor " in line)
        at = y - rails.scroll_offset.y
        assert hovered(shown, rails, lines[y].index("conductor"), at).startswith(
            "conductor service"
        )
        assert "cannot reach" in hovered(shown, rails, lines[y].rindex("✗"), at)
        assert hovered(shown, rails, 199, at) == ""
        summary = shown.app.screen.query_one(Summary)
        place = text_of(summary)[0].index("errors")
        assert "errors Findings" in hovered(shown, summary, place, 0)
        await shown.press("4")
        await shown.until(lambda: "[4 Health]" in shown.text, "the tab")
        facts = shown.app.screen.query_one("#facts", Widget)
        assert hovered(shown, facts, 3, 0).startswith("the test The engine runs this command")
        heading = shown.app.screen.query_one("#heading", Widget)
        assert "tabs" in hovered(shown, heading, text_of(heading)[0].index("[4 Health]"), 0)


def unexplained(shown: AppDriver, widgets: Sequence[Widget]) -> list[str]:
    """The lines of some widgets that no row explains."""
    missing = []
    for widget in widgets:
        name, lines = page_of(shown.app.screen, widget), text_of(widget)
        for y, text in enumerate(lines):
            if text.strip() and not (name and line_entry(name, lines, y)):
                missing.append(f"{name}: {text.strip()}")
    return missing


async def test_every_line_of_every_tab(tmp_path: Path) -> None:
    """On the demo box no line of a tab, of the findings, of a start or of the GPU screen is without
    an explanation, nor a word of the top lines."""
    async with demo(tmp_path, (160, 50)) as shown:
        screen = shown.app.screen
        top = [(text, word) for text in text_of(screen.query_one(Summary))
               for word in words(text)]  # fmt: skip
        assert [w for text, w in top if word_entry("header", text, w[0]) is None] == []
        parts = [screen.query_one(f"#{part}", Widget) for part in ("findings", "facts")]
        missing: list[str] = []
        await shown.press("end")
        for id in shown.rails.order:
            shown.rails.select(id)
            for tab in TABS if "\1" in id else ("why",):
                shown.app.home.action_tab(tab)
                await shown.pilot.pause()
                missing += unexplained(shown, [part for part in parts if part.display])
        assert missing == []
        await shown.press("G")
        await shown.until(lambda: "driver 550" in shown.text, "the GPUs")
        missing += unexplained(shown, [shown.app.screen.query_one("#page", Widget)])
        await shown.press("escape")
        await shown.select("core", "ingest")
        await shown.press("t")
        await shown.until(lambda: "1 race" in shown.text, "the start")
        missing += unexplained(shown, [shown.app.screen.query_one("#page", Widget)])
        assert missing == []


async def test_it_costs_nothing_while_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving the pointer over the graph looks nothing up: that waits until it rests."""
    asked: list[object] = []
    monkeypatch.setattr("nebtui.tui.explaining.pointed", lambda *at: asked.append(at))
    async with demo(tmp_path) as shown:
        for x in range(0, 60, 7):
            await shown.pilot.hover(Rails, offset=(x, 4))
        assert asked == []
        assert shown.app.screen.query(Detail)


@pytest.mark.parametrize("text", HOSTILE)
async def test_names_stay_text(tmp_path: Path, text: str) -> None:
    """What a container, a file or an engine says is no markup and no escape here either."""
    async with driver(FakeHost(box(tmp_path, text)), tmp_path) as shown:
        await shown.until(lambda: shown.rails.order, "the graph")
        for id in shown.rails.order:
            shown.rails.select(id)
            await shown.pilot.pause()
            page = await told(shown)
            assert "\x1b" not in page
            assert "service" in page or "project" in page
            if text.startswith("[") and "\1" in id:
                assert text.split("]")[0] in page
        for y in range(3):
            assert "\x1b" not in hovered(shown, shown.rails, 8, y)


async def test_an_empty_box(tmp_path: Path) -> None:
    """Without a row the top line is explained."""
    async with driver(FakeHost(Snapshot(settled=True)), tmp_path) as shown:
        await shown.until(lambda: shown.session.snapshot.settled, "the box")
        assert "nebtui This program" in await told(shown)
