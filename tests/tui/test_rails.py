"""Promises of the rails widget: the cursor, what it tells the app, and how little it repaints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from nebtui.graph.layout import GraphModel, Group, Row
from nebtui.tui.widgets.rails import Rails
from tests.graph.scenes import row, sample

SHEET = Path(__file__).parents[2] / "styles" / "rails.tcss"


class RailsApp(App[None]):
    """An app with nothing but the rails."""

    CSS_PATH = SHEET

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield Rails()

    def on_rails_selected(self, message: Rails.Selected) -> None:
        self.said.append(("selected", message.id))

    def on_rails_opened(self, message: Rails.Opened) -> None:
        self.said.append(("opened", message.id))

    def on_rails_folded(self, message: Rails.Folded) -> None:
        self.said.append(("folded", message.id))


@asynccontextmanager
async def shown(
    scene: GraphModel, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[RailsApp, Rails, Pilot[None]]]:
    """The app with a scene on its screen."""
    app = RailsApp()
    async with app.run_test(size=size) as pilot:
        rails = app.query_one(Rails)
        rails.show(scene)
        rails.focus()
        await pilot.pause()
        yield app, rails, pilot


def count_lines(rails: Rails, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects the window lines rendered from now on."""
    rendered: list[int] = []
    real = rails.render_line

    def render_line(y: int) -> object:
        rendered.append(y)
        return real(y)

    monkeypatch.setattr(rails, "render_line", render_line)
    return rendered


def with_row(scene: GraphModel, changed: Row) -> GraphModel:
    """The scene with one row exchanged."""
    groups = tuple(
        replace(group, rows=tuple(changed if row.id == changed.id else row for row in group.rows))
        for group in scene.groups
    )
    return replace(scene, groups=groups)


def without_row(scene: GraphModel, id: str) -> GraphModel:
    """The scene with one row less."""
    groups = tuple(
        replace(group, rows=tuple(row for row in group.rows if row.id != id))
        for group in scene.groups
    )
    return replace(scene, groups=groups)


async def test_cursor_moves_and_tells() -> None:
    """Moving selects the lines in order, ends at the ends, and posts Selected only when the line is
    another."""
    async with shown(sample()) as (app, rails, pilot):
        assert rails.selected is None
        for _ in range(2):
            await rails.run_action("cursor_down")
            await pilot.pause()
        await rails.run_action("cursor_up")
        await pilot.pause()
        await rails.run_action("cursor_up")
        await pilot.pause()
        assert app.said == [
            ("selected", "core"),
            ("selected", "core/postgres"),
            ("selected", "core"),
        ]
        await rails.run_action("last")
        assert rails.selected == "infer/sandbox"
        await rails.run_action("first")
        assert rails.selected == "core"


async def test_small_window_scrolls() -> None:
    """In a small window the cursor stays visible, and the titles come back with the first line."""
    async with shown(sample(), (80, 8)) as (_, rails, pilot):
        await rails.run_action("last")
        await pilot.pause()
        assert rails.scroll_offset.y == rails.virtual_size.height - 8
        await rails.run_action("page_up")
        await pilot.pause()
        assert rails.selected == "gantry/ui"
        await rails.run_action("first")
        await pilot.pause()
        assert rails.scroll_offset.y == 0
        await rails.run_action("page_down")
        assert rails.selected not in (None, "core")


async def test_fold() -> None:
    """Folding from a row closes its group, selects it, tells, and outlives the next scene."""
    async with shown(sample()) as (app, rails, pilot):
        rails.show(sample(), "core/chroma")
        await rails.run_action("fold")
        await pilot.pause()
        assert rails.selected == "core"
        assert rails.collapsed("core")
        assert ("folded", "core") in app.said
        rails.show(with_row(sample(), row("core", "redis", "exited", "core_default")))
        assert "▸ core" in rails.text()
        await rails.run_action("fold")
        assert "▾ core" in rails.text()
        assert "redis" in rails.text()


