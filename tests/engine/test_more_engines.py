"""Engines beside the machine's own one: opened, followed, fixed on, lost and found again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from nebtui.facts.changes import (
    Change,
    ContainerGone,
    ContainerSeen,
    ContainersListed,
    EngineLost,
    EngineSeen,
    NetworksListed,
    ProcessesSeen,
    Sampled,
)
from nebtui.fixing.watch import verdict
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.keep.journal import Journal
from nebtui.settings import load
from nebtui.tui.app import NebtuiApp
from nebtui.tui.screens.home import HomeScreen
from nebtui.tui.session import Session
from tests.engine.box import SeedBox, docker, running_box, wait_for
from tests.engine.conftest import IMAGE, make_image, without
from tests.engine.podman_engine import Podman, RootlessPodman
from tests.engine.second_engine import Moby26, SecondEngine
from tests.engine.test_journey import mine, proved, select, until, written
from tests.engine.test_live import Watched, is_settled, service
from tests.engine.test_startup import RACE, Started

pytestmark = pytest.mark.engine


@pytest.fixture(
    scope="module", params=[Moby26, Podman, RootlessPodman], ids=["26.1", "podman", "rootless"]
)
def second(request: pytest.FixtureRequest) -> Iterator[SecondEngine]:
    """An engine beside the machine's own, for `docker`, Compose and nebtui; skipped with the reason
    where a part is missing."""
    kind: type[SecondEngine] = request.param
    if reason := kind.why_not():
        pytest.skip(reason)
    if shutil.which("docker") is None:
        without("no docker command on this machine: `apt install docker.io`")
    folder = Path(tempfile.mkdtemp(prefix="nebtui-engine-"))
    folder.chmod(0o755)
    engine = kind(folder)
    try:
        client = engine.start()
        make_image(client)
        client.forget()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_HOST", engine.url)
            yield engine
    finally:
        engine.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def box(second: SecondEngine, compose: str) -> Iterator[SeedBox]:
    """A box to be changed."""
    with running_box(compose, IMAGE, calm=second.restless) as made:
        yield made


@pytest.fixture(scope="module")
def steady(second: SecondEngine, compose: str) -> Iterator[SeedBox]:
    """A box to look at: each test leaves it as it was."""
    with running_box(compose, IMAGE) as made:
        yield made


@pytest.fixture
def watched(second: SecondEngine, steady: SeedBox) -> Iterator[Watched]:
    """A live host of that engine that has settled."""
    host = LiveHost((str(steady.folder),), (), steady.environ, endpoint=Endpoint(second.url))
    collected = Watched(host)
    try:
        collected.wait(is_settled)
        yield collected
    finally:
        collected.close()


def test_its_projects_are_listed(second: SecondEngine, steady: SeedBox) -> None:
    """`nebtui status` names the engine, its projects, and each service with its state."""
    done = steady.nebtui("status", "--format", "json", "--project", steady.gantry)
    assert done.returncode in (0, 1), done.stderr
    answer = json.loads(done.stdout)
    assert second.name.lower() in answer["engine"]["version"]


def test_what_happens_is_seen(second: SecondEngine, steady: SeedBox, watched: Watched) -> None:
    """A container that stops, starts and goes changes its row, with its exit code; nothing is
    listed again."""
    reader = service(watched, steady.gantry, "reader").id
    here = len(watched.seen)
    docker("stop", "--time", "0", reader)
    stopped = watched.wait(lambda change: became(change, reader, "exited"), here)
    assert isinstance(stopped, ContainerSeen)
    assert stopped.container.inspection is not None
    assert stopped.container.inspection.exit_code == 137
    docker("start", reader)
    watched.wait(lambda change: became(change, reader, "running"), watched.seen.index(stopped))
    if not second.rootless:  # nobody has no cgroup to freeze
        docker("pause", reader)
        watched.wait(lambda change: became(change, reader, "paused"), here)
        docker("unpause", reader)
    docker("rm", "--force", reader)
    watched.wait(lambda change: isinstance(change, ContainerGone) and change.id == reader, here)
    assert not [c for c in watched.seen[here:] if isinstance(c, ContainersListed)]
    steady.up(steady.gantry)


def test_networks_are_followed(steady: SeedBox, watched: Watched) -> None:
    """A container that joins a network has it in its row, and the network is known."""
    reader = service(watched, steady.gantry, "reader")
    here = len(watched.seen)
    docker("network", "create", steady.network)
    docker("network", "connect", steady.network, reader.id)
    joined = watched.wait(
        lambda change: (
            isinstance(change, ContainerSeen)
            and change.container.id == reader.id
            and steady.network in change.container.networks
        ),
        here,
    )
    assert isinstance(joined, ContainerSeen)
    assert set(joined.container.networks) == {*reader.networks, steady.network}
    listed = watched.wait(
        lambda change: (
            isinstance(change, NetworksListed)
            and steady.network in {n.name for n in change.networks}
        ),
        here,
    )
    assert isinstance(listed, NetworksListed)
    assert [n.name for n in listed.networks].count(steady.network) == 1


def test_its_processes_are_measured(
    second: SecondEngine, steady: SeedBox, watched: Watched
) -> None:
    """CPU, memory and ports are those of its containers: their processes are on this machine;
    a rootless engine is known as such."""
    store = service(watched, steady.core, steady.store).id
    engine = next(c.engine for c in reversed(watched.seen) if isinstance(c, EngineSeen))
    assert engine.rootless is second.rootless
    if second.rootless and not engine.local:
        assert engine.missing
        return  # without cgroups of its own nothing there tells whose a process is
    watched.wait(
        lambda change: (
            isinstance(change, Sampled)
            and any(s.container == store and s.cpu is not None for s in change.containers)
        )
    )
    watched.wait(
        lambda change: (
            isinstance(change, ProcessesSeen)
            and any(p.container == store and 8000 in (p.listening or ()) for p in change.processes)
        )
    )


def test_its_host_processes_are_listed(second: SecondEngine, steady: SeedBox) -> None:
    """`top` gives PIDs of this machine, not those that the container has."""
    client = EngineClient(Endpoint(second.url), {})
    pid = steady.inspect(steady.gantry, "reader")["State"]["Pid"]
    assert client.top(f"{steady.gantry}-reader-1") == (pid,)
    client.forget()


def test_a_fix_is_seen(box: SeedBox) -> None:
    """`nebtui fix` writes, its printed command brings the services up, and the finding is gone: the
    name answers."""
    assert "isolated-networks" in {rule for rule, *_ in box.findings()}
    done = box.nebtui("fix", "--write", "--unsafe", "--rule", "isolated-networks", ".")
    assert done.returncode == 0, done
    for command in re.findall(r"^then: (.*)$", done.stdout, re.MULTILINE):
        given(command)
    wait_for(box.reached, "the conductor to reach the store", 60.0, seen=box.told)
    assert "isolated-networks" not in {rule for rule, *_ in box.findings()}
    undone = box.nebtui("undo")
    assert undone.returncode == 0, undone


async def test_fixes_are_seen_on_the_screen(
    second: SecondEngine, box: SeedBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key writes its fix, U brings the service up, and the app counts it as seen."""
    monkeypatch.chdir(box.folder)
    settings = load(box.environ)
    host = LiveHost((str(box.folder),), (), box.environ)
    session = Session(host, settings, Journal(settings.state_dir))
    app = NebtuiApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        for key, at, rule in (
            ("n", "conductor", "isolated-networks"),
            ("a", "conductor", "missing-host-gateway"),
            ("u", "reader", "foreign-user"),
        ):
            if second.rootless and key == "u":
                continue  # whose a mounted file is there is not known: nothing is found
            await until(pilot, lambda rule=rule: rule in mine(session, box), f"finding {rule}")
            await select(pilot, session, box.gantry, at)
            await pilot.press(key)
            await until(pilot, lambda: proved(app), f"the proof of {key}")
            deeds = written(app)
            await pilot.press("U")
            await until(pilot, lambda d=deeds: written(app) == d + 1, f"{key} to be written")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "home again")
            await brought_up(pilot, session, key)
            assert rule not in mine(session, box)


