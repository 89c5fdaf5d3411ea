"""The pictures of the README are tests; with NEBTUI_UPDATE_SCREENSHOTS=1 in the environment they
are written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.desk import Desk, demo

FOLDER = Path(__file__).parents[2] / "screenshots"


async def home(desk: Desk) -> None:
    """The box as it opens."""


async def selected(desk: Desk) -> None:
    """The conductor that cannot reach chroma."""
    await desk.select("gantry", "conductor")


async def review(desk: Desk) -> None:
    """What joining them would change."""
    await desk.select("gantry", "conductor")
    await desk.review("n")


async def written(desk: Desk) -> None:
    """Written, and not yet running."""
    await review(desk)
    await desk.press("n")
    await desk.until(lambda: desk.home and bool(desk.session.watched), "the patch")
    desk.app.clear_notifications()


async def mounts(desk: Desk) -> None:
    """Who tabbyapi is, and whose models they are."""
    await desk.select("infer", "tabbyapi")
    await desk.press("5")


async def gate(desk: Desk) -> None:
    """A gate, with the health test it needs."""
    await desk.select("core", "ingest")
    await desk.review("h")


async def keys(desk: Desk) -> None:
    """Help."""
    await desk.press("question_mark")


async def gpus(desk: Desk) -> None:
    """The devices after half a minute, and who is on them."""
    await desk.live(lambda: len(desk.session.snapshot.gpu_loads.get(0, ())) > 30, "readings")
    await desk.press("G")


async def ladder(desk: Desk) -> None:
    """What shows that embed computes on the CPU."""
    await desk.select("infer", "embed")
    await desk.press("7")


PICTURES: dict[str, tuple[tuple[int, int], Callable[[Desk], Awaitable[None]]]] = {
    "home": ((120, 44), home),
    "home-80x24": ((80, 24), selected),
    "selected": ((120, 44), selected),
    "review": ((120, 44), review),
    "written": ((120, 44), written),
    "gate": ((120, 44), gate),
    "mounts": ((120, 36), mounts),
    "gpus": ((100, 34), gpus),
    "ladder": ((120, 44), ladder),
    "help": ((100, 60), keys),
}


@pytest.fixture
def fixed() -> Iterator[Path]:
    """A folder of the same name in every run: paths are in the pictures."""
    folder = Path("/tmp/nebtui-pictures")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "box").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", PICTURES)
async def test_picture(name: str, fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen looks as it does in the README."""
    size, act = PICTURES[name]
    monkeypatch.chdir(fixed / "box")
    async with demo(fixed, size) as desk:
        await act(desk)
        await desk.pilot.pause()
        await desk.pilot.wait_for_scheduled_animations()
        svg = desk.app.export_screenshot(title="nebtui", simplify=True)
    path = FOLDER / f"{name}.svg"
    if os.environ.get("NEBTUI_UPDATE_SCREENSHOTS") == "1":
        path.write_text(svg)
    assert path.exists(), "write it with NEBTUI_UPDATE_SCREENSHOTS=1"
    assert svg == path.read_text(), (
        f"{name} looks different: look at it, then write it with NEBTUI_UPDATE_SCREENSHOTS=1"
    )
