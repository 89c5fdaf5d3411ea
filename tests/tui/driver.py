"""Drives the whole app on a host in tests: open it, find a service, wait for what should happen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk
from nebtui.host import Host
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.settings import Settings
from nebtui.tour.checklist import Checked
from nebtui.tour.reader import built_in
from nebtui.tui.app import NebtuiApp
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.screens.review import ReviewScreen
from nebtui.tui.session import Searched, Session, Touring
from nebtui.tui.widgets.rails import Rails
from tests.clock import HandClock

OWN = (Checked("ok", "engine", "mybox, engine 28.0"),)
"""What the last page of the tour finds on the person's own box."""


@dataclass
class AppDriver:
    """A running app and the person in front of it."""

    app: NebtuiApp
    pilot: Pilot[None]
    session: Session
    clock: HandClock | None = None

    @property
    def text(self) -> str:
        """What the screen shows, as plain lines."""
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def until(
        self, condition: Callable[[], object], what: str, seconds: float = 20.0
    ) -> None:
        """Let the app work until a condition holds; the simulated box lives on meanwhile."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0.02)

    async def live(self, condition: Callable[[], object], what: str, seconds: int = 120) -> None:
        """Advance the simulated box second by second until a condition holds."""
        assert self.clock is not None
        for _ in range(seconds):
            if condition():
                return
            self.clock.advance(1.0)
            for _ in range(5):
                await self.pilot.pause()
                await asyncio.sleep(0.02)
        await self.until(condition, what)

    async def ready(self) -> None:
        """Wait for the first complete picture and its findings."""
        await self.until(lambda: self.session.snapshot.settled, "the box to settle")
        await self.until(lambda: self.app.box.judged, "the findings")
        await self.until(lambda: self.app.box.words.complete, "the last lines of what is not well")
        await self.drawn()
        await self.laid_out()

    async def drawn(self) -> None:
        """Wait for what a busy machine puts off: the home screen as a whole, its detail, the
        rails."""
        home = self.app.home
        parts = (home._whole, home._detail, self.rails._layout)
        await self.until(lambda: not any(part.put_off for part in parts), "what is put off")
        await self.pilot.pause()

    async def laid_out(self) -> None:
        """Wait until each widget was in the same place three times: the detail takes its share of
        the height only after it has its lines, and a mouse is told where a widget was before."""
        seen: list[list[Region]] = []

        def at_rest() -> bool:
            seen.append([widget.region for widget in self.app.screen.walk_children(Widget)])
            return len(seen) >= 3 and seen[-3] == seen[-2] == seen[-1]

        await self.until(at_rest, "a layout that stays")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def select(self, project: str, service: str) -> None:
        """Move the cursor to a service with j."""
        home = self.app.screen
        assert isinstance(home, HomeScreen)
        await self.press("home")
        for _ in range(200):
            key = home.selected
            if isinstance(key, ServiceKey) and (key.project.name, key.service) == (
                project,
                service,
            ):
                return
            await self.press("j")
        raise AssertionError(f"{project}/{service} is not on the screen\n{self.text}")

    async def review(self, key: str) -> ReviewScreen:
        """Press a fix key and wait until the patch is proved."""
        await self.press(key)
        await self.until(lambda: isinstance(self.app.screen, ReviewScreen), "the review")
        screen = self.app.screen
        assert isinstance(screen, ReviewScreen)
        await self.until(lambda: screen.planned, "the plan")
        return screen

    @property
    def home(self) -> bool:
        return isinstance(self.app.screen, HomeScreen)

    @property
    def rails(self) -> Rails:
        return self.app.home.query_one(Rails)


@asynccontextmanager
async def driver(
    host: Host,
    state: Path,
    size: tuple[int, int] = (120, 36),
    clock: HandClock | None = None,
    *,
    notice: str = "",
    searched: Searched | None = None,
    only: str = "",
    snapshot: Snapshot | None = None,
    tour: Touring | None = None,
    far_desk: Callable[[], Desk | None] | None = None,
    locked: bool = False,
    **changed: Any,
) -> AsyncIterator[AppDriver]:
    """The app on a host, at a terminal size. `snapshot`: what the first frame showed."""
    settings = Settings(state_dir=str(state), **changed)
    banner = "demo" if host.kind == "simulated" else ""
    session = Session(
        host,
        settings,
        Journal(str(state)),
        banner=banner,
        notice=notice,
        searched=searched,
        only=only,
        tour=tour,
        far_desk=far_desk,
        locked=locked,
        ascii=settings.ascii,
        snapshot=snapshot or Snapshot(),
    )
    app = NebtuiApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield AppDriver(app, pilot, session, clock)


@asynccontextmanager
async def demo(
    folder: Path, size: tuple[int, int] = (120, 36), scenario: str = "all", **changed: Any
) -> AsyncIterator[AppDriver]:
    """The app on the demo box at rest: its clock moves by hand."""
    clock = HandClock()
    host = SimulatedHost(scenario, folder=str(folder / "box"), clock=clock)
    tour = Touring(built_in, "demo", str(folder / "state"), own_box=lambda: OWN)
    async with driver(host, folder / "state", size, clock, tour=tour, **changed) as made:
        await made.ready()
        yield made
