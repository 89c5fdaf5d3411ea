"""The simulated host: what is wrong in each scenario, how it lives, and that it is the same for the
same seed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, Probe, RemoveNetwork, Up
from nebtui.facts.changes import Sampled, Settled
from nebtui.facts.observed import Container
from nebtui.hosts.simulated import SimulatedHost
from nebtui.store import settle
from tests.clock import HandClock
from tests.hosts.simulation.box import START, Watching

RACE = {("ungated-dependency", "core/ingest")}
CUT = {("isolated-networks", "gantry/conductor"), ("ungated-dependency", "gantry/ui")}
GATEWAY = {("missing-host-gateway", "infer/litellm")}
FOREIGN = {("foreign-user", "infer/tabbyapi")}
PATTERN_4 = {
    ("ungated-dependency", "quantumsketch/api"),
    ("ungated-dependency", "quantumsketch/worker"),
}
SANDBOX = {("open-sandbox", "sandbox/runner")}
EXPECTED = {
    "all": RACE | CUT | GATEWAY | FOREIGN | SANDBOX | PATTERN_4,
    "race": RACE,
    "cut-network": RACE | CUT,
    "cpu-fallback": GATEWAY,
    "foreign-user": GATEWAY | FOREIGN,
    "sandbox": SANDBOX,
}


@pytest.mark.parametrize("scenario", sorted(EXPECTED))
def test_each_scenario_has_exactly_the_findings_it_is_about(scenario: str, tmp_path: Path) -> None:
    """The box one looks at first shows what the scenario was made to show, and nothing else."""
    assert Watching(scenario, tmp_path).found() == EXPECTED[scenario]


def test_the_box_was_up_for_a_while(tmp_path: Path) -> None:
    """At first sight the services that can run do, and those that cannot have tried a few times."""
    box = Watching("all", tmp_path)
    conductor, ingest = box.container("gantry/conductor"), box.container("core/ingest")
    assert conductor.inspection is not None
    assert ingest.inspection is not None
    assert (conductor.state, conductor.inspection.restart_count) == ("restarting", 13)
    assert conductor.inspection.exit_code == 1
    assert (ingest.state, ingest.inspection.restart_count) == ("running", 5)
    assert box.word("core/chroma") == "listening"
    assert [box.word(f"core/{name}") for name in ("postgres", "redis", "api")] == ["ready"] * 3
    assert [box.word(f"infer/{name}") for name in ("tabbyapi", "litellm")] == ["degraded"] * 2


def test_a_race_without_gate_is_lost_again(tmp_path: Path) -> None:
    """Recreated as they are, chroma refuses ingest until it listens, and ingest dies a few
    times."""
    box = Watching("race", tmp_path)
    key = box.key("core/ingest").project
    list(box.host.do(Up(key, force_recreate=True)))
    box.wait(15)
    ingest, chroma = box.container("core/ingest"), box.container("core/chroma")
    deaths = [h for h in box.snapshot.histories[ingest.id] if h.action == "die"]
    assert len(deaths) == 5
    assert all(h.exit_code == 1 and h.at < chroma.created + 6.2 for h in deaths)
    assert (box.snapshot.processes[chroma.id].refused or 0) == 5


def test_speed_alone_tells_of_a_fall_back_to_the_cpu(tmp_path: Path) -> None:
    """The server is healthy, busy, on no GPU, and forty times too slow."""
    box = Watching("cpu-fallback", tmp_path)
    llama, tabbyapi = box.container("infer/llama"), box.container("infer/tabbyapi")
    assert llama.health == "healthy"
    assert all(llama.id not in gpu.containers for gpu in box.snapshot.gpus.values())
    reading = box.snapshot.throughput[llama.id]
    assert reading.busy
    assert 1.5 < (reading.tokens_per_second or 0) < 2.1
    assert (box.snapshot.samples[llama.id].cpu or 0) > 1000
    assert 55 < (box.snapshot.throughput[tabbyapi.id].last_rate or 0) < 75


def test_the_same_seed_gives_the_same_stream(tmp_path: Path) -> None:
    """Two boxes with one seed and one clock tell the same changes; another seed gives other
    figures."""
    streams = []
    for seed in (7, 7, 8):
        box = Watching("all", tmp_path, seed)
        box.wait(70)
        streams.append(box.seen)
    assert streams[0] == streams[1]
    assert streams[0] != streams[2]


def test_up_stops_where_an_external_network_is_absent(tmp_path: Path) -> None:
    """Nothing is recreated where Compose would refuse, and its sentence says why."""
    box = Watching("race", tmp_path)
    path = tmp_path / "box" / "core" / "docker-compose.yml"
    path.write_text(path.read_text().replace("nebulus", "gone"))
    before = box.container("core/api").id
    last = list(box.host.do(Up(box.key("core/api").project)))[-1]
    assert (last.exit_code, last.text) == (
        1,
        "network gone declared as external, but could not be found",
    )
    box.wait(1)
    assert box.container("core/api").id == before


def test_networks_are_created_and_removed(tmp_path: Path) -> None:
    """What nebtui created it may remove, while nobody is on it; other networks stay."""
    box = Watching("race", tmp_path)
    assert [p.exit_code for p in box.host.do(CreateNetwork("shared"))] == [0]
    assert [p.exit_code for p in box.host.do(CreateNetwork("shared"))] == [1]
    assert [p.exit_code for p in box.host.do(RemoveNetwork("nebulus"))] == [1]
    box.wait(1)
    assert "shared" in box.snapshot.networks
    assert [p.exit_code for p in box.host.do(RemoveNetwork("shared"))] == [0]
    box.wait(1)
    assert "shared" not in box.snapshot.networks


def test_a_probe_knows_ports_programs_and_users(tmp_path: Path) -> None:
    """A test passes on the port that listens, fails on a closed one, without its program, and as a
    stranger."""
    box = Watching("foreign-user", tmp_path)
    tabbyapi, llama = box.container("infer/tabbyapi"), box.container("infer/llama")

    def code(container: Container, *argv: str, user: str = "") -> int:
        return list(box.host.do(Probe(container.id, argv, user)))[-1].exit_code

    assert code(llama, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080") == 0
    assert code(llama, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9") == 1
    assert code(llama, "wget", "-q", "http://127.0.0.1:8080/health") == 127
    assert code(tabbyapi, "sh", "-c", 'ls "$0" >/dev/null', "/models", user="1001:1001") == 0
    assert code(tabbyapi, "sh", "-c", 'ls "$0" >/dev/null', "/models", user="1000:1000") == 1


def test_close_ends_the_stream_and_removes_the_folder() -> None:
    """A reader blocked on a quiet box comes back at once, and the temporary folder is gone."""
    host = SimulatedHost("sandbox", clock=HandClock(START))
    snapshot = settle(host)
    assert snapshot.settled
    ended = threading.Event()

    def read() -> None:
        for _ in host.changes():
            pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    host.close()
    assert ended.wait(30)
    assert not Path(host.folder).exists()


def test_the_wall_clock_moves_the_box() -> None:
    """In real use readings come by themselves, and the first picture ends with Settled."""
    host = SimulatedHost("sandbox", speed=50.0, start=START)
    kinds = []
    for change in host.changes():
        kinds.append(type(change))
        if isinstance(change, Sampled) and change.at >= START + 2:
            break
    host.close()
    assert Settled in kinds


def test_the_command_is_the_one_for_a_real_box(tmp_path: Path) -> None:
    """A person is shown what would do the same with Docker."""
    box = Watching("race", tmp_path)
    project = box.key("core/ingest").project
    argv = box.host.command(Up(replace(project, files=("/x.yml",)), ("ingest",), True))
    assert argv == (
        "docker",
        "compose",
        "-p",
        "core",
        "-f",
        "/x.yml",
        "up",
        "-d",
        "--force-recreate",
        "ingest",
    )


def test_an_edit_by_hand_is_noticed(tmp_path: Path) -> None:
    """Within a second the box reads a file that an editor saved, and a new override beside it."""
    box = Watching("race", tmp_path)
    folder = tmp_path / "box" / "core"
    path = folder / "docker-compose.yml"
    path.write_text(path.read_text().replace("BATCH: 64", "BATCH: 128"))
    box.wait(1)
    ingest = box.snapshot.service(box.key("core/ingest"))
    assert ingest is not None
    assert ingest.environment["BATCH"] == "128"
    (folder / "docker-compose.override.yml").write_text(
        "services:\n  ingest:\n    environment: {BATCH: 256}\n"
    )
    box.wait(1)
    ingest = box.snapshot.service(box.key("core/ingest"))
    assert ingest is not None
    assert ingest.environment["BATCH"] == "256"
    assert len(box.snapshot.projects) == 1


GATED = """
    depends_on:
      wait-chroma: {condition: service_completed_successfully}
      chroma: {condition: service_started}
  wait-chroma:
    image: busybox:1.36
    command: ["sh", "-c", "for i in $$(seq 9); do nc -z chroma 8000 && exit; sleep 1; done; exit 1"]
"""


def test_a_wait_service_waits(tmp_path: Path) -> None:
    """A job that nobody scripted ends when the server it asks for listens, and what it guards
    starts then."""
    box = Watching("race", tmp_path)
    path = tmp_path / "box" / "core" / "docker-compose.yml"
    path.write_text(path.read_text().replace("    depends_on: [chroma]\n", GATED))
    list(box.host.do(Up(box.key("core/chroma").project, force_recreate=True)))
    box.wait(4)
    assert box.container("core/ingest").state == "created"
    box.wait(10)
    ingest, job = box.container("core/ingest"), box.container("core/wait-chroma")
    assert ingest.inspection is not None
    assert job.inspection is not None
    assert (job.state, job.inspection.exit_code) == ("exited", 0)
    assert (ingest.state, ingest.inspection.restart_count) == ("running", 0)
