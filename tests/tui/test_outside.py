"""The screen and containers that no project made; and `!` where nothing is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.graph.row_ids import outsider
from tests.tui.driver import demo


async def test_a_container_of_docker_run_is_shown_and_never_fixed(tmp_path: Path) -> None:
    """The last line is its own; its detail names image and ports; no fixing key acts on the box
    behind it; esc comes back to the box."""
    async with demo(tmp_path, (140, 60)) as driver:
        await driver.press("end")
        assert "outside Compose  1 container without a project" in driver.text
        assert outsider(driver.rails.selected or "")
        for text in ("registry-ui", "made by docker run", "0.0.0.0:8081 → 80/tcp"):
            assert text in driver.text
        for key in ("f", "F", "n", "h", "U"):
            await driver.press(key)
            assert driver.home
        assert not driver.session.watched
        await driver.press("escape")
        assert "on this host" in driver.text
        await driver.select("core", "ingest")
        assert (await driver.review("h")).planned


async def test_warnings_are_reached_in_the_race(tmp_path: Path) -> None:
    """Nothing is broken once the race is over: ! visits what warns, and comes round."""
    async with demo(tmp_path, (120, 44), "race") as driver:
        session = driver.session

        def settled() -> bool:
            found = session.snapshot.containers.values()
            return any(c.service == "api" and c.health == "healthy" for c in found)

        await driver.live(settled, "the race to be over")
        visited = []
        for _ in range(4):
            await driver.press("exclamation_mark")
            visited.append(str(driver.app.home.selected))
        assert "core/ingest" in visited


async def test_the_picture_of_a_lost_engine_is_faded(tmp_path: Path) -> None:
    """What was seen before stays, paler than what is true now."""
    async with demo(tmp_path, (100, 40)) as driver:

        def tones() -> set[str]:
            lines = (driver.rails.render_lines(driver.rails.size.region)[y] for y in range(3))
            return {
                str(s.style.color) for line in lines for s in line if s.style and s.text.strip()
            }

        bright = tones()
        session = driver.session
        session.snapshot = replace(session.snapshot, stale_since=1.0, engine_problem="gone")
        driver.app.home.show()
        await driver.press("down")
        assert driver.rails.has_class("-stale")
        assert not tones() & bright
