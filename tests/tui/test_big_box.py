"""A box that is far from fitting into the window: calm projects are closed by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nebtui.facts.changes import ContainerSeen
from nebtui.facts.declared import Service
from nebtui.facts.snapshot import Snapshot
from tests.bench.big import ChangingHost
from tests.builders import at, box, container, project
from tests.tui.driver import AppDriver, driver

NAMES = tuple(f"p{number:02}" for number in range(30))
SERVICES = tuple(Service(f"s{number}", image="app:1") for number in range(6))


def calm() -> Snapshot:
    """Thirty projects of six healthy services."""
    running = [
        replace(container(f"{name}/{service.name}"), health="healthy")
        for name in NAMES
        for service in SERVICES
    ]
    return box(*(project(name, *SERVICES) for name in NAMES), *running)


def closed(app: AppDriver) -> list[str]:
    """The projects of which no row is shown."""
    return [group.title for group in app.rails._scene.groups if group.collapsed]


async def test_calm_projects_are_closed_until_something_happens(tmp_path: Path) -> None:
    """What breaks is opened and stays open; a filter shows its rows; a hand is obeyed."""
    snapshot = calm()
    host = ChangingHost(snapshot)
    async with driver(host, tmp_path, (120, 36)) as app:
        await app.ready()
        assert closed(app) == list(NAMES)
        broken = replace(snapshot.containers_of(at("p07/s3"))[0], state="restarting", health="")
        host.next.append(ContainerSeen(broken))
        rest = [name for name in NAMES if name != "p07"]
        await app.until(lambda: closed(app) == rest, "p07 to be opened")
        host.next.append(ContainerSeen(snapshot.containers[broken.id]))
        await app.until(lambda: "crash loop" not in app.text, "it to be well again")
        assert closed(app) == rest
        await app.press("slash", *"p01", "enter")
        assert not closed(app)
        assert "s5" in app.text
        await app.press("escape")
        assert closed(app) == rest
        await app.press("home", "space")
        assert closed(app) == rest[1:]
        host.closed = True


async def test_a_box_that_nearly_fits_is_shown_whole(tmp_path: Path) -> None:
    """The same on a terminal of a hundred rows."""
    host = ChangingHost(calm())
    async with driver(host, tmp_path, (120, 200)) as app:
        await app.ready()
        assert closed(app) == []
        host.closed = True
