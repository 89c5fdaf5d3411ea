"""The fix keys on a box that another nebtui serves: the same screens, another machine's disk."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nebtui.hosts.remote.host import RemoteHost
from nebtui.tui.screens.confirm import ConfirmScreen
from tests.hosts.remote.test_fixes import files
from tests.tui.driver import AppDriver, driver


@asynccontextmanager
async def far(folder: Path, *flags: str, **changed: Any) -> AsyncIterator[AppDriver]:
    """The app on a box at the far end of a pipe, with its findings; its disk is in `far/box`."""
    (folder / "far").mkdir()
    argv = (sys.executable, "-m", "tests.hosts.remote.far_side", str(folder / "far"), *flags)
    host = RemoteHost(argv, dict(os.environ), "ssh://gpu1", ("ssh", "gpu1"))
    opened = driver(host, folder / "near", (120, 40), far_desk=lambda: host.desk, **changed)
    async with opened as shown:
        await shown.until(lambda: shown.session.snapshot.settled, "the box to settle")
        await shown.until(lambda: shown.app.box.judged, "the findings")
        await shown.select("gantry", "conductor")
        yield shown
    host.close()


def disk(folder: Path) -> dict[str, bytes]:
    """What stands on the far disk."""
    return files(folder / "far" / "box")


def said(shown: AppDriver) -> str:
    """Everything that was told in passing."""
    return "\n".join(f"{one.title}: {one.message}" for one in shown.app._notifications)


async def test_written_seen_and_undone_from_here(tmp_path: Path) -> None:
    """n shows the far diff and its proof and writes nothing, n writes there, U brings it up there,
    z z takes it back; nothing is kept here."""
    async with far(tmp_path) as shown:
        before = disk(tmp_path)
        await shown.review("n")
        await shown.until(lambda: "+    networks: [default, nebulus]" in shown.text, "the diff")
        assert "isolated-networks · safe · on gpu1" in shown.text
        assert "checks hold" in shown.text
        assert disk(tmp_path) == before
        await shown.press("n")
        await shown.until(lambda: shown.session.watched, "the patch to be watched")
        assert disk(tmp_path) != before
        await shown.until(lambda: shown.home, "home")
        assert "written · needs `up`" in shown.text
        await shown.press("U")
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")
        await shown.press("enter")
        await shown.until(lambda: not shown.session.watched, "the fix to be seen", 60)
        await shown.press("z")
        await shown.until(lambda: "undo:" in shown.text, "what undoing changes")
        await shown.press("z")
        await shown.until(lambda: disk(tmp_path) == before, "the files to be as before")
        await shown.until(lambda: shown.home and shown.session.undone, "home")
        await shown.press("z")
        await shown.until(lambda: "nothing left to undo" in said(shown), "the end of the journal")
        assert shown.session.journal.entries() == ()


async def test_a_file_that_changed_since_it_was_shown(tmp_path: Path) -> None:
    """Is not written; the new diff is shown instead."""
    async with far(tmp_path) as shown:
        await shown.review("n")
        for path in (tmp_path / "far" / "box").rglob("*compose*.y*ml"):
            path.write_bytes(b"# mine\n" + path.read_bytes())
        edited = disk(tmp_path)
        await shown.press("n")
        await shown.until(lambda: "nothing was written" in said(shown), "the refusal")
        assert disk(tmp_path) == edited
        assert not shown.session.watched


async def test_a_locked_screen_asks_for_nothing(tmp_path: Path) -> None:
    """Neither for a plan nor for what is to be undone."""
    async with far(tmp_path, locked=True) as shown:
        before = disk(tmp_path)
        for key in ("n", "f", "z", "m"):
            await shown.press(key)
            assert shown.home
        assert disk(tmp_path) == before
        assert not (tmp_path / "far" / "state").exists()


async def test_a_box_served_read_only(tmp_path: Path) -> None:
    """Shows the diff, and says why it is not written."""
    async with far(tmp_path, "--read-only") as shown:
        before = disk(tmp_path)
        await shown.review("n")
        await shown.press("n")
        await shown.until(lambda: "--read-only" in said(shown), "the refusal")
        assert disk(tmp_path) == before


async def test_an_older_nebtui_there(tmp_path: Path) -> None:
    """No key opens anything; where it is mended by hand is said."""
    async with far(tmp_path, "--old") as shown:
        for key in ("n", "m", "z"):
            shown.app.clear_notifications()
            await shown.press(key)
            assert shown.home
            assert "`ssh -t gpu1 nebtui` reads and mends them there" in said(shown)


async def test_a_line_that_is_cut_when_it_was_written(tmp_path: Path) -> None:
    """It is said that nobody knows; once the line is back the journal there tells, and the patch is
    watched as any other."""
    async with far(tmp_path, "--cut") as shown:
        screen = await shown.review("n")
        assert screen.ready
        await shown.press("n")
        await shown.until(lambda: "it is unknown whether" in said(shown), "the doubt")
        await shown.until(lambda: shown.session.watched, "what the journal there says", 60)
        assert shown.session.watched[0].entry == 1
        await shown.until(lambda: shown.home, "home")


async def test_whatever_a_far_side_says_is_text(tmp_path: Path) -> None:
    """No markup, no escape, no secret; what it would have brought up is only named, and a digest
    of what was never planned writes nothing."""
    async with far(tmp_path, "--evil") as shown:
        before = disk(tmp_path)
        await shown.review("n")
        assert "[@click=app.quit]x[/] red" in shown.text
        assert "\x1b" not in shown.text
        assert "hunter2" not in shown.text
        await shown.press("U")
        await shown.until(lambda: shown.home or "written" in said(shown), "an end")
        assert "\x1b" not in said(shown)
        await shown.until(lambda: disk(tmp_path) != before, "its own fix on its own disk")
