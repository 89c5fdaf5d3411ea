"""A port that another box calls, on a box that another nebtui serves: from the row to the review,
to that machine's disk and back."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nebtui.facts.declared import Service, ServiceKey
from nebtui.hosts.remote.host import RemoteHost
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.session import Session
from tests import builders
from tests.fakes import FakeHost
from tests.hosts.remote.test_called_fixes import FILE, MENDED, RULE
from tests.tui.driver import AppDriver
from tests.tui.test_boxes import boxes, session


def found(one: Session) -> list[str]:
    """How the rule's findings on a box can be fixed."""
    return [f.applicability for f in one.findings if f.rule == RULE]


@asynccontextmanager
async def two(folder: Path, *flags: str) -> AsyncIterator[tuple[AppDriver, Session, Session]]:
    """The app on a box of which a service calls, in front, and a far one that is called; both with
    their findings."""
    (folder / "far/box").mkdir(parents=True)
    (folder / "far/box/compose.yaml").write_text(FILE)
    web = Service("web", environment={"URL": "http://gpu1:8000"})
    near = session("near", FakeHost(builders.box(builders.project("shop", web))), folder / "near")
    argv = (sys.executable, "-m", "tests.hosts.remote.far_files", str(folder / "far"), *flags)
    host = RemoteHost(argv, dict(os.environ), "ssh://gpu1", ("ssh", "gpu1"))
    far = session("gpu1", host, folder / "near")
    far.far_desk = lambda: host.desk
    async with boxes([near, far], (130, 40)) as driver:
        await driver.until(lambda: found(near) and found(far), "the findings on both", 60)
        yield driver, near, far
    host.close()


def said(driver: AppDriver) -> str:
    """Everything that was told in passing."""
    return "\n".join(f"{one.title}: {one.message}" for one in driver.app._notifications)


async def test_written_and_undone_from_here(tmp_path: Path) -> None:
    """f on the row that is called shows the far diff and writes nothing, f writes it there, z z
    takes it back; nothing is kept here."""
    async with two(tmp_path) as (driver, near, far):
        file = tmp_path / "far/box/compose.yaml"
        assert (found(near), found(far)) == (["display"], ["unsafe"])
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is far, "the far box")
        await driver.select("box", "llm")
        screen = await driver.review("f")
        assert screen.ready, driver.text
        assert f"{RULE} · unsafe · on gpu1" in driver.text
        assert '+      - "8000:8000"' in driver.text
        assert file.read_text() == FILE
        await driver.press("f")
        await driver.until(lambda: far.watched, "the patch to be watched")
        assert file.read_text() == MENDED
        await driver.until(lambda: driver.home, "home")
        await driver.press("z")
        await driver.until(lambda: "undo:" in driver.text, "what undoing changes")
        await driver.press("z")
        await driver.until(lambda: file.read_text() == FILE, "the file to be as before")
        assert far.journal.entries() == ()


async def test_from_the_row_that_calls(tmp_path: Path) -> None:
    """f there leads to the box that is called, with what it calls selected and its fix shown."""
    async with two(tmp_path) as (driver, near, far):
        await driver.select("shop", "web")
        screen = await driver.review("f")
        assert screen.ready, driver.text
        assert (driver.app.session, screen.session) == (far, far)
        assert f"{RULE} · unsafe · on gpu1" in driver.text
        await driver.press("f")
        await driver.until(lambda: far.watched, "the patch to be watched")
        assert (tmp_path / "far/box/compose.yaml").read_text() == MENDED
        await driver.until(lambda: driver.home, "home")
        selected = driver.app.home.selected
        assert isinstance(selected, ServiceKey)
        assert selected.service == "llm"
        assert not near.watched


async def test_an_older_nebtui_there(tmp_path: Path) -> None:
    """The key says where it is mended by hand, and writes nothing."""
    async with two(tmp_path, "--older") as (driver, _, far):
        assert found(far) == ["display"]
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is far, "the far box")
        await driver.select("box", "llm")
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, ReviewScreen), "the review")
        screen = driver.app.screen
        assert isinstance(screen, ReviewScreen)
        await driver.until(lambda: screen.planned, "the plan")
        assert not screen.ready
        assert (tmp_path / "far/box/compose.yaml").read_text() == FILE
