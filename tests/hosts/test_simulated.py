"""The simulated host: what is wrong in each scenario, that fixes written to its files work, and that it is the same
for the same seed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.analysis.readiness import readiness
from nebtui.facts.changes import Change, ProjectSeen, Sampled, Settled
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing import watch, writing
from nebtui.fixing.many import plan_all
from nebtui.fixing.patch import Patch
from nebtui.host import CreateNetwork, Probe, RemoveNetwork, Up
from nebtui.hosts.simulated import SimulatedHost
from nebtui.hosts.simulation.clock import HandClock
from nebtui.keep import Entry, Journal
from nebtui.rules.rule import Finding, Options
from nebtui.store import fold, settle

START = 1_780_000_000.0

SCRIPTED = frozenset(
    {
        "isolated-networks",
        "ambiguous-name",
        "missing-network",
        "missing-host-gateway",
        "foreign-user",
        "ungated-dependency",
        "missing-healthcheck",
    }
)
"""The rules whose findings the demo's scripts are made for; what others say of its files is their tests' matter."""

RACE = {("ungated-dependency", "core/ingest"), ("missing-healthcheck", "core/chroma")}
CUT = {("isolated-networks", "gantry/conductor"), ("ungated-dependency", "gantry/ui")}
GATEWAY = {("missing-host-gateway", "infer/litellm")}
FOREIGN = {("foreign-user", "infer/tabbyapi")}
PATTERN_4 = {
    ("ungated-dependency", "quantumsketch/api"),
    ("ungated-dependency", "quantumsketch/worker"),
    ("missing-healthcheck", "quantumsketch/redis"),
    ("missing-healthcheck", "quantumsketch/temporal"),
}
EXPECTED = {
    "all": RACE | CUT | GATEWAY | FOREIGN | PATTERN_4,
    "race": RACE,
    "cut-network": RACE | CUT,
    "cpu-fallback": GATEWAY,
    "foreign-user": GATEWAY | FOREIGN,
    "sandbox": set(),
}


class Watching:
    """A host on a hand-moved clock, and the snapshot that its changes give."""

    def __init__(self, scenario: str, folder: Path, seed: int = 7) -> None:
        self.clock = HandClock(START)
        self.host = SimulatedHost(scenario, str(folder / "box"), seed, clock=self.clock)
        self.stream: Iterator[Change] = self.host.changes()
        self.snapshot = Snapshot()
        self.seen: list[Change] = []
        self.journal = Journal(str(folder / "state"))
        while not self.snapshot.settled:
            self._next()

    def _next(self) -> Change:
        change = next(self.stream)
        self.seen.append(change)
        self.snapshot = fold(self.snapshot, change)
        return change

    def wait(self, seconds: float) -> None:
        """Let whole seconds pass: the reading of the last one ends the round."""
        self.clock.advance(seconds)
        while not (isinstance(change := self._next(), Sampled) and change.at >= self.clock.now()):
            pass

    def key(self, place: str) -> ServiceKey:
        return next(key for key, _ in self.snapshot.services() if str(key) == place)

    def container(self, place: str) -> Container:
        return self.snapshot.containers_of(self.key(place))[0]

    def word(self, place: str) -> str:
        return readiness(self.snapshot, self.key(place)).word

    def findings(self) -> tuple[Finding, ...]:
        return tuple(f for f in rules.find(self.snapshot) if f.rule in SCRIPTED)

    def fix(self, rule: str, place: str) -> tuple[Patch, Entry]:
        """Plan, prove and write the fix of one finding."""
        wanted = [f for f in self.findings() if (f.rule, str(f.at)) == (rule, place)]
        planned = plan_all(self.snapshot, wanted, Options(), self.host, unsafe=True, environ={})
        assert planned.patch is not None, planned.left
        return planned.patch, writing.write(planned.patch, self.host, self.journal, self.host.now)

    def up(self, patch: Patch) -> list[str]:
        """Bring up what a patch names."""
        lines: list[str] = []
        for recreate in patch.recreate:
            progress = list(self.host.do(Up(recreate.project, recreate.services, recreate.force)))
            assert progress[-1].done
            assert progress[-1].exit_code == 0
            lines += [line.text for line in progress]
        return lines

    def verdict(self, patch: Patch, entry: Entry) -> watch.Verdict:
        return watch.verdict(self.snapshot, watch.Watched(patch, entry.time, entry.number), self.host.now())


def found(watching: Watching) -> set[tuple[str, str]]:
    return {(f.rule, str(f.at)) for f in watching.findings()}


@pytest.mark.parametrize("scenario", sorted(EXPECTED))
def test_each_scenario_has_exactly_the_findings_it_is_about(scenario: str, tmp_path: Path) -> None:
    """The box one looks at first shows what the scenario was made to show, and nothing else."""
    assert found(Watching(scenario, tmp_path)) == EXPECTED[scenario]


def test_the_box_was_up_for_a_while(tmp_path: Path) -> None:
    """At first sight the services that can run do, and those that cannot have tried a few times."""
    box = Watching("all", tmp_path)
    conductor, ingest = box.container("gantry/conductor"), box.container("core/ingest")
    assert conductor.inspection is not None
    assert ingest.inspection is not None
    assert (conductor.state, conductor.inspection.restart_count, conductor.inspection.exit_code) == ("restarting", 13, 1)
    assert (ingest.state, ingest.inspection.restart_count) == ("running", 5)
    assert box.word("core/chroma") == "listening"
    assert [box.word(f"core/{name}") for name in ("postgres", "redis", "api")] == ["ready"] * 3
    assert [box.word(f"infer/{name}") for name in ("tabbyapi", "litellm")] == ["degraded"] * 2


def test_a_cut_network_is_joined(tmp_path: Path) -> None:
    """Once both sides are on one network the conductor resolves the vector store and gets ready."""
    box = Watching("all", tmp_path)
    patch, entry = box.fix("isolated-networks", "gantry/conductor")
    assert box.verdict(patch, entry).state == "written"
    lines = box.up(patch)
    assert " Container core-chroma-1  Recreated" in lines
    assert not any("postgres-1  Recreated" in line for line in lines)
    box.wait(40)
    assert ("isolated-networks", "gantry/conductor") not in found(box)
    assert box.verdict(patch, entry).state == "seen"
    assert box.word("gantry/conductor") == "ready"
    assert "nebulus" in box.container("core/chroma").networks


def test_a_race_ends_behind_a_gate(tmp_path: Path) -> None:
    """With a health test and a gate, both tried in the box, ingest starts after chroma is healthy and never dies."""
    box = Watching("race", tmp_path)
    patch, entry = box.fix("ungated-dependency", "core/ingest")
    assert patch.applicability == "safe"  # its test passed in the container and failed against a closed port
    assert " Container core-ingest-1  Waiting" in box.up(patch)
    box.wait(4)
    assert box.word("core/ingest") == "waiting"
    box.wait(30)
    ingest = box.container("core/ingest")
    assert ingest.inspection is not None
    assert ingest.inspection.restart_count == 0
    assert box.container("core/chroma").health == "healthy"
    assert found(box) == set()
    assert box.verdict(patch, entry).state == "seen"


def test_a_race_without_gate_is_lost_again(tmp_path: Path) -> None:
    """Recreated as they are, chroma refuses ingest until it listens, and ingest dies a few times."""
    box = Watching("race", tmp_path)
    key = box.key("core/ingest").project
    list(box.host.do(Up(key, force_recreate=True)))
    box.wait(15)
    ingest, chroma = box.container("core/ingest"), box.container("core/chroma")
    deaths = [h for h in box.snapshot.histories[ingest.id] if h.action == "die"]
    assert len(deaths) == 5
    assert all(h.exit_code == 1 and h.at < chroma.created + 6.2 for h in deaths)
    assert (box.snapshot.processes[chroma.id].refused or 0) == 5


def test_a_foreign_user_becomes_the_owner(tmp_path: Path) -> None:
    """Run with the owner's ids, tabbyapi reads its models, loads them for 20 s, and uses the GPU."""
    box = Watching("foreign-user", tmp_path)
    assert box.snapshot.throughput[box.container("infer/tabbyapi").id].tokens_per_second is None
    patch, entry = box.fix("foreign-user", "infer/tabbyapi")
    box.up(patch)
    box.wait(10)
    tabbyapi = box.container("infer/tabbyapi")
    assert box.snapshot.processes[tabbyapi.id].uid == 1001
    assert tabbyapi.health == "starting"
    box.wait(20)
    assert box.container("infer/tabbyapi").health == "healthy"
    assert found(box) == GATEWAY
    assert box.verdict(patch, entry).state == "seen"
    assert tabbyapi.id in box.snapshot.gpus[1].containers
    assert (box.snapshot.throughput[tabbyapi.id].tokens_per_second or 0) > 55


