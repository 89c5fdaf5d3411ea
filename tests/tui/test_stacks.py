"""The screen and the stacks of Docker Swarm: shown, explained, and left to Swarm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.action import DeployStack, Pull, Stop, Up, UpdateService
from nebtui.analysis.consequence import consequence, destroys
from nebtui.facts import changes
from nebtui.facts.build import Build
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm
from nebtui.host import LogRequest, LogStream
from nebtui.hosts.actions import command_line
from nebtui.hosts.logs.fixed import FixedLog
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.tui.explaining import everything
from nebtui.tui.screens.confirm import ConfirmScreen
from nebtui.tui.screens.logs import LogsScreen
from nebtui.tui.swarm_verbs import no_verb_of_swarm, on_row, where_it_runs
from nebtui.tui.verbs import Verb, asked
from nebtui.tui.widgets.task_list import TaskList, task_lines
from tests.builders import box, container, project
from tests.fakes import FakeHost
from tests.swarms import ONE, TWO, service, swarm, task
from tests.tui.driver import AppDriver, driver

WEB = service("shop_web", task(1), task(2, "rejected", error="No such image: web:1"), replicas=2)
NODES = (replace(ONE, availability="drain"),)
LABELS = {"com.docker.swarm.service.name": "shop_web", "com.docker.stack.namespace": "shop"}
BOX = box(
    project("core", Service("api", image="x")),
    container("core/api", "running"),
    changes.SwarmSeen(swarm(WEB, nodes=NODES)),
    changes.ContainerSeen(Container("c1", "shop_web.1.x", state="running", labels=LABELS)),
)


async def shown(made: AppDriver) -> None:
    """The first picture, with the cursor on the last row, which is the service's."""
    await made.until(lambda: made.session.snapshot.settled, "the first picture")
    await made.press("end")


async def test_a_service_of_a_stack_has_its_tasks_below(tmp_path: Path) -> None:
    """Its group is on the graph; the detail names reason, node and each task, and says what is
    meant by them."""
    async with driver(FakeHost(BOX), tmp_path, (140, 40)) as made:
        await shown(made)
        for text in (
            "stack shop (Swarm)",
            "degraded 1/2",
            "run by Docker Swarm, not by Compose",
            "image not found on node n1",
            "node n1 is drained",
            "1 on n1  running since",
            "2 on n1  rejected since",
        ):
            assert text in made.text
        await made.press("enter")
        title, found = everything(made.app.screen)
        assert title == "The pane below"
        assert {"a task of a Swarm service", "nodes that take nothing now"} <= {
            one.explanation.name for one in found
        }


async def test_a_node_has_its_tasks_below(tmp_path: Path) -> None:
    """Its row is the node's: what runs there, and how it is drained by hand; nothing is run."""
    several = box(changes.SwarmSeen(swarm(WEB, nodes=(ONE, replace(TWO, state="down")))))
    host = FakeHost(several)
    async with driver(host, tmp_path, (140, 40)) as made:
        await made.until(lambda: made.session.snapshot.settled, "the first picture")
        assert "nodes (Swarm)" in made.text
        assert "1/2 ready · 1 down" in made.text
        await made.press("end", "up")
        for text in ("n1  a node of the swarm", "ready · manager · 1 task", "shop_web.1  running"):
            assert text in made.text
        for key in ("U", "r", "D", "s"):
            made.app.clear_notifications()
            await made.press(key)
            (note,) = made.app._notifications
            assert "docker node update --availability drain id-1" in note.message
        assert host.done == []
        await made.press("down")
        assert "n2  a node of the swarm" in made.text
        await made.press("l")
        assert any("only services" in note.message for note in made.app._notifications)
        await made.press("up", "up")
        assert "the nodes of the swarm" in made.text


