"""Starts of real containers: races found with their gaps, gates that hold, starts that are kept."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.box import run, wait_for

pytestmark = pytest.mark.engine

RACE = """\
services:
  store:
    image: {image}
    command: ["sh", "-c", "mkdir /w; echo ok >/w/ready; sleep 3; exec httpd -f -p 8000 -h /w"]
    stop_grace_period: 0s
    expose: ["8000"]
  retry:
    image: {image}
    command:
      - sh
      - -c
      - |
        until nc -w 1 store 8000 </dev/null; do sleep 0.2; done
        sleep 1d | nc store 8000
    depends_on: [store]
    stop_grace_period: 0s
  once:
    image: {image}
    command: ["sh", "-c", "nc -w 1 store 8000 </dev/null || exit 1; exec sleep 1d"]
    restart: on-failure
    depends_on: [store]
    stop_grace_period: 0s
  migrate:
    image: {image}
    command: ["sleep", "1"]
  web:
    image: {image}
    command: ["sh", "-c", "mkdir /w; exec httpd -f -p 80 -h /w"]
    depends_on:
      migrate: {condition: service_completed_successfully}
    stop_grace_period: 0s
  side:
    image: {image}
    network_mode: service:store
    command: ["nc", "-ll", "-p", "9000", "-e", "cat"]
    stop_grace_period: 0s
"""
CALM = """\
services:
  store:
    image: {image}
    command: ["sh", "-c", "mkdir /w; sleep 1; exec httpd -f -p 8000 -h /w"]
    stop_grace_period: 0s
    expose: ["8000"]
    healthcheck:
      test: ["CMD", "nc", "-w", "1", "127.0.0.1", "8000"]
      interval: 1s
      retries: 30
  app:
    image: {image}
    command: ["sh", "-c", "nc -w 1 store 8000 </dev/null || exit 1; exec sleep 1d"]
    depends_on:
      store: {condition: service_healthy}
    stop_grace_period: 0s
