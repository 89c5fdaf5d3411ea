"""Fixes written to the simulated host's files work: the findings go, and the effect is seen."""

from __future__ import annotations

from pathlib import Path

from nebtui.action import Up
from nebtui.facts.changes import ProjectSeen
from nebtui.fixing import writing
from nebtui.fixing.batch import plan_all
from nebtui.rules.rule import Options
from tests.hosts.simulation.box import Watching


def test_a_cut_network_is_joined(tmp_path: Path) -> None:
    """Once both sides are on one network the conductor resolves the vector store and gets ready."""
    box = Watching("all", tmp_path)
    patch, entry = box.fix("isolated-networks", "gantry/conductor")
    assert box.verdict(patch, entry).state == "written"
    lines = box.up(patch)
    assert " Container core-chroma-1  Recreated" in lines
    assert not any("postgres-1  Recreated" in line for line in lines)
    box.wait(40)
    assert ("isolated-networks", "gantry/conductor") not in box.found()
    assert box.verdict(patch, entry).state == "seen"
    assert box.word("gantry/conductor") == "ready"
    assert set(box.container("core/chroma").networks) >= {"core_default", "nebulus"}


def test_a_race_ends_behind_a_gate(tmp_path: Path) -> None:
    """With a healthcheck and a gate, both tried in the box, ingest starts after chroma is healthy
    and never dies."""
    box = Watching("race", tmp_path)
    patch, entry = box.fix("ungated-dependency", "core/ingest")
    assert (
        patch.applicability == "safe"
    )  # its test passed in the container and failed against a closed port
    assert " Container core-ingest-1  Waiting" in box.up(patch)
    box.wait(4)
    assert box.word("core/ingest") == "waiting"
    box.wait(30)
    ingest = box.container("core/ingest")
    assert ingest.inspection is not None
    assert ingest.inspection.restart_count == 0
    assert box.container("core/chroma").health == "healthy"
    assert box.found() == set()
    assert box.verdict(patch, entry).state == "seen"


def test_a_foreign_user_becomes_the_owner(tmp_path: Path) -> None:
    """Run with the owner's ids, tabbyapi reads its models, loads them for 20 s, and uses the
    GPU."""
    box = Watching("foreign-user", tmp_path)
    assert box.snapshot.throughput[box.container("infer/tabbyapi").id].last_rate is None
    patch, entry = box.fix("foreign-user", "infer/tabbyapi")
    box.up(patch)
    box.wait(10)
    tabbyapi = box.container("infer/tabbyapi")
    assert box.snapshot.processes[tabbyapi.id].uid == 1001
    assert tabbyapi.health == "starting"
    box.wait(20)
    assert box.container("infer/tabbyapi").health == "healthy"
    assert box.found() == {("missing-host-gateway", "infer/litellm")}
    assert box.verdict(patch, entry).state == "seen"
    assert tabbyapi.id in box.snapshot.gpus[1].containers
    box.wait(8)
    assert (box.snapshot.throughput[tabbyapi.id].last_rate or 0) > 55


def test_a_host_gateway_leads_to_the_published_port(tmp_path: Path) -> None:
    """With the entry in extra_hosts litellm reaches what tabbyapi publishes on the host."""
    box = Watching("cpu-fallback", tmp_path)
    assert box.word("infer/litellm") == "degraded"
    patch, entry = box.fix("missing-host-gateway", "infer/litellm")
    box.up(patch)
    box.wait(20)
    assert box.found() == set()
    assert box.verdict(patch, entry).state == "seen"
    assert box.word("infer/litellm") == "ready"


def test_everything_can_be_fixed_in_one_go(tmp_path: Path) -> None:
    """All fixes of the whole box, written as one patch and brought up, leave no finding."""
    box = Watching("all", tmp_path)
    planned = plan_all(box.snapshot, box.findings(), Options(), box.host, unsafe=True)
    assert planned.left == ()
    assert planned.patch is not None
    entry = writing.write(planned.patch, box.host, box.journal, box.host.now)
    box.up(planned.patch)
    box.wait(90)
    assert box.found() == set()
    assert box.verdict(planned.patch, entry).state == "seen"


def test_the_files_on_disk_are_the_ones_edited(tmp_path: Path) -> None:
    """A fix changes the box's own compose file, a re-read tells it, and undo restores it byte for
    byte."""
    box = Watching("cpu-fallback", tmp_path)
    path = tmp_path / "box" / "infer" / "docker-compose.yml"
    before = path.read_bytes()
    _, entry = box.fix("missing-host-gateway", "infer/litellm")
    assert b"host.docker.internal:host-gateway" in path.read_bytes()
    box.seen.clear()
    box.wait(1)
    assert any(isinstance(change, ProjectSeen) for change in box.seen)
    writing.undo(entry, box.host, box.journal)
    assert path.read_bytes() == before


def test_a_hardened_sandbox_goes_on_without_a_network(tmp_path: Path) -> None:
    """x closes the sandbox: what the file takes away is taken from the container, no traffic is
    counted, and the fix is seen."""
    box = Watching("sandbox", tmp_path)
    path = tmp_path / "box" / "sandbox" / "docker-compose.yml"
    patch, entry = box.fix("open-sandbox", "sandbox/runner")
    assert patch.applicability == "unsafe"
    assert box.verdict(patch, entry).state == "written"
    assert "    network_mode: none\n    read_only: true\n" in path.read_text()
    lines = [p.text for p in box.host.do(Up(box.key("sandbox/runner").project))]
    assert lines[:2] == [
        " Container sandbox-runner-1  Recreated",
        " Container sandbox-broker-1  Running",
    ]
    box.wait(20)
    runner = box.container("sandbox/runner")
    assert (runner.state, runner.health, runner.networks) == ("running", "healthy", ("none",))
    assert box.snapshot.samples[runner.id].rx is None
    assert box.found() == set()
    assert box.verdict(patch, entry).state == "seen"


def test_a_gpu_gate_stops_what_would_compute_on_the_cpu(tmp_path: Path) -> None:
    """A one-shot service with the server's image and the GPU fails loud, and the server is not
    started."""
    box = Watching("cpu-fallback", tmp_path)
    path = tmp_path / "box" / "infer" / "docker-compose.yml"
    gate = (
        "  llama-gpu:\n    image: ghcr.io/ggml-org/llama.cpp:full-cuda13-b8012\n    deploy: *gpu\n"
        '    entrypoint: ["python3", "-c", "import torch; assert torch.cuda.is_available()"]\n\n'
        "  llama:\n    depends_on:\n      llama-gpu: {condition: service_completed_successfully}\n"
    )
    path.write_text(path.read_text().replace("  llama:\n", gate))
    list(box.host.do(Up(box.key("infer/llama").project, ("llama",), True)))
    box.wait(5)
    llama, job = box.container("infer/llama"), box.container("infer/llama-gpu")
    assert job.inspection is not None
    assert llama.inspection is not None
    assert (job.state, job.inspection.exit_code) == ("exited", 1)
    assert llama.state == "created"
    assert "didn't complete successfully" in llama.inspection.error
