"""Find and go: the filter, the palette, back and forward, and the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.events import MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList

from nebtui.keep.uses import MOST, OFTEN, recall_uses, used
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.help import HelpScreen
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.divider import LEAST, Divider
from nebtui.tui.widgets.summary import Summary
from nebtui.tui.widgets.wheel import WheelStatic
from tests.tui.driver import AppDriver, demo


def rows(shown: AppDriver) -> set[str]:
    """The services that the graph shows, as project/service."""
    return {i.split("\0")[0] + "/" + i.partition("\1")[2] for i in shown.rails.ids if "\1" in i}


async def filtered(shown: AppDriver, text: str) -> set[str]:
    """Type a filter; what is left."""
    await shown.press("escape", "slash")
    for char in text:
        await shown.pilot.press("space" if char == " " else char)
    await shown.press("enter")
    return rows(shown)


async def test_the_filter_asks_for_fields(tmp_path: Path) -> None:
    """Network, state, image and project, also turned round and together."""
    async with demo(tmp_path) as shown:
        every = rows(shown)
        joined = await filtered(shown, "net:nebulus")
        assert "core/api" in joined
        assert "core/redis" not in joined
        assert await filtered(shown, "net:!nebulus") == every - joined
        assert "gantry/conductor" in await filtered(shown, "state:failed")
        assert await filtered(shown, "image:redis project:core") == {"core/redis"}
        assert {name.partition("/")[0] for name in await filtered(shown, "gantry")} == {"gantry"}


async def test_a_filter_without_a_match_says_so(tmp_path: Path) -> None:
    """It says how to leave it and what there is; no finding of the box stands below."""
    async with demo(tmp_path) as shown:
        assert await filtered(shown, "net:backend") == set()
        for text in ("nothing matches net:backend", "esc shows all", "core_default"):
            assert text in shown.text
        assert "isolated-networks" not in shown.text
        await shown.press("escape")
        await shown.until(lambda: "isolated-networks" in shown.text, "the findings")


async def test_findings_are_those_of_what_is_shown(tmp_path: Path) -> None:
    """With a filter and nothing selected the list has no finding of another project."""
    async with demo(tmp_path) as shown:
        await filtered(shown, "project:infer")
        assert "foreign-user" in shown.text
        assert "isolated-networks" not in shown.text


async def offered(shown: AppDriver, asked: str) -> list[str]:
    """The first lines of the palette for what is typed."""
    await shown.press("colon")
    await shown.until(lambda: isinstance(shown.app.screen, CommandPalette), "the palette")
    await shown.press(*("space" if char == " " else char for char in asked))
    options = shown.app.screen.query_one("CommandList", OptionList)
    await shown.pilot.pause(0.3)
    await shown.until(lambda: options.option_count, "the first hits")
    return [str(option.prompt).split("\n")[0] for option in options.options]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("chroma", "core/chroma"),
        ("gantry/ui", "gantry/ui"),
        ("infer", "project infer"),
        ("nebulus", "network nebulus"),
        ("isolated", "rule isolated-networks"),
        ("timeline", "timeline (t)"),
        ("undo", "undo (z)"),
    ],
)
async def test_the_palette_finds(tmp_path: Path, asked: str, first: str) -> None:
    """Services, projects, networks, rules and keys, what is meant most likely first."""
    async with demo(tmp_path) as shown:
        assert (await offered(shown, asked))[0] == first


async def test_the_palette_goes_there(tmp_path: Path) -> None:
    """A service is selected, also from another screen; a network becomes the filter; a rule shows
    its manual."""
    async with demo(tmp_path) as shown:
        await shown.press("G")
        await offered(shown, "chroma")
        await shown.press("enter")
        await shown.until(lambda: shown.home, "home")
        await shown.until(lambda: str(shown.app.home.selected) == "core/chroma", "the service")
        await offered(shown, "network nebulus")
        await shown.press("enter")
        await shown.until(lambda: "core/redis" not in rows(shown), "the filter")
        await offered(shown, "core/redis")
        await shown.press("enter")
        await shown.until(lambda: str(shown.app.home.selected) == "core/redis", "the service")
        await offered(shown, "rule isolated")
        await shown.press("enter")
        await shown.until(lambda: "Why it bites" in shown.text, "the manual")
        assert "gantry/conductor" in shown.text


async def test_the_palette_begins_with_what_is_used_most(tmp_path: Path) -> None:
    """What was chosen comes first the next time, in the next run too; nobody is offered `back`."""
    async with demo(tmp_path) as shown:
        before = await offered(shown, "")
        assert "back (esc)" not in before
        await shown.press("escape")
        await offered(shown, "whisper")
        await shown.press("enter")
        await shown.until(lambda: shown.home, "home")
        assert (await offered(shown, ""))[0] == "infer/whisper"
    assert recall_uses(str(tmp_path / "state")) == {"infer/whisper": 1}


def test_counts_give_way() -> None:
    """A count never grows without end, and the list neither; the newest stays."""
    counts: dict[str, int] = {}
    for number in range(500):
        counts = used(counts, "often" if number % 2 else f"once {number}")
    assert len(counts) <= MOST
    assert counts["often"] <= OFTEN
    assert "once 498" in counts


@pytest.mark.parametrize("text", ["", "[]", '{"a": "b", "c": -1, "d": true}', "\0"])
def test_a_spoiled_file_of_uses_is_empty(tmp_path: Path, text: str) -> None:
    """Whatever the file holds, nothing fails."""
    (tmp_path / "uses.json").write_text(text)
    assert recall_uses(str(tmp_path)) == {}


async def test_back_and_forward(tmp_path: Path) -> None:
    """After jumps `(` comes back to where each began, steps included, and `)` goes forward."""
    async with demo(tmp_path) as shown:
        await shown.select("gantry", "conductor")
        await shown.press("left")
        assert str(shown.app.home.selected) == "core/chroma"
        await shown.press("j", "end")
        last = shown.app.home.selected
        await shown.press("left_parenthesis")
        assert str(shown.app.home.selected) == "core/ingest"
        await shown.press("left_parenthesis")
        assert str(shown.app.home.selected) == "gantry/conductor"
        await shown.press("right_parenthesis", "right_parenthesis")
        assert shown.app.home.selected == last
        await shown.press("right_parenthesis")
        assert shown.app.home.selected == last


async def click(shown: AppDriver, text: str) -> None:
    """Click on the first place where the screen shows a text."""
    lines = shown.text.splitlines()
    y = next(at for at, line in enumerate(lines) if text in line)
    await shown.pilot.click(offset=(lines[y].index(text) + 1, y))
    await shown.pilot.pause()


async def test_tabs_and_chips_are_clicked(tmp_path: Path) -> None:
    """A tab's label shows it; the key beside a finding fixes that finding; the keys of a question
    answer it; the keys at the bottom are pressed."""
    async with demo(tmp_path, (120, 44)) as shown:
        await shown.select("infer", "tabbyapi")
        await click(shown, "5 Mounts")
        assert "[5 Mounts]" in shown.text
        assert "runs as" in shown.text
        await click(shown, "1 Why")
        await click(shown, " u ")
        await shown.until(lambda: isinstance(shown.app.screen, ReviewScreen), "the review")
        assert "foreign-user" in str(shown.app.screen.about)  # type: ignore[attr-defined]
        await shown.press("escape", "D")
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")
        await click(shown, " esc ")
        await shown.until(lambda: shown.home, "home")
        await click(shown, " ? help")
        assert isinstance(shown.app.screen, HelpScreen)


async def test_the_divider_is_dragged(tmp_path: Path) -> None:
    """It follows the mouse, both sides keep some lines, and a double click gives back the
    graph's own share."""
    async with demo(tmp_path, (120, 44)) as shown:
        pilot, own = shown.pilot, shown.rails.size.height
        detail = shown.app.screen.query_one(Detail)
        for y, side, height in ((0, shown.rails, LEAST), (43, detail, LEAST), (12, None, 0)):
            await pilot.mouse_down(Divider)
            await pilot.hover(offset=(10, y))
            await pilot.mouse_up(offset=(10, y))
            await pilot.pause()
            assert side is None or side.size.height == height, y
        assert shown.app.screen.query_one(Divider).region.y == 12
        await pilot.click(Divider, times=2)
        await pilot.pause()
        assert shown.rails.size.height == own


async def test_the_wheel_turns_everything(tmp_path: Path) -> None:
    """Over the summary the graph scrolls, over the heading the detail below it."""
    async with demo(tmp_path, (100, 24)) as shown:
        await shown.select("gantry", "conductor")
        await shown.press("home", "exclamation_mark")
        body = shown.app.screen.query_one("#body")
        for widget, scrolled in ((Summary, shown.rails), (WheelStatic, body)):
            target = shown.app.screen.query(widget).last()
            before = scrolled.scroll_y
            target.post_message(wheel(target, MouseScrollUp))
            target.post_message(wheel(target, MouseScrollDown))
            await shown.pilot.pause()
            await shown.pilot.pause()
            assert scrolled.scroll_y > 0 or before > 0, widget


def wheel(widget: Widget, kind: type[MouseScrollDown | MouseScrollUp]) -> Message:
    """A notch of the wheel over a widget."""
    return kind(widget, 1, 0, 0, 0, 0, False, False, False)