async def test_verbs_of_compose_are_refused_with_a_sentence(tmp_path: Path) -> None:
    """Up, stop, restart, shell and editor name what runs it; no fixing key acts on the box."""
    host = FakeHost(BOX)
    async with driver(host, tmp_path, (140, 40)) as made:
        await shown(made)
        hands = {
            "S": "docker service scale shop_web=0",
            "D": "docker service rm shop_web",
            "B": "Swarm builds nothing: build and push the image, then P",
        }
        for key in ("U", "S", "r", "R", "P", "B", "D", "s", "E"):
            made.app.clear_notifications()
            await made.press(key)
            told = [note.message for note in made.app._notifications]
            by_hand = hands.get(key, "docker service update shop_web")
            assert told == [f"Swarm runs shop_web, not Compose; by hand: {by_hand}"], key
        for key in ("f", "F", "n", "h"):
            await made.press(key)
            assert made.home
        assert host.done == []
        await made.press("up", "U")
        assert any("docker stack deploy" in note.message for note in made.app._notifications)


async def test_up_on_a_stack_deploys_it_from_its_file(tmp_path: Path) -> None:
    """Where a project has its name and services: on its row, its group and the project's own row,
    asked about first with what it does; nothing of Compose is run."""
    shop = project("shop", Service("web", image="x"), Service("new", image="x"))
    told = box(replace(shop, env={"A": "1"}), changes.SwarmSeen(BOX.swarm))
    host = FakeHost(told)
    async with driver(host, tmp_path, (140, 40)) as made:
        for keys in (("end",), ("end", "up"), ("home", "down")):
            await made.until(lambda: made.session.snapshot.settled, "the first picture")
            await made.press(*keys, "U")
            await made.until(lambda: isinstance(made.app.screen, ConfirmScreen), "the question")
            for text in (
                "Swarm replaces the tasks of web where the file changed",
                "creates new",
                ".env is not read by it",
            ):
                assert text in made.text
            await made.press("escape")
        await made.press("U", "enter")
        await made.until(lambda: host.done, "the deployment")
        assert host.done == [DeployStack(shop.key)]


def test_up_of_a_project_that_compose_runs_too_is_composes() -> None:
    """A container of its own under that name: the project's row means Compose, the stack's
    Swarm."""
    shop = project("shop", Service("web", image="x"))
    own = container("shop/web", "running")
    told = box(shop, own, changes.SwarmSeen(BOX.swarm))
    assert where_it_runs(told, (Up(shop.key),)) == (Up(shop.key),)
    alone = box(shop, changes.SwarmSeen(BOX.swarm))
    every = (Up(shop.key, ("web",)), Stop(shop.key))
    assert where_it_runs(alone, every) == (DeployStack(shop.key), Stop(shop.key))
    assert on_row(told, "up", "shop", "web") == (DeployStack(shop.key),)
    assert on_row(box(changes.SwarmSeen(BOX.swarm)), "up", "shop", "") == ()
    twice = replace(shop, key=replace(shop.key, working_dir="/other"))
    assert on_row(box(shop, twice, changes.SwarmSeen(BOX.swarm)), "up", "shop", "") == ()


SHOP = project("shop", Service("web", image="x", build=Build("/src")), Service("new", image="x"))
UPDATE = UpdateService(SHOP.key, ("web",), "shop_web")