async def test_next_broken_and_jumps() -> None:
    """The cursor visits every broken line in turn, and jumps to what a line depends on and back."""
    async with shown(sample()) as (_, rails, _pilot):
        seen = []
        for _ in range(4):
            await rails.run_action("next_broken")
            seen.append(rails.selected)
        assert seen == ["core/ingest", "gantry/conductor", "infer/embed", "core/ingest"]
        rails.show(sample(), "gantry/conductor")
        await rails.run_action("jump_target")
        assert rails.selected == "core/chroma"
        await rails.run_action("jump_source")
        assert rails.selected == "gantry/conductor"
        await rails.run_action("jump_target")
        assert rails.selected == "gantry/temporal"


async def test_all_edges() -> None:
    """Asking for all edges draws more arrows, asking again draws fewer."""
    async with shown(sample()) as (_, rails, _pilot):
        calm = rails.text()
        await rails.run_action("all_edges")
        assert rails.text().count("◄") > calm.count("◄")
        await rails.run_action("all_edges")
        assert rails.text() == calm


async def test_vanished_selection() -> None:
    """When the selected service is gone the cursor stands next door, and says so."""
    async with shown(sample()) as (app, rails, pilot):
        rails.show(sample(), "core/chroma")
        rails.show(without_row(sample(), "core/chroma"))
        await pilot.pause()
        assert rails.selected == "core/ingest"
        assert app.said[-1] == ("selected", "core/ingest")
        rails.show(GraphModel())
        await pilot.pause()
        assert rails.selected is None
        assert app.said[-1] == ("selected", "")


async def test_one_changed_row_repaints_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new number in one row renders one line again, the same scene renders none."""
    async with shown(sample()) as (_, rails, pilot):
        rendered = count_lines(rails, monkeypatch)
        rails.show(sample())
        await pilot.pause()
        assert rendered == []
        changed = row("infer", "tabbyapi", "healthy", "infer_default nebulus", 42.0, "31.0 tok/s")
        rails.show(with_row(sample(), changed))
        await pilot.pause()
        assert len(rendered) == 1
        assert "31.0 tok/s" in rails.text().splitlines()[rendered[0]]


async def test_mouse() -> None:
    """A click selects the line under it, a double click opens it, a click beside the lines does
    nothing."""
    async with shown(sample()) as (app, rails, pilot):
        await pilot.click(Rails, offset=(20, 5))
        assert rails.selected == "core/redis"
        await pilot.click(Rails, offset=(20, 11), times=2)
        assert app.said[-1] == ("opened", "gantry/conductor")
        await pilot.click(Rails, offset=(20, 2))
        assert rails.selected == "gantry/conductor"


async def test_hostile_names_are_literal() -> None:
    """Names that look like markup or carry escapes are shown as they are, minus the control
    characters."""
    names = ["[/usr/bin/x] closed", "[@click=app.quit]x[/]", "\x1b[31mred\x1b[0m", "日本語"]
    rows = tuple(row("p", name, "healthy", "") for name in names)
    async with shown(GraphModel((), (Group("p", "[bold]p", "[/]", "ok", rows),))) as (
        app,
        rails,
        _pilot,
    ):
        strips = [rails.render_line(y).text for y in range(6)]
        assert "[bold]p  [/]" in strips[0]
        assert "[/usr/bin/x] closed" in strips[1]
        assert "[@click=app.quit]x[/]" in strips[2]
        assert "red" in strips[3]
        assert "[31m" not in strips[3]
        assert "\x1b" not in strips[3]
        assert "日本語" in strips[4]
        assert {rails.render_line(y).cell_length for y in range(6)} == {120}
        assert app.is_running


async def test_resize_and_theme() -> None:
    """A narrower window is laid out again, and another theme changes the colours of what is
    drawn."""
    async with shown(sample()) as (app, rails, pilot):
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert max(len(line) for line in rails.text().splitlines()) <= 80
        dark = [segment.style for segment in rails.render_line(4)]
        app.theme = "textual-light"
        await pilot.pause()
        assert [segment.style for segment in rails.render_line(4)] != dark