def test_a_host_gateway_leads_to_the_published_port(tmp_path: Path) -> None:
    """With the entry in extra_hosts litellm reaches what tabbyapi publishes on the host."""
    box = Watching("cpu-fallback", tmp_path)
    assert box.word("infer/litellm") == "degraded"
    patch, entry = box.fix("missing-host-gateway", "infer/litellm")
    box.up(patch)
    box.wait(20)
    assert found(box) == set()
    assert box.verdict(patch, entry).state == "seen"
    assert box.word("infer/litellm") == "ready"


def test_everything_can_be_fixed_in_one_go(tmp_path: Path) -> None:
    """All fixes of the whole box, written as one patch and brought up, leave no finding."""
    box = Watching("all", tmp_path)
    planned = plan_all(box.snapshot, box.findings(), Options(), box.host, unsafe=True, environ={})
    assert planned.left == ()
    assert planned.patch is not None
    entry = writing.write(planned.patch, box.host, box.journal, box.host.now)
    box.up(planned.patch)
    box.wait(90)
    assert found(box) == set()
    assert box.verdict(planned.patch, entry).state == "seen"


def test_the_files_on_disk_are_the_ones_edited(tmp_path: Path) -> None:
    """A fix changes the box's own compose file, a re-read tells it, and undo restores it byte for byte."""
    box = Watching("cpu-fallback", tmp_path)
    path = tmp_path / "box" / "infer" / "docker-compose.yml"
    before = path.read_bytes()
    _, entry = box.fix("missing-host-gateway", "infer/litellm")
    assert b"host.docker.internal:host-gateway" in path.read_bytes()
    assert box.host.read(str(path)) == path.read_bytes()
    box.seen.clear()
    box.wait(1)
    assert any(isinstance(change, ProjectSeen) for change in box.seen)
    writing.undo(entry, box.host, box.journal)
    assert path.read_bytes() == before


