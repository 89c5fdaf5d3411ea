"""Several boxes on one screen: a line each, one in front, all below each other; and one box as it
always was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.action import Probe
from nebtui.analysis.reach_probe import connecting
from nebtui.compose.discovery.search import search
from nebtui.compose.model import read_only
from nebtui.facts.changes import Change, EngineLost, Settled
from nebtui.facts.crossing import Crossing
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container, Engine, PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.patch import Draft, plan
from nebtui.fixing.proof import prove
from nebtui.graph.boxes import BoxGraph, all_boxes, box_of, of_box
from nebtui.graph.row_ids import identity
from nebtui.graph.scene import Edge, GraphModel, Group, NetworkLine, Row
from nebtui.host import Host
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.rules.rule import Options
from nebtui.settings import Settings
from nebtui.tui.app import NebtuiApp
from nebtui.tui.box_line import box_words
from nebtui.tui.graph_model import scene_of
from nebtui.tui.screens import boxes as page
from nebtui.tui.screens.boxes import BoxesScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.box_lines import BoxLines, box_lines
from nebtui.tui.widgets.rails import Rails
from tests.clock import HandClock
from tests.fakes import FakeHost
from tests.tui.driver import AppDriver, demo

ENGINE = Engine("far", "26.1", "1.45", "ssh://far", local=False, elsewhere=True)
WHY = "far cannot be reached by ssh (Connection refused): try `ssh far`."


class Refusing(FakeHost):
    """A box that never answers."""

    def changes(self) -> Iterator[Change]:
        yield EngineLost(WHY)
        yield Settled()


class Broken(FakeHost):
    """A box whose first words are its last: its reading ends with an error."""

    def changes(self) -> Iterator[Change]:
        yield from ()
        raise ValueError("nonsense")


def session(name: str, host: Host, folder: Path) -> Session:
    """The session of one box."""
    state = folder / "state" / name
    settings = Settings(state_dir=str(state))
    return Session(host, settings, Journal(str(state)), name=name, banner=name)


@asynccontextmanager
async def boxes(
    sessions: list[Session], size: tuple[int, int] = (120, 36)
) -> AsyncIterator[AppDriver]:
    """The app on several boxes, the first in front."""
    for one in sessions:
        one.beside = tuple(sessions)
    app = NebtuiApp(sessions[0])
    async with app.run_test(size=size, notifications=True) as pilot:
        yield AppDriver(app, pilot, sessions[0])


def simulated(name: str, scenario: str, folder: Path) -> Session:
    """A simulated box at rest."""
    host = SimulatedHost(scenario, folder=str(folder / name), clock=HandClock())
    return session(name, host, folder)


def lines(driver: AppDriver) -> list[str]:
    """The lines of the boxes on top."""
    return str(driver.app.screen.query_one(BoxLines).render()).split("\n")


async def test_a_line_for_each_box_and_one_in_front(tmp_path: Path) -> None:
    """`ctrl+n` puts the next one in front; what was selected on the other stays; a box that does
    not answer costs its own line."""
    first, second = simulated("one", "race", tmp_path), simulated("two", "sandbox", tmp_path)
    third = session("far", Refusing(Snapshot()), tmp_path)
    async with boxes([first, second, third]) as driver:
        await driver.until(lambda: first.snapshot.settled and second.snapshot.settled, "both")
        await driver.until(lambda: "up" in "".join(lines(driver)[:2]), "their lines")
        await driver.until(lambda: "no engine" in lines(driver)[2], "the refusal")
        told = lines(driver)
        assert told[0].startswith(" ▸ one")
        assert "cannot be reached by ssh" in told[2]
        await driver.press("j", "j")
        chosen = driver.rails.selected
        assert chosen is not None
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is second, "the second box")
        await driver.until(lambda: driver.rails.ids, "its graph")
        assert {key.name for key in second.snapshot.projects} <= set(driver.text.split())
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is third, "the third box")
        assert "cannot be reached" in driver.text
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is first and driver.home, "the first again")
        assert driver.rails.selected == chosen


async def test_all_boxes_below_each_other(tmp_path: Path) -> None:
    """Each under its heading; enter goes to the service on its own box, a number to a box."""
    first, second = simulated("one", "race", tmp_path), simulated("two", "sandbox", tmp_path)
    async with boxes([first, second], (120, 60)) as driver:
        await driver.until(lambda: first.snapshot.settled and second.snapshot.settled, "both")
        await driver.press("A")
        await driver.until(lambda: isinstance(driver.app.screen, BoxesScreen), "all boxes")
        rails = driver.app.screen.query_one("Rails")
        for one in (first, second):
            for key in one.snapshot.projects:
                assert f"▾ {key.name}" in rails.text()  # type: ignore[attr-defined]
        await driver.press("tab", "j", "j", "enter")
        await driver.until(lambda: driver.home and driver.app.session is second, "the second box")
        await driver.until(lambda: driver.rails.selected is not None, "its service")
        assert driver.rails.selected in driver.rails.ids
        await driver.press("A", "1")
        await driver.until(lambda: driver.home and driver.app.session is first, "the first box")
        await driver.press("A", "9", "escape")
        await driver.until(lambda: driver.home, "home")
        assert driver.app.session is first


async def test_all_boxes_are_drawn_anew_only_where_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred boxes have readings each second: of those nothing is seen there."""
    first, second = simulated("one", "race", tmp_path), simulated("two", "sandbox", tmp_path)
    async with boxes([first, second], (120, 60)) as driver:
        await driver.until(lambda: all(box.judged for box in driver.app.boxes), "the findings")
        await driver.press("A")
        await driver.until(lambda: isinstance(driver.app.screen, BoxesScreen), "all boxes")
        screen = driver.app.screen
        assert isinstance(screen, BoxesScreen)
        made: list[str] = []

        def counted(one: Session) -> GraphModel:
            made.append(one.name)
            return scene_of(one)

        monkeypatch.setattr(page, "scene_of", counted)
        for _ in range(3):
            screen.show()
        assert made == []
        key = next(iter(second.snapshot.services()))[0]
        second.doing = {key: "stopping"}
        screen.show()
        assert made == ["two"]
        assert "stopping" in screen.query_one(Rails).text()


