"""What runs, what waits for it, and what is left when a person leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.action import Action, Cancel, Progress, ProjectAction, Pull, Restart, Stop, Up
from nebtui.facts.declared import Service
from nebtui.tui.messages import ActionsAsked
from nebtui.tui.runs import Batch, left_behind
from nebtui.tui.widgets.running import bar, done, line
from tests.builders import at, box, project
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, driver

CORE, OTHER = (project(name, Service("web", image="x")) for name in ("core", "other"))


class SlowHost(FakeHost):
    """Does what it is asked once the test lets it; keeps the order."""

    def __init__(self) -> None:
        super().__init__(box(CORE, OTHER))
        self.gate = threading.Semaphore(0)
        self.begun: list[str] = []

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        assert isinstance(action, ProjectAction)
        self.begun.append(f"{action.verb} {action.project.name}")
        yield Progress("it begins")
        while not self.gate.acquire(timeout=0.01):
            if stop is not None and stop.is_set():
                yield Progress("cancelled", done=True, exit_code=130)
                return
        yield Progress("done", done=True)


async def ask(driver: AppDriver, *actions: Action) -> None:
    """Have it done without a question."""
    driver.app.post_message(ActionsAsked(actions, confirmed=True))
    await driver.pilot.pause()


async def test_one_command_at_a_time_a_project(tmp_path: Path) -> None:
    """The second of a project waits for the first, and says so in its row; another project's does
    not."""
    host = SlowHost()
    async with driver(host, tmp_path) as person:
        core, other = at("core/web").project, at("other/web").project
        await ask(person, Stop(core))
        await ask(person, Restart(core))
        await ask(person, Stop(other))
        await person.until(lambda: len(host.begun) == 2, "the first two")
        assert set(host.begun) == {"stop core", "stop other"}
        assert person.session.doing[at("core/web")] == "stop runs"
        assert "stop core" in person.text
        host.gate.release()
        host.gate.release()
        await person.until(lambda: len(host.begun) == 3, "the one that waited")
        assert host.begun[-1] == "restart core"
        host.gate.release()
        await person.until(lambda: not person.session.doing, "the end")


async def test_what_runs_is_interrupted_and_what_waits_is_forgotten(tmp_path: Path) -> None:
    """C takes the newest first."""
    host = SlowHost()
    async with driver(host, tmp_path) as person:
        core = at("core/web").project
        await ask(person, Stop(core))
        await ask(person, Restart(core))
        await person.until(lambda: host.begun, "the first")
        await person.press("C")
        await person.press("C")
        await person.until(lambda: not person.session.doing, "the end")
        assert host.begun == ["stop core"]
        assert person.session.commands[-1].exit_code == 130


async def test_what_follows_a_failure_is_not_begun(tmp_path: Path) -> None:
    """A pull that was cancelled is not followed by the recreation."""
    host = SlowHost()
    async with driver(host, tmp_path) as person:
        core = at("core/web").project
        await ask(person, Pull(core), Up(core))
        await person.until(lambda: host.begun, "the pull")
        await person.press("C")
        await person.until(lambda: not person.session.doing, "the end")
        assert host.begun == ["pull core"]


def test_who_leaves_hears_what_goes_on() -> None:
    """The command that was begun goes on by itself; those after it, and those that wait, are not
    begun."""
    core = at("core/web").project
    going = Batch((Pull(core), Up(core)), lambda: None, began=1.0, begun=1)
    waiting = Batch((Stop(core, ("web",)),), lambda: None)
    assert left_behind((going, waiting)) == (
        "nebtui: goes on by itself: pull core; was not begun: up core, stop core/web"
    )
    assert left_behind(()) is None


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (" 1a2b Downloading [=>   ]  12.5MB/50MB", 0.25),
        ("1a2b Extracting 500kB/1MB", 0.5),
        ("#7 [api 3/6] RUN pip install", 0.5),
        ("#7 [3/6] RUN pip install", 0.5),
        (" Container rag-api-1  Started", None),
        ("0B/0B", None),
    ],
)
def test_the_share_of_a_pull_or_build(text: str, share: float | None) -> None:
    """From the amounts of a layer, or the steps of a build; None where a line has neither."""
    assert done(text) == share


def test_the_line_in_ascii() -> None:
    """Nothing but ASCII, the title, the seconds and how to end it."""
    batch = Batch((Stop(at("core/web").project),), lambda: None, began=0.0, begun=1)
    text = line((batch,), ascii=True).plain
    assert text.isascii()
    assert "stop core" in text
    assert "C cancel" in text
    assert bar(0.5, ascii=True) == "######------  50%"