def given(command: str) -> None:
    """A command that must succeed; where Podman 4.3 could not remove a container because it
    restarted at that moment, it is given again, as a person would."""
    for _ in range(5):
        done = subprocess.run(
            command.split(), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode == 0:
            return
        assert "container state improper" in done.stderr, done.stderr
    raise AssertionError(f"refused five times: {done.stderr}")


def refused(session: Session) -> bool:
    """The newest command failed."""
    return bool(session.commands) and bool(session.commands[-1].exit_code)


async def brought_up(pilot: Pilot[None], session: Session, key: str) -> None:
    """What a key wrote is seen. A command that the engine refused is given again, as a person would
    (Podman 4.3 cannot remove a container that restarts at that moment)."""
    for _ in range(3):
        runs = len(session.commands)
        try:
            await until(
                pilot,
                lambda: not session.watched or refused(session),
                f"{key} to be seen",
                150.0,
            )
        except AssertionError as error:
            states = [verdict(session.snapshot, w, session.now()) for w in session.watched]
            raise AssertionError(f"{error}: {states}, {session.commands}") from error
        if not session.watched:
            return
        await pilot.press("U")
        await until(pilot, lambda: len(session.commands) > runs, "another command")  # noqa: B023
    raise AssertionError(f"{key} was brought up three times: {session.commands}")


def test_a_race_is_seen(second: SecondEngine, tmp_path: Path, compose: str) -> None:
    """A start on it has the race of the machine's own engine, with the gap from its own times."""
    if second.restless:
        pytest.skip("Podman 4.3: seen in one run of two on a busy machine, the cause is not known")
    started = Started(tmp_path / f"race-{uuid.uuid4().hex[:8]}", compose, IMAGE, RACE)
    try:
        answer = started.start()
        name = started.name
        assert (f"{name}/once", f"{name}/store") in {
            (race["dependent"], race["target"]) for race in answer["races"]
        }, answer
        store = next(one for one in answer["services"] if one["name"] == "store")
        assert store["listening"] - store["started"] > 2.9  # it sleeps three seconds
    finally:
        started.down()


def test_a_killed_engine_is_found_again(
    second: SecondEngine, steady: SeedBox, watched: Watched
) -> None:
    """A killed engine is told; started again it is found, and all its containers are listed."""
    here = len(watched.seen)
    second.kill()
    try:
        watched.wait(lambda change: isinstance(change, EngineLost), here)
        assert steady.nebtui("status", "--format", "json").returncode in (0, 1, 2)
    finally:
        second.start().forget()
    back = watched.wait(lambda change: isinstance(change, ContainersListed), here)
    assert isinstance(back, ContainersListed)
    assert {"conductor", "reader"} <= {
        c.service for c in back.containers if c.project == steady.gantry
    }


def became(change: Change, identity: str, state: str) -> bool:
    """This container was seen in this state."""
    return (
        isinstance(change, ContainerSeen)
        and change.container.id == identity
        and change.container.state == state
    )