@pytest.mark.parametrize(
    ("verb", "done"),
    [
        ("restart", (UPDATE,)),
        ("recreate", (UPDATE,)),
        ("pull", (replace(UPDATE, image="shop_web:1"),)),
        ("build", "Swarm builds nothing"),
        ("stop", "docker service scale SERVICE=0"),
        ("down", "docker stack rm shop"),
    ],
)
def test_verbs_of_a_project_that_swarm_runs(verb: Verb, done: tuple[UpdateService] | str) -> None:
    """Nothing of Compose is run beside the stack: Swarm does it, or the sentence names what does.
    The rows of the stack and of the project have one answer."""
    told = box(SHOP, changes.SwarmSeen(BOX.swarm))
    actions = asked(told, verb, (SHOP.key,))
    on_stack = on_row(told, verb, "shop", "")
    if isinstance(done, str):
        assert done in no_verb_of_swarm(told, actions)
        assert isinstance(on_stack, str)
        assert done in on_stack
        return
    assert no_verb_of_swarm(told, actions) == ""
    assert where_it_runs(told, actions) == on_stack == done
    assert destroys(told, done[0])
    assert "Swarm replaces the tasks of web" in consequence(told, done[0])
    own = box(SHOP, container("shop/web", "running"), changes.SwarmSeen(BOX.swarm))
    assert where_it_runs(own, asked(own, verb, (SHOP.key,))) == asked(own, verb, (SHOP.key,))


def test_the_command_of_an_update() -> None:
    """Docker's own, by whichever host it is shown; the digest that Swarm keeps is no part of the
    name that is asked for."""
    forced = ("docker", "service", "update", "--detach", "--force", "--", "shop_web")
    assert ComposeCatalogue((), (), {"PATH": ""}).command(UPDATE, ()) == forced
    assert command_line(UPDATE) == forced
    pinned = replace(BOX.swarm.services[0], image="reg/web:1@sha256:00") if BOX.swarm else None
    assert pinned is not None
    told = box(SHOP, changes.SwarmSeen(Swarm((pinned,))))
    (pull,) = where_it_runs(told, (Pull(SHOP.key),))
    assert pull.words == (
        *("docker", "service", "update", "--detach"),
        *("--image=reg/web:1", "--with-registry-auth", "--", "shop_web"),
    )


def test_the_command_of_a_deployment() -> None:
    """The docker command with each file of the project, also where there is no Compose."""
    key = ProjectKey("shop", "/shop", ("/shop/a.yaml", "/shop/b.yaml"))
    argv = ("docker", "stack", "deploy", "-c", "/shop/a.yaml", "-c", "/shop/b.yaml", "shop")
    assert ComposeCatalogue((), (), {"PATH": ""}).command(DeployStack(key), ()) == argv
    assert DeployStack(key).verb == "deploy"


async def test_marked_services_are_acted_on_from_anywhere(tmp_path: Path) -> None:
    """The refusal is about what is selected: what is marked is Compose's."""
    host = FakeHost(BOX)
    async with driver(host, tmp_path, (140, 40)) as made:
        await made.select("core", "api")
        await made.press("M", "end", "r")
        await made.until(lambda: host.done, "the restart")


async def test_a_box_with_nothing_but_a_stack(tmp_path: Path) -> None:
    """It is no empty box: the stack is there, and named beside where was looked."""
    only = Snapshot(engine=BOX.engine, swarm=BOX.swarm)
    async with driver(FakeHost(only), tmp_path, (120, 40)) as made:
        await made.until(lambda: made.session.snapshot.settled, "the first picture")
        assert "stack shop (Swarm)" in made.text
        assert "1 stack of Swarm: shown above, never changed" in made.text


async def test_the_filter_finds_services_of_stacks(tmp_path: Path) -> None:
    """By name, state and stack."""
    async with driver(FakeHost(BOX), tmp_path, (140, 40)) as made:
        await shown(made)
        for text, there in (("state:degraded", True), ("shop/web", True), ("state:ready", False)):
            made.app.home.narrow(text)
            await made.pilot.pause()
            assert ("degraded 1/2" in made.text) is there


class Writing(FakeHost):
    """Its services of Swarm write a line each, of which it keeps who was asked for."""

    def logs(self, request: LogRequest) -> LogStream:
        key = ServiceKey(ProjectKey("shop", ""), "web")
        self.asked = (*getattr(self, "asked", ()), request.swarm or request.tasks)
        names = (*request.swarm, *request.tasks)
        return FixedLog(tuple(LogLine(1, key, "c1", "stdout", "hello") for _ in names))