async def test_an_action_is_of_the_box_in_front(tmp_path: Path) -> None:
    """Nothing is asked of the other one."""
    first, second = simulated("one", "race", tmp_path), simulated("two", "race", tmp_path)
    async with boxes([first, second]) as driver:
        await driver.until(lambda: first.snapshot.settled and second.snapshot.settled, "both")
        await driver.press("ctrl+n")
        await driver.until(lambda: driver.app.session is second and driver.rails.ids, "the second")
        await driver.press("j", "r")
        await driver.until(lambda: second.commands, "the command")
        assert not first.commands


async def test_a_box_that_fails_costs_its_own_line(tmp_path: Path) -> None:
    """Its thread ends with an error; the others are followed."""
    first = simulated("one", "sandbox", tmp_path)
    async with boxes([session("bad", Broken(Snapshot()), tmp_path), first]) as driver:
        await driver.until(lambda: first.snapshot.settled, "the other one")
        await driver.until(lambda: "up" in lines(driver)[1], "its line")
        told = "nebtui stopped reading this box (ValueError)"
        await driver.until(lambda: told in lines(driver)[0], "its trouble")


async def test_one_box_is_as_it_was(tmp_path: Path) -> None:
    """No line, no key, no word of other boxes."""
    async with demo(tmp_path) as driver:
        assert not driver.app.screen.query(BoxLines)
        await driver.press("ctrl+n", "A")
        assert driver.home
        assert "all boxes" not in {
            command.title for command in driver.app.get_system_commands(driver.app.screen)
        }
        await driver.press("question_mark")
        assert "boxes" not in driver.text


def test_a_line_says_what_is_wrong_first(tmp_path: Path) -> None:
    """Stale since when; then what was up, and why it does not answer."""
    box = session("far", FakeHost(Snapshot()), tmp_path)
    box.snapshot = Snapshot(engine=ENGINE, settled=True)
    assert box_words(box) == (("nothing runs", "dim"), ("through its engine alone", "dim"))
    there = replace(ENGINE, local=True, elsewhere=False)
    box.host.kind = "remote"  # type: ignore[misc]
    box.snapshot = Snapshot(engine=there, settled=True)
    assert box_words(box)[-1] == ("through nebtui there", "dim")
    box.snapshot = replace(box.snapshot, engine_problem=WHY, stale_since=1.7e9)
    words = [text for text, _ in box_words(box)]
    assert words[0].startswith("stale since ")
    assert words[-1] == WHY
    box.snapshot = Snapshot()
    assert box_words(box) == (("asking…", "dim"),)


def test_many_boxes_leave_room(tmp_path: Path) -> None:
    """The one in front is always among the lines, and how many are left out is told."""
    every = [session(f"box{n}", FakeHost(Snapshot()), tmp_path) for n in range(100)]
    for one in every:
        one.beside = tuple(every)
    for front in (every[0], every[50], every[99]):
        told = box_lines(front, 6, ascii=False).plain.split("\n")
        assert len(told) == 6
        assert sum(f"▸ {front.name}" in line for line in told) == 1
        assert "95 more boxes" in told[-1]


