"""The keys of the logs screen that narrow it, show it in another way, and lead on from a line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nebtui.facts.logs import LogLine
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.widgets.log_lines import LogLines
from tests.clock import HandClock
from tests.tui.driver import AppDriver, driver
from tests.tui.test_logs import Telling, opened

LINES = (
    ("redis", "1:M 22 Nov 2026 14:06:33.123 * Ready to accept connections"),
    ("redis", "1:M 22 Nov 2026 14:06:33.123 # memory overcommit is off"),
    ("ingest", '{"level":"error","msg":"no such key","key":"EMBED_URL","password":"hun ter2"}'),
    ("ingest", "Traceback (most recent call last):"),
    ("ingest", '  File "/app/main.py", line 3'),
    ("ingest", "KeyError: 'EMBED_URL'"),
    ("chroma", 'level=info msg="heard a heartbeat" n=1'),
    ("chroma", "the word error is in its middle"),
)


@asynccontextmanager
async def written(
    folder: Path, size: tuple[int, int] = (120, 24)
) -> AsyncIterator[tuple[AppDriver, LogsScreen, LogLines]]:
    """The logs screen of the demo box, where the lines are these."""
    clock = HandClock()
    host = Telling("all", folder=str(folder / "box"), clock=clock)
    async with driver(host, folder / "state", size, clock) as shown:
        await shown.ready()
        services = (key for key, _ in shown.session.snapshot.services())
        keys = {key.service: key for key in services if key.project.name == "core"}
        at = int((clock.now() - 130) * 1e9)
        host.lines = tuple(
            LogLine(at + number, keys[name], name, "stderr", text)
            for number, (name, text) in enumerate(LINES)
        )
        screen = await opened(shown)
        yield shown, screen, screen.query_one(LogLines)


def texts(view: LogLines) -> list[str]:
    """What is shown, the lines in short."""
    return [view.page.text(number)[:12] for number in view.page.shown]


async def test_levels(tmp_path: Path) -> None:
    """e shows warnings and errors, then errors with the lines that belong to them, then all; an
    empty window says why, and that standard error is no error."""
    async with written(tmp_path) as (shown, _, view):
        await shown.press("e")
        assert texts(view)[0] == "1:M 22 Nov 2"
        assert len(view.page.shown) == 5
        assert "5 of 8 lines   ended · warnings and errors" in shown.text
        await shown.press("e")
        assert texts(view) == ["ERROR no suc", "Traceback (m", '  File "/app', "KeyError: 'E"]
        await shown.press("slash", *"heartbeat", "enter", "m")
        await shown.until(lambda: "none of 8 lines is shown" in shown.text, "the reason")
        await shown.press("e")
        assert texts(view) == ["INFO  heard "]
        assert "1 of 8 lines   ended · only /heartbeat" in shown.text
        await shown.press("m")
        assert len(view.page.shown) == 8


async def test_matches_only(tmp_path: Path) -> None:
    """m without a search asks for one; then only what has it is shown, in the same way for the
    next search."""
    async with written(tmp_path) as (shown, screen, view):
        await shown.press("m")
        assert screen.query_one("#search").has_focus
        await shown.press(*"embed_url", "enter")
        assert texts(view) == ["ERROR no suc", "KeyError: 'E"]
        await shown.press("slash", *["backspace"] * 9, *"memory", "enter")
        assert texts(view) == ["1:M 22 Nov 2"]


async def test_fields_are_readable(tmp_path: Path) -> None:
    """JSON and logfmt as level, message and fields, the secret among them masked; r shows them as
    they were written."""
    async with written(tmp_path) as (shown, _, view):
        assert 'ERROR no such key  key=EMBED_URL  password="•••' in shown.text
        assert "INFO  heard a heartbeat  n=1" in shown.text
        await shown.press("r")
        assert (
            '{"level":"error","msg":"no such key","key":"EMBED_URL","password":"•••"}' in shown.text
        )
        assert "as written" in shown.text
        await shown.press("r", "w")
        assert len(view.page.rows(1000)) == 8
        assert "hun" not in shown.text


async def test_times(tmp_path: Path) -> None:
    """t shows how long ago a line was written, then no time, then the time of day."""
    async with written(tmp_path) as (shown, _, view):
        (clock,) = {line.split()[0] for line in shown.text.splitlines() if "Ready to" in line}
        assert clock.count(":") == 2
        await shown.press("t")
        await shown.until(lambda: " 2 min core/" in shown.text, "how long ago")
        await shown.live(lambda: " 3 min core/" in shown.text, "time to go by")
        await shown.press("t")
        assert not any(line.startswith((" 3 min", clock)) for line in shown.text.splitlines())
        assert view.pen.margin > 0
        await shown.press("t")
        assert f"{clock} core/" in shown.text


async def test_a_line_leads_to_its_service(tmp_path: Path) -> None:
    """Enter without a line says how to choose one; with one it goes to that service at home; y
    copies the line alone."""
    async with written(tmp_path) as (shown, _, view):
        await shown.press("enter")
        await shown.until(lambda: "choose a line" in shown.text, "how to")
        await shown.press("up")
        assert view.here == 7
        assert not view.following
        await shown.press("k", "up")
        await shown.press("y")
        assert shown.app.clipboard == "KeyError: 'EMBED_URL'"
        await shown.press("down", "up", "up", "up", "up", "y")
        assert shown.app.clipboard.startswith("ERROR no such key  key=EMBED_URL  password=")
        assert "ter2" not in shown.app.clipboard
        await shown.press("enter")
        home = shown.app.screen
        assert isinstance(home, HomeScreen)
        await shown.until(lambda: str(home.selected).endswith("/ingest"), "the service")


@pytest.mark.parametrize("way", ["closed", "filtered"])
async def test_a_hidden_service_is_shown(tmp_path: Path, way: str) -> None:
    """Where the project is closed it is opened; where the filter hides it, that is cleared."""
    async with written(tmp_path) as (shown, screen, view):
        screen.dismiss(None)
        await shown.until(lambda: shown.home, "home")
        home = shown.app.screen
        assert isinstance(home, HomeScreen)
        if way == "closed":
            await shown.select("core", "redis")
            await shown.press("space")
        else:
            await shown.press("slash", *"tabby", "enter")
        await shown.press("escape" if way == "closed" else "home")
        service = view.page.held[0].line.service
        assert service is not None
        home._go_to(service)
        await shown.until(lambda: home.selected == service, "the service")
        assert "redis" in shown.text


async def test_a_click_puts_the_cursor_there(tmp_path: Path) -> None:
    """The clicked line is the one that y copies; a double click goes to its service."""
    async with written(tmp_path) as (shown, _, view):
        await shown.pilot.click(LogLines, offset=(30, 1))
        assert view.here == 1
        await shown.pilot.click(LogLines, offset=(30, 1), times=2)
        await shown.until(lambda: shown.home, "home")
