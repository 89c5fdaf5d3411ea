"""A box of many services on the app without a terminal (`python -m tests.bench.big --services
200,1000`): first frame, a key, the repaint of one changed row, the findings. Run by hand."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from nebtui import rules
from nebtui.facts import changes
from nebtui.facts.changes import Change
from nebtui.facts.declared import Service
from nebtui.facts.observed import Attachment, Container
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.box_on_screen import BoxOnScreen
from tests.builders import box, container, project, waits
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, driver

EACH = 10
"""Services of a project."""
KEYS = 30
SIZE = (200, 50)


class ChangingHost(FakeHost):
    """A FakeHost on which one more thing happens whenever it is told to."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.next: list[Change] = []

    def changes(self) -> Iterator[Change]:
        yield from super().changes()
        while not self.closed:
            while self.next:
                yield self.next.pop()
            time.sleep(0.0005)


def many(count: int) -> Snapshot:
    """So many services in projects of ten: a store, what needs it, and one that names a service of
    the next project."""
    parts: list[object] = []
    for number in range(count // EACH):
        name = f"stack{number:03}"
        other = f"stack{number + 1:03}-store"
        services = [Service(f"{name}-store", image="qdrant/qdrant:v1.12", expose=(6333,))]
        for place in range(1, EACH):
            far = {"STORE_URL": f"http://{other if place == 1 else name + '-store'}:6333"}
            need = waits(f"{name}-store")
            services.append(Service(f"app{place}", image="app:1", environment=far, depends_on=need))
        parts.append(project(name, *services))
        parts += [running(name, service.name) for service in services]
    return box(*parts)  # type: ignore[arg-type]


def running(name: str, service: str) -> Container:
    """A container of it, on the project's network."""
    one = container(f"{name}/{service}")
    return replace(one, attachments=(Attachment(f"{name}_default", "172.18.0.2"),))


async def paint(app: AppDriver, shown: str) -> float:
    """Milliseconds until a text is on screen."""
    begun = time.perf_counter()
    while shown not in app.text:
        await asyncio.sleep(0)
        if time.perf_counter() - begun > 60:
            raise SystemExit(f"{shown} never came on screen")
    return 1000 * (time.perf_counter() - begun)


def window(app: AppDriver) -> list[object]:
    """The first lines of the graph, as they are drawn now."""
    return [app.rails.line_at(y) for y in range(10)]


class Taking:
    """Counts the milliseconds that the screen's thread works for each snapshot."""

    def __init__(self) -> None:
        self.took: list[float] = []
        take = BoxOnScreen.take

        def timed(box: BoxOnScreen, *arguments: Any) -> None:
            begun = time.thread_time()
            take(box, *arguments)
            self.took.append(1000 * (time.thread_time() - begun))

        BoxOnScreen.take = timed  # type: ignore[assignment,method-assign]


async def measure(count: int) -> str:
    """One line of the table."""
    snapshot = many(count)
    begun = time.perf_counter()
    found = rules.examine(snapshot, ()).findings
    judged = time.perf_counter() - begun
    host = ChangingHost(snapshot)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        async with driver(host, Path(folder), SIZE) as app:
            await paint(app, "stack000")
            first = time.perf_counter() - begun
            await app.until(lambda: app.app.box.judged, "the findings", 120)
            keys = []
            for _ in range(KEYS):
                chosen = app.rails.selected
                begun = time.perf_counter()
                app.app.simulate_key("j")
                while app.rails.selected == chosen:  # noqa: ASYNC110  # no event of the screen
                    await asyncio.sleep(0)
                keys.append(1000 * (time.perf_counter() - begun))
                await app.pilot.pause()
            rows = []
            await asyncio.sleep(2.0)
            taking = Taking()
            one = running("stack000", "app3")
            for turn in range(10):
                state = "exited" if turn % 2 == 0 else "running"
                before = window(app)
                begun = time.perf_counter()
                host.next.append(changes.ContainerSeen(replace(one, state=state)))
                while window(app) == before:  # noqa: ASYNC110  # the screen has no event for it
                    await asyncio.sleep(0)
                rows.append(1000 * (time.perf_counter() - begun))
                await asyncio.sleep(2.0)
            host.closed = True
    high = sorted(keys)[int(0.95 * (KEYS - 1))]
    return (
        f"| {count} | {first:.2f} | {median(keys):.0f} | {high:.0f} | {median(rows):.0f} "
        f"| {median(taking.took):.1f} | {judged:.2f} | {len(found)} |"
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--services", default="200,1000", help="how many (200,1000)")
    chosen = options.parse_args()
    print(
        "| services | first frame s | key ms | 95 % | changed row ms | of it on the screen's "
        "thread | findings s | findings |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for count in map(int, chosen.services.split(",")):
        print(asyncio.run(measure(count)), flush=True)


if __name__ == "__main__":
    main()