def test_names_on_several_boxes_stay_apart() -> None:
    """The same project, service and network on two boxes are two of each, and an edge goes from
    one box to the other."""
    row = Row("p\1a", "a", "●", "ready", "ok", ("net",), hollow=frozenset({"net"}))
    scene = GraphModel(
        (NetworkLine("net", "net", False, False),),
        (Group("p", "p", "1/1 up", "ok", (row,)),),
        (Edge("p\1a", "p\1a", "depends", "ok"),),
    )
    key = ServiceKey(ProjectKey("p", "", ()), "a")
    across = Crossing("one", key, "two", 80, "two", key, "loopback")
    scene = replace(
        scene, groups=(replace(scene.groups[0], rows=(replace(row, id=identity(key)),)),)
    )
    whole = all_boxes([BoxGraph(n, "1/1 up", "ok", scene) for n in ("one", "two")], [across])
    ids = [group.id for group in whole.groups] + [r.id for g in whole.groups for r in g.rows]
    assert len(set(ids)) == len(ids) == 6
    assert len({network.name for network in whole.networks}) == 2
    assert [box_of(group.id) for group in whole.groups] == [
        *(("one", ""), ("one", "p"), ("two", ""), ("two", "p")),
    ]
    between = whole.edges[-1]
    assert [box_of(end)[0] for end in (between.source, between.target)] == ["one", "two"]
    assert between.broken
    assert ["127.0.0.1 only" in r.note for g in whole.groups for r in g.rows] == [True, False]
    for edge in whole.edges[:-1]:
        assert box_of(edge.source)[0] == box_of(edge.target)[0]


def of_file(folder: Path, name: str, text: str, container: Container, **more: object) -> Snapshot:
    """A box with one compose file and one container of its service."""
    folder.mkdir(parents=True)
    (folder / "compose.yaml").write_text(text)
    (candidate,) = search((str(folder),), environ={})
    project = read_only(candidate, {})
    engine = Engine(name, "26.1", "1.45", "unix:///x")
    owned = replace(container, project=project.key.name, state="running")
    seen = Snapshot(engine, projects={project.key: project}, containers={owned.id: owned})
    return replace(seen, **more)  # type: ignore[arg-type]


async def test_what_one_needs_of_another_is_found_and_tried(tmp_path: Path) -> None:
    """The one that asks and the one that is asked have a finding each, the second with its fix;
    `t` connects from inside the one that asks, and what came of it stands in its row."""
    web = "services:\n  app: {image: c, environment: {URL: 'http://gpu1:8000'}}\n"
    llm = "services:\n  ollama: {image: c, ports: ['127.0.0.1:8000:8000']}\n"
    near = of_file(tmp_path / "web", "laptop", web, Container("w" * 12, "w", service="app"))
    bound = Container(
        "o" * 12, "o", service="ollama", ports=(PortBinding(8000, 8000, "127.0.0.1"),)
    )
    far = of_file(tmp_path / "llm", "metal", llm, bound, host_ports={8000: False})
    first = session("near", FakeHost(near, {connecting("gpu1", 8000): 1}), tmp_path)
    second = session("gpu1", FakeHost(far), tmp_path)
    async with boxes([first, second], (160, 40)) as driver:

        def mine(one: Session) -> list[str]:
            return [f.applicability for f in one.findings if f.rule == "unreachable-box-service"]

        await driver.until(lambda: mine(first) == ["display"], "the one that asks")
        await driver.until(lambda: mine(second) == ["unsafe"], "the one that is asked")
        (finding,) = (f for f in second.findings if f.rule == "unreachable-box-service")
        patch = plan(Draft(second.snapshot), finding, Options())
        proof, _ = prove(Draft(second.snapshot), patch, second.host)
        assert proof.proved, proof.failure
        assert b'["8000:8000"]' in (patch.files[0].after or b"")
        await driver.press("A")
        await driver.until(lambda: isinstance(driver.app.screen, BoxesScreen), "all boxes")
        rails = driver.app.screen.query_one(Rails)
        await driver.until(lambda: "127.0.0.1 only" in rails.text(), "what is wrong")
        await driver.press("t")
        await driver.until(lambda: "names no other box" in driver.text, "why not")
        rails.select(of_box("near", identity(ServiceKey(next(iter(near.projects)), "app"))))
        await driver.press("t")
        await driver.until(lambda: "(tried " in rails.text(), "what came of it")
        assert "no connection (exit 1)" in rails.text() or "done (tried" in rails.text()
        assert isinstance(first.host, FakeHost)
        assert [type(action) for action in first.host.done] == [Probe]
