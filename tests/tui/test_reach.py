"""Can A reach B on the screen: choose two, read the path, mend it, try it."""

from __future__ import annotations

from pathlib import Path

from nebtui.action import Probe
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.reach import ReachScreen
from nebtui.tui.screens.review import ReviewScreen
from tests.tui.driver import AppDriver, demo


async def asked(shown: AppDriver, source: str, target: str) -> ReachScreen:
    """Choose both with `c`."""
    for name in (source, target):
        await shown.select(*name.split("/"))
        await shown.press("c")
    screen = shown.app.screen
    assert isinstance(screen, ReachScreen)
    return screen


async def test_the_missing_piece_is_mended_and_tried(tmp_path: Path) -> None:
    """No common network: a try fails by name, `n` joins both, and after `up` a try connects."""
    async with demo(tmp_path, (140, 40)) as shown:
        await asked(shown, "core/api", "infer/whisper")
        assert "core/api cannot reach infer/whisper" in shown.text or "reaches" in shown.text
        await shown.press("escape")
        screen = await asked(shown, "gantry/worker", "core/chroma")
        assert "gantry/worker cannot reach core/chroma" in shown.text
        assert "none in common" in shown.text
        await shown.press("t")
        await shown.until(lambda: "not known" in shown.text, "the try")
        await shown.press("n")
        await shown.until(lambda: isinstance(shown.app.screen, ReviewScreen), "the review")
        review = shown.app.screen
        assert isinstance(review, ReviewScreen)
        await shown.until(lambda: review.ready, "the proof")
        await shown.press("U")
        await shown.until(lambda: shown.app.screen is screen, "the path")
        await shown.live(lambda: "gantry/worker reaches core/chroma" in shown.text, "the path")
        await shown.press("t")
        await shown.until(lambda: "connected" in shown.text, "the connection")


async def test_the_other_way_and_bringing_up(tmp_path: Path) -> None:
    """`s` asks the other way round; `U` brings the other up."""
    async with demo(tmp_path, (120, 36)) as shown:
        screen = await asked(shown, "core/api", "core/postgres")
        assert "core/api reaches core/postgres" in shown.text
        await shown.press("s")
        assert screen.path.source.service == "postgres"
        await shown.press("U")
        await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen), "the question")


async def test_choosing(tmp_path: Path) -> None:
    """The same service twice, or esc, forgets it; a project is none."""
    async with demo(tmp_path, (120, 36)) as shown:
        await shown.press("home", "c")
        assert shown.home
        await shown.select("core", "api")
        await shown.press("c", "c", "j", "c")
        assert shown.home
        await shown.press("escape")
        await shown.select("core", "redis")
        await shown.press("c")
        assert shown.home
        await shown.press("j", "c")
        assert isinstance(shown.app.screen, ReachScreen)


async def test_a_locked_box_is_not_entered(tmp_path: Path) -> None:
    """Nothing is mended or tried while every change is switched off."""
    async with demo(tmp_path, (120, 36)) as shown:
        await shown.press("L")
        await asked(shown, "gantry/worker", "core/chroma")
        await shown.press("t", "n", "f", "U")
        assert isinstance(shown.app.screen, ReachScreen)
        assert "trying" not in shown.text
        assert shown.session.commands == []


def test_the_simulated_box_connects_as_networks_allow(tmp_path: Path) -> None:
    """A name of another network is not known, a closed port refuses, an open one answers."""
    from nebtui.analysis.reach_probe import connecting
    from nebtui.hosts.simulated import SimulatedHost
    from nebtui.store import settle
    from tests.clock import HandClock

    host = SimulatedHost("all", folder=str(tmp_path), clock=HandClock())
    box = settle(host)
    api = next(c for c in box.containers.values() if (c.project, c.service) == ("core", "api"))

    def tried(name: str, port: int) -> tuple[int, str]:
        *said, last = host.do(Probe(api.id, connecting(name, port)))
        return last.exit_code, said[0].text if said else ""

    assert tried("postgres", 5432)[0] == 0
    assert "refused" in tried("postgres", 1)[1]
    assert "not known" in tried("whisper", 9000)[1]
    host.close()
