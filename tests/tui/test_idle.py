"""What an idle box costs: nothing is laid out, and only figures that moved are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.tui.driver import demo

SECONDS = 10


@pytest.mark.parametrize("size", [(80, 24), (120, 44), (200, 50)], ids=str)
async def test_nothing_is_laid_out_while_only_figures_move(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds of a box on which nothing happens but readings."""
    laid_out: list[str] = []
    whole: list[str] = []
    async with demo(tmp_path, size, "sandbox") as driver:
        clock = driver.clock
        assert clock is not None
        first = clock.now()
        await driver.live(lambda: clock.now() > first + 5, "the footer and all else to be there")
        refresh = Widget.refresh

        def seen(self: Widget, *regions: object, **how: object) -> Widget:
            if how.get("layout"):
                laid_out.append(type(self).__name__)
            elif isinstance(self, Screen):
                whole.append(type(self).__name__)
            return refresh(self, *regions, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(Widget, "refresh", seen)
        for _ in range(SECONDS):
            clock.advance(1.0)
            await driver.pilot.pause()
        await driver.pilot.pause()
        monkeypatch.undo()
    assert (laid_out, whole) == ([], [])