def test_speed_alone_tells_of_a_fall_back_to_the_cpu(tmp_path: Path) -> None:
    """The embedder is healthy, busy, on no GPU, and forty times too slow."""
    box = Watching("cpu-fallback", tmp_path)
    embed, tabbyapi = box.container("infer/embed"), box.container("infer/tabbyapi")
    assert embed.health == "healthy"
    assert all(embed.id not in gpu.containers for gpu in box.snapshot.gpus.values())
    reading = box.snapshot.throughput[embed.id]
    assert reading.busy
    assert 1.5 < (reading.tokens_per_second or 0) < 2.1
    assert (box.snapshot.samples[embed.id].cpu or 0) > 1000
    assert 55 < (box.snapshot.throughput[tabbyapi.id].tokens_per_second or 0) < 75


def test_the_same_seed_gives_the_same_stream(tmp_path: Path) -> None:
    """Two boxes with one seed and one clock tell the same changes; another seed gives other figures."""
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
    assert (last.exit_code, last.text) == (1, "network gone declared as external, but could not be found")
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
    """A test passes on the port that listens, fails on a closed one, without its program, and as a stranger."""
    box = Watching("foreign-user", tmp_path)
    tabbyapi, embed = box.container("infer/tabbyapi"), box.container("infer/embed")

    def code(container: Container, *argv: str, user: str = "") -> int:
        return list(box.host.do(Probe(container.id, argv, user)))[-1].exit_code

    assert code(embed, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7997") == 0
    assert code(embed, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9") == 1
    assert code(embed, "curl", "-f", "http://127.0.0.1:7997/health") == 127
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
    assert ended.wait(1.0)
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
    assert argv == ("docker", "compose", "-p", "core", "-f", "/x.yml", "up", "-d", "--force-recreate", "ingest")