"""


class Started:
    """A project of its own, started by nebtui."""

    def __init__(self, folder: Path, compose: str, image: str, text: str) -> None:
        self.folder = folder
        self.compose = compose
        self.name = folder.name
        folder.mkdir(exist_ok=True)
        (folder / "compose.yaml").write_text(text.replace("{image}", image))

    def nebtui(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "nebtui", *arguments]
        return subprocess.run(
            argv, cwd=self.folder, capture_output=True, text=True, timeout=180, check=False
        )

    def start(self) -> dict[str, Any]:
        """Start it anew, and what was seen of that."""
        done = self.nebtui(
            "startup", self.name, "--up", "--yes", "--timeout", "60", "--format", "json"
        )
        assert done.returncode in (0, 1), done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == int(bool(answer["races"])), done
        return answer

    def down(self) -> None:
        argv = [self.compose, "-f", str(self.folder / "compose.yaml"), "down", "--timeout", "0"]
        subprocess.run(argv, capture_output=True, timeout=120, check=False)


@pytest.fixture
def started(
    tmp_path_factory: pytest.TempPathFactory,
    compose: str,
    busybox_image: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Started]:
    """A project that is removed at the end; `request.param` is its text."""
    # Another run of the tests may use the same engine.
    folder = tmp_path_factory.mktemp(f"startup-{uuid.uuid4().hex[:8]}")
    monkeypatch.setenv("NEBTUI_STATE", str(folder / "state"))
    monkeypatch.setenv("NEBTUI_CONFIG", str(folder / "config.toml"))
    one = Started(folder, compose, busybox_image, request.param)
    try:
        yield one
    finally:
        one.down()


@pytest.mark.parametrize("started", [RACE], indirect=True)
def test_a_race_is_found_with_its_gap(started: Started) -> None:
    """Both dependents raced the store, whose port opened three seconds after its start; the job's
    waiter and the container that shares the store's network did not. The start is kept."""
    answer = started.start()
    by_name = {service["name"]: service for service in answer["services"]}
    store, once, retry = by_name["store"], by_name["once"], by_name["retry"]
    name = started.name
    races = {(race["dependent"], race["target"]): race for race in answer["races"]}
    assert races.keys() == {(f"{name}/once", f"{name}/store"), (f"{name}/retry", f"{name}/store")}
    assert store["listening"] - store["started"] > 2.9  # it sleeps three seconds
    for service in (once, retry):
        race = races[f"{name}/{service['name']}", f"{name}/store"]
        truth = store["listening"] - max(store["started"], service["started"])
        # Each of the three numbers is rounded to a millisecond.
        assert race["gap_seconds"] == pytest.approx(truth, abs=0.002)
        assert race["refused"] > 0
    assert once["exits"] > 0
    assert retry["exits"] == 0
    assert by_name["side"]["ports"].keys() == {"9000"}
    assert store["ports"].keys() == {"8000"}
    waited = by_name["web"]["waited_for"][0]
    assert waited["until"] <= by_name["web"]["started"]
    edges = json.loads(started.nebtui("graph", "--format", "json").stdout)["edges"]
    talked = {(e["from"], e["to"]) for e in edges if e["kind"] == "talks"}
    assert (f"{name}/retry", f"{name}/store") in talked
    again = started.nebtui("startup", name, "--format", "json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["races"] == answer["races"]
    text = started.nebtui("startup", name).stdout
    assert f"{name}/once raced {name}/store" in text


@pytest.mark.parametrize("started", [CALM], indirect=True)
def test_a_gated_project_has_no_race(started: Started) -> None:
    """Started ten times, no race is told of; the gate held the dependent until the target was
    healthy; the last ten starts are kept."""
    for _ in range(10):
        answer = started.start()
        assert answer["races"] == []
        store, app = answer["services"]
        assert (store["name"], app["name"]) == ("store", "app")
        assert store["started"] < store["listening"] <= store["healthy"] + 0.35
        assert store["healthy"] <= app["started"]
        assert (store["refused"], app["exits"]) == (store["refused"], 0)


@pytest.mark.parametrize(
    "started",
    [CALM.replace("service_healthy", "service_started").replace("sleep 1;", "sleep 9;")],
    indirect=True,
)
def test_a_start_before_nebtui_was_opened_is_told(started: Started) -> None:
    """The engine still has its events: created, started, ended; what was not seen is said. Nothing
    is started where nobody can be asked, or where every change is off."""
    run(started.compose, "-f", str(started.folder / "compose.yaml"), "up", "-d")
    done = started.nebtui("startup", started.name, "--format", "json")
    answer = json.loads(done.stdout)
    by_name = {service["name"]: service for service in answer["services"]}
    assert 0 <= by_name["store"]["created"] < by_name["store"]["started"]
    assert by_name["app"]["exits"] == 1
    for option, why in (("--plain", "say --yes"), ("--read-only", "nothing is started")):
        refused = started.nebtui("startup", started.name, "--up", option)
        assert (refused.returncode, why in refused.stderr) == (2, True), refused


@pytest.mark.parametrize("started", [RACE], indirect=True)
def test_a_settled_race_is_gone(started: Started) -> None:
    """The fix gives the store a test with the measured start period and gates both dependents; the
    next start has no race and refuses nobody."""
    assert len(started.start()["races"]) == 2
    fixed = started.nebtui("fix", "--write", "--unsafe", "--rule", "missing-healthcheck", ".")
    assert fixed.returncode == 0, fixed
    text = (started.folder / "compose.yaml").read_text()
    assert text.count("condition: service_healthy") == 2
    assert "start_period: 10s" in text
    # The image's wget dies of `-T`, so no path answers: the port is asked, which passed when tried.
    assert "nc -w 2 127.0.0.1 8000" in text
    answer = started.start()
    by_name = {service["name"]: service for service in answer["services"]}
    assert answer["races"] == []
    assert (by_name["once"]["exits"], by_name["retry"]["refused"]) == (
        0,
        by_name["retry"]["refused"],
    )
    assert answer["before"]["races"] == 2
    told = started.nebtui("startup", started.name).stdout
    assert f"race gone: {started.name}/once for {started.name}/store" in told


@pytest.mark.parametrize("started", [RACE], indirect=True)
def test_a_recorded_race_is_told_from_the_recording(started: Started) -> None:
    """The same races to the byte, and the same findings, from the file alone."""
    file = started.folder / "race.jsonl"
    argv = [sys.executable, "-m", "nebtui", "record", str(file)]
    recorder = subprocess.Popen(argv, cwd=started.folder, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: file.exists() and b'"Settled"' in file.read_bytes(), "the recorder", 60.0)
        live = started.start()
    finally:
        recorder.terminate()
        recorder.wait(30)
    arguments = ("startup", started.name, "--format", "json")
    done = started.nebtui(*arguments, "--recording", str(file))
    replayed = json.loads(done.stdout)
    assert done.returncode == 1, replayed
    pairs = {(race["dependent"], race["target"]) for race in live["races"]}
    assert {(race["dependent"], race["target"]) for race in replayed["races"]} == pairs
    again = started.nebtui(*arguments, "--recording", str(file))
    assert again.stdout == done.stdout


STORE = """\
services:
  store:
    image: {image}
    command: ["sh", "-c", "mkdir /w; sleep 3; exec httpd -f -p 8000 -h /w"]
    stop_grace_period: 0s
    expose: ["8000"]
    networks:
      box: {aliases: [far-store]}
networks:
  box: {external: true, name: {network}}
"""
AGENT = """\
services:
  agent:
    image: {image}
    environment:
      STORE_URL: http://far-store:8000
    command: ["sh", "-c", "nc -w 1 far-store 8000 </dev/null || exit 1; exec sleep 1d"]
    restart: on-failure
    stop_grace_period: 0s
    networks: [box]
networks:
  box: {external: true, name: {network}}
"""


def test_a_guard_across_projects_holds_the_dependent(
    tmp_path: Path, compose: str, busybox_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent raced the store of another project; the wait service that is written holds it until
    the store listens, and it does not die again."""
    monkeypatch.setenv("NEBTUI_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("NEBTUI_CONFIG", str(tmp_path / "config.toml"))
    tag = uuid.uuid4().hex[:8]
    network = f"box-{tag}"
    data, agents = (tmp_path / f"{name}-{tag}" for name in ("data", "agents"))
    data.mkdir()
    agents.mkdir()
    run("docker", "network", "create", network)
    store = Started(data, compose, busybox_image, STORE.replace("{network}", network))
    agent = Started(agents, compose, busybox_image, AGENT.replace("{network}", network))
    try:
        up = [compose, "-f", str(data / "compose.yaml"), "up", "-d", "--force-recreate"]
        slow = subprocess.Popen(up, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        raced = agent.start()
        slow.wait(60)
        assert [race["target"] for race in raced["races"]] == [f"{store.name}/store"]
        fixed = agent.nebtui(
            "fix", "--write", "--unsafe", "--rule", "unguarded-start", str(tmp_path)
        )
        assert fixed.returncode == 0, fixed
        assert "wait-for-store" in (agents / "compose.yaml").read_text()
        store.down()
        slow = subprocess.Popen(up, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        guarded = agent.start()
        slow.wait(60)
        by_name = {service["name"]: service for service in guarded["services"]}
        assert guarded["races"] == []
        assert by_name["agent"]["exits"] == 0
        waited = by_name["agent"]["waited_for"][0]
        assert (waited["service"], waited["until"] <= by_name["agent"]["started"]) == (
            "wait-for-store",
            True,
        )
    finally:
        agent.down()
        store.down()
        subprocess.run(["docker", "network", "rm", network], capture_output=True, check=False)


CHAIN = """\
services:
  a:
    image: {image}
    command: ["sh", "-c", "mkdir /w; sleep 3; exec httpd -f -p 8000 -h /w"]
    stop_grace_period: 0s
    expose: ["8000"]
  b:
    image: {image}
    command:
      - sh
      - -c
      - |
        mkdir /w
        until nc -w 1 a 8000 </dev/null; do sleep 0.2; done
        sleep 3
        exec httpd -f -p 8000 -h /w
    stop_grace_period: 0s
    expose: ["8000"]
    depends_on: [a]
  c:
    image: {image}
    command: ["sh", "-c", "until nc -w 1 b 8000 </dev/null; do sleep 0.2; done; exec sleep 1d"]
    stop_grace_period: 0s
    depends_on: [b]
"""
SICK = """\
services:
  store:
    image: {image}
    command: ["sh", "-c", "mkdir /w; httpd -p 8000 -h /w; sleep 6; killall httpd; exec sleep 1d"]
    stop_grace_period: 0s
    expose: ["8000"]
    healthcheck: {test: ["CMD", "nc", "-w", "1", "127.0.0.1", "8000"], interval: 1s, retries: 2}
  app:
    image: {image}
    command: ["sleep", "1d"]
    stop_grace_period: 0s
    depends_on:
      store: {condition: service_healthy}
"""


@pytest.mark.parametrize("started", [CHAIN], indirect=True)
def test_a_chain_of_three_has_two_races(started: Started) -> None:
    """Each raced the one before it; the middle one is both dependent and target."""
    answer = started.start()
    pairs = {(race["dependent"], race["target"]) for race in answer["races"]}
    name = started.name
    assert pairs == {(f"{name}/b", f"{name}/a"), (f"{name}/c", f"{name}/b")}
    assert [service["name"] for service in answer["services"]] == ["a", "b", "c"]


@pytest.mark.parametrize("started", [SICK], indirect=True)
def test_a_target_that_falls_sick_later_is_no_race(started: Started) -> None:
    """It was ready when its dependent began; since when it is unhealthy is told."""
    answer = started.start()
    assert answer["races"] == []

    def sick() -> bool:
        told = json.loads(started.nebtui("status", "--format", "json").stdout)
        services = {
            s["name"]: s
            for p in told["projects"]
            if p["name"] == started.name
            for s in p["services"]
        }
        return str(services["store"]["why"]).startswith("unhealthy since ")

    wait_for(sick, "the store to be unhealthy", 60.0)
