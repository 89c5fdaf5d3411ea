"""Logs on the screen: the last line of what is not well, tab 3, and the logs screen with its
keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.host import LogRequest, LogStream
from nebtui.hosts.logs.fixed import FixedLog
from nebtui.hosts.simulated import SimulatedHost
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.widgets.log_lines import LogLines
from tests.clock import HandClock
from tests.tui.driver import AppDriver, demo, driver

ERROR = "ERROR PermissionError: [Errno 13] Permission denied: '/models'"


async def opened(shown: AppDriver, project: str = "", service: str = "") -> LogsScreen:
    """The logs screen of a service, of the whole box without one."""
    if service:
        await shown.select(project, service)
    else:
        await shown.press("escape", "escape")
    await shown.press("l")
    screen = shown.app.screen
    assert isinstance(screen, LogsScreen)
    view = screen.query_one(LogLines)
    await shown.until(lambda: view.page.held, "the first lines")
    await shown.until(lambda: view.scroll_offset.y == view.max_scroll_y, "the end")
    return screen


async def test_the_last_line_of_what_is_not_well_stands_beside_why(tmp_path: Path) -> None:
    """An unhealthy service's last line is on tab 1, a ready one's is not; tab 3 has more of it."""
    async with demo(tmp_path, (140, 44)) as shown:
        await shown.select("infer", "tabbyapi")
        await shown.until(lambda: f"last error  {ERROR}" in shown.text, "the last line")
        await shown.select("core", "redis")
        await shown.pilot.pause()
        assert "last error" not in shown.text
        await shown.press("3")
        await shown.until(lambda: "INFO listening on 0.0.0.0:6379" in shown.text, "the log")
        assert "l shows all, searches and follows" in shown.text


async def test_logs_of_a_box_are_merged_and_followed(tmp_path: Path) -> None:
    """Lines of all services in the order of time with their names, the newest below; new ones come
    in, and do not while it is paused."""
    async with demo(tmp_path, (120, 30)) as shown:
        screen = await opened(shown)
        page = screen.query_one(LogLines).page
        assert "all projects" in shown.text
        times = [held.line.at for held in page.held]
        assert times == sorted(times)
        assert len({held.line.service for held in page.held}) > 10
        await shown.press("y")
        copied = shown.app.clipboard.splitlines()
        assert copied
        assert all(line.partition("/")[2].split()[1] in ("INFO", "ERROR") for line in copied)
        before = len(page.held)
        await shown.press("p")
        assert "paused: p goes on" in shown.text
        await shown.live(
            lambda: shown.session.host.logs(LogRequest(screen.services, None)).take(before + 1)[
                before:
            ],
            "new lines",
        )
        assert len(page.held) == before
        await shown.press("p")
        await shown.until(lambda: len(page.held) > before, "what was written meanwhile")


async def test_searching_goes_from_match_to_match(tmp_path: Path) -> None:
    """/ finds the newest match first, N goes up and n down; what is no expression is said; esc
    closes the line, then the screen."""
    async with demo(tmp_path, (120, 20)) as shown:
        screen = await opened(shown)
        view = screen.query_one(LogLines)
        await shown.press("slash", *"permission", "enter")
        newest = view.here
        assert newest is not None
        assert "PermissionError" in view.page.text(newest)
        later = (view.page.text(number) for number in view.page.shown[newest + 1 :])
        assert not any("Permission" in text for text in later)
        assert "stands still: f follows · /permission" in shown.text
        await shown.press("N")
        assert view.here is not None
        assert view.here < newest
        await shown.press("n")
        assert view.here == newest
        await shown.press("slash", "left_parenthesis", "enter")
        await shown.until(lambda: "is no regular expression" in shown.text, "the reason")
        await shown.press("escape")
        assert shown.app.screen is screen
        await shown.press("escape")
        assert shown.home


async def test_moving_stops_following(tmp_path: Path) -> None:
    """g goes to the oldest line and stands still, G to the newest and follows, f changes that;
    scrolling up stops it too."""
    async with demo(tmp_path, (120, 20)) as shown:
        view = (await opened(shown)).query_one(LogLines)
        await shown.press("g")
        assert (view.first_line, view.following) == (0, False)
        await shown.press("G")
        await shown.until(lambda: view.scroll_offset.y == view.max_scroll_y, "the end")
        assert view.following
        await shown.press("up")
        await shown.until(lambda: not view.following, "standing still")
        await shown.press("f")
        assert view.following


class Telling(SimulatedHost):
    """The demo box, where each log is the same few lines."""

    lines: tuple[LogLine, ...] = ()

    def logs(self, request: LogRequest) -> LogStream:
        """The lines, whoever asks."""
        return FixedLog(self.lines)


async def test_long_and_hostile_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long line is broken with w; secrets are masked, markup and escapes are text; o asks and
    writes a file of its owner's with the names, y copies what is shown."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    clock = HandClock()
    host = Telling("all", folder=str(tmp_path / "box"), clock=clock)
    texts = ("x" * 150 + "END", "password=hunter2", "[red]a[/red]\x1b[31mb\x1b]0;title\x07")
    async with driver(host, tmp_path / "state", (100, 24), clock) as shown:
        await shown.ready()
        key = next(k for k, _ in shown.session.snapshot.services() if k.service == "redis")
        host.lines = tuple(LogLine(at, key, "c", "stderr", text) for at, text in enumerate(texts))
        await opened(shown, "core", "redis")
        assert "END" not in shown.text
        await shown.press("w")
        await shown.until(lambda: "END" in shown.text, "the end of the line")
        assert "password=•••" in shown.text
        assert "[red]a[/red]b" in shown.text
        await shown.press("y")
        assert "hunter2" not in shown.app.clipboard
        assert shown.app.clipboard.endswith("[red]a[/red]b")
        await shown.press("o")
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")
        assert not list((tmp_path / "work").iterdir())
        await shown.press("enter")
        await shown.until(lambda: list((tmp_path / "work").iterdir()), "the file")
        (saved,) = (tmp_path / "work").iterdir()
        await shown.until(lambda: saved.read_text().count("\n") == 3, "its lines")
        assert saved.name.startswith("core-redis-")
        assert saved.stat().st_mode & 0o777 == 0o600
        assert "core/redis | password=•••" in saved.read_text()


async def test_a_storm_is_held_within_bounds(tmp_path: Path) -> None:
    """Far more lines than are held: the oldest go, it is said, and keys are answered."""
    clock = HandClock()
    host = Telling("all", folder=str(tmp_path / "box"), clock=clock)
    async with driver(host, tmp_path / "state", (100, 24), clock) as shown:
        await shown.ready()
        key: ServiceKey = next(k for k, _ in shown.session.snapshot.services())
        host.lines = tuple(LogLine(at, key, "c", "stdout", f"line {at}") for at in range(24_000))
        screen = await opened(shown, key.project.name, key.service)
        view = screen.query_one(LogLines)
        await shown.until(lambda: view.page.dropped == 4000, "all lines")
        await shown.until(lambda: "line 23999" in shown.text, "the last line")
        assert "20,000 lines (of 24,000 seen)" in shown.text
        assert "ended" in shown.text
        await shown.press("g")
        await shown.until(lambda: "line 4000" in shown.text, "the oldest line")