async def test_the_log_of_a_service_of_a_stack(tmp_path: Path) -> None:
    """On the log tab of its row, and on the screen of logs, from which enter leads to its row; a
    group has those of all its services, the tab goes on with what is selected."""
    host = Writing(BOX)
    async with driver(host, tmp_path, (140, 40)) as made:
        await shown(made)
        await made.press("3")
        await made.until(lambda: "hello" in made.text, "its line on the tab")
        row = made.rails.selected
        await made.press("l")
        await made.until(lambda: isinstance(made.app.screen, LogsScreen), "the screen")
        await made.until(lambda: "shop/web" in made.text, "whose it is")
        await made.press("enter")
        await made.until(lambda: made.home, "home")
        assert made.rails.selected == row
        await made.press("up", "l")
        await made.until(lambda: isinstance(made.app.screen, LogsScreen), "that of the stack")
        await made.press("escape")
        assert {*host.asked} == {("shop_web",)}


async def test_the_log_of_one_task(tmp_path: Path) -> None:
    """Enter goes to the tasks of a service, or on a node, arrows choose one, enter or l opens its
    log, enter there leads back to the service's row."""
    nodes = (ONE, replace(TWO, availability="drain"))
    host = Writing(box(changes.SwarmSeen(swarm(WEB, nodes=nodes))))
    first, second = (("shop_web", one.id) for one in WEB.tasks)
    async with driver(host, tmp_path, (140, 40)) as made:
        await made.until(lambda: made.session.snapshot.settled, "the first picture")
        await made.press("home", "down")
        assert "rejected since" in made.text
        await made.press("enter", "down", "enter")
        await made.until(lambda: isinstance(made.app.screen, LogsScreen), "the screen")
        await made.until(lambda: "hello" in made.text, "its line")
        assert "shop_web.2 on n1" in made.text
        await made.press("enter")
        await made.until(lambda: made.home, "home")
        await made.press("up", "l")
        await made.until(lambda: isinstance(made.app.screen, LogsScreen), "the one above")
        await made.press("escape")
        await made.until(lambda: made.home, "home")
        await made.press("escape", "end", "up", "enter", "l")
        await made.until(lambda: isinstance(made.app.screen, LogsScreen), "from its node")
        assert host.asked == ((second,), (first,), (first,))
        await made.press("escape", "escape", "home")
        assert "rejected since" not in made.text


async def test_many_tasks_are_counted(tmp_path: Path) -> None:
    """The first ones are listed; the one that is chosen stays so while others come and go."""
    tasks = [task(number, "failed", error=f"boom {number}") for number in range(1, 31)]
    host = FakeHost(box(changes.SwarmSeen(swarm(service("shop_web", *tasks), nodes=(ONE,)))))
    async with driver(host, tmp_path, (140, 60)) as made:
        await made.until(lambda: made.session.snapshot.settled, "the first picture")
        await made.press("end")
        assert "and 10 more" in made.text
        assert "boom 20" in made.text
        assert "boom 21 on" not in made.text
        await made.press("enter", "down")
        found = made.app.screen.query_one(TaskList)
        chosen = found.chosen
        assert chosen is not None
        lines = task_lines(made.session.snapshot, made.rails.selected or "", 0.0)
        found.show(lines[1:])
        assert found.chosen is not None
        assert found.chosen.task == chosen.task
        found.show(lines[5:])
        assert found.chosen.task == lines[5].task


async def test_a_worker_has_no_log_of_a_stack(tmp_path: Path) -> None:
    """Which is said: a manager collects it."""
    lone = Container("c1", "shop_web.1.x", state="running", labels=LABELS)
    worker = box(project("core", Service("api", image="x")), changes.ContainerSeen(lone))
    async with driver(FakeHost(worker), tmp_path, (140, 40)) as made:
        await shown(made)
        await made.press("l")
        assert any("a manager of the swarm" in note.message for note in made.app._notifications)
