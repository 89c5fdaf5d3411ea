"""The ladder of evidence: each step yes, no or unknown with its reason, and what follows from all
of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nebtui.analysis.gpu.chain import broken, chain, injection_method
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.ladder import Ladder
from nebtui.facts import changes
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.gpu import GpuAccess, GpuProcess, GpuSample, GpuStack, MigInstance
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.link import Link
from nebtui.facts.observed import Container, Engine, Inspection
from nebtui.facts.project import Project
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all

KEY = ServiceKey(ProjectKey("p", "/p", ("/p/compose.yaml",)), "llm")
LLM = Container("c1", "p-llm-1", state="running", project="p", service="llm")
ENGINE = Engine(
    "box", "26.1", "1.45", "unix:///x", runtimes=("nvidia", "runc"), cgroup_driver="cgroupfs"
)
STACK = GpuStack(True, "NVIDIA", "550.54.15", "12.4")
CARD = GpuSample(0, "NVIDIA GeForce RTX 4090", 1.0, 50, processes=())
BUSY = ThroughputSample(
    "c1", 100.0, 1.8, True, running=2, model="m", stream=1.8, usual=64.6, verdict="slow"
)


def box(*more: changes.Change, gpu: bool = True, engine: Engine = ENGINE) -> Snapshot:
    """A box with one service on one card's machine."""
    service = Service("llm", image="x", gpu=gpu, gpus=(GpuRequest(count=-1),) if gpu else ())
    project = Project(KEY.project, services={"llm": service})
    first: list[changes.Change] = [changes.EngineSeen(engine), changes.ProjectSeen(project)]
    first += [changes.ContainerSeen(LLM), changes.GpuStackSeen(STACK)]
    return fold_all(Snapshot(), [*first, *more])


def sampled(card: GpuSample | None = CARD, work: ThroughputSample | None = BUSY) -> changes.Sampled:
    """One round of readings."""
    return changes.Sampled(1.0, gpus=(card,) if card else (), throughput=(work,) if work else ())


def on(card: GpuSample, **process: Any) -> GpuSample:
    """The card with the container's process on it."""
    return replace(
        card, processes=(GpuProcess(7, **{"memory": 18 << 30, "container": "c1", **process}),)
    )


def answers(found: Ladder) -> list[str]:
    return [step.answer for step in found.steps]


def test_all_rungs_hold() -> None:
    """On the device, at work and as fast as usual; what could not be looked at follows from the
    process."""
    work = replace(BUSY, verdict="", stream=64.0, tokens_per_second=64.0)
    found = ladder(box(sampled(on(CARD, sm=70), work)), KEY)
    assert answers(found) == ["yes"] * 6
    assert (found.verdict, found.sentence) == ("works", "computes on the GPU")


def test_a_fallback_with_its_evidence() -> None:
    """Declared, loaded, busy, on no device: the evidence names all of it."""
    reach = changes.GpuAccessSeen((GpuAccess("c1", (), False),))
    found = ladder(box(sampled(), reach), KEY)
    assert found.verdict == "fallback"
    assert answers(found) == ["yes", "no", "no", "no", "no", "no"]
    told = " · ".join(found.evidence)
    for text in (
        "asks for all",
        "model m is loaded",
        "2 requests running",
        "no PID of this container",
        "usually 64.6",
    ):
        assert text in told


@pytest.mark.parametrize(
    ("stack", "card", "engine", "why"),
    [
        (replace(STACK, blind="WSL2's driver does not list"), CARD, ENGINE, "WSL2"),
        (replace(STACK, problem="versions differ"), None, ENGINE, "versions differ"),
        (STACK, replace(CARD, processes=None), ENGINE, "does not list its processes"),
        (STACK, CARD, replace(ENGINE, local=False), "another machine"),
        (STACK, None, ENGINE, "no device was read"),
        (
            STACK,
            replace(CARD, processes=(GpuProcess(9, name="nvidia-cuda-mps-server"),)),
            ENGINE,
            "MPS",
        ),
        (STACK, replace(CARD, processes=(GpuProcess(9),)), ENGINE, "cannot be looked at"),
        (STACK, replace(CARD, mig=True), ENGINE, "MIG"),
        (
            STACK,
            replace(CARD, mig=True, instances=(MigInstance(0), MigInstance(1, listed=False))),
            ENGINE,
            "MIG",
        ),
    ],
    ids=["wsl", "no nvml", "no list", "remote", "no device", "mps", "hidden", "mig", "one hidden"],
)
def test_absence_proves_nothing_where_nobody_can_see(
    stack: GpuStack, card: GpuSample | None, engine: Engine, why: str
) -> None:
    """Where processes cannot be seen the step is unknown with the reason, and slowness is a
    suspicion only."""
    found = ladder(box(changes.GpuStackSeen(stack), sampled(card), engine=engine), KEY)
    assert found.answer("resident") == "unknown"
    assert why in found.step("resident").why
    assert found.verdict == "suspected"


def test_a_service_on_an_instance_and_one_on_none() -> None:
    """The instance of a divided card is named; where every instance lists its processes, being on
    none of them proves something."""
    divided = replace(
        CARD, mig=True, utilization=None, instances=(MigInstance(0, "1g.10gb"), MigInstance(1))
    )
    there = (GpuProcess(9, 900 << 20, None, "c1", "python3", instance=0),)
    found = ladder(box(sampled(replace(divided, processes=there))), KEY)
    assert found.step("resident").why == "PID 9 on GPU 0 instance 0 (1g.10gb), 900 MiB"
    assert found.verdict != "fallback"
    assert ladder(box(sampled(divided)), KEY).verdict == "fallback"


def test_idle_and_undeclared_services_are_not_accused() -> None:
    """Idle for long is no evidence; a moment after its last work it still counts; without a request
    there is none."""
    idle = replace(
        BUSY, busy=False, tokens_per_second=None, verdict="", last_rate=64.6, last_at=10.0
    )
    assert ladder(box(sampled(work=idle)), KEY).verdict == ""
    assert ladder(box(sampled(work=replace(idle, last_at=95.0))), KEY).verdict == "fallback"
    assert ladder(box(sampled(), gpu=False), KEY).verdict == ""
    assert ladder(box(sampled(work=None)), KEY).verdict == ""


def test_a_program_of_the_host_hides_nothing() -> None:
    """Another program on the card, such as a desktop, leaves the verdict as it is."""
    card = replace(CARD, processes=(GpuProcess(9, 1 << 20, name="Xorg"),))
    assert ladder(box(sampled(card)), KEY).verdict == "fallback"


def test_an_unloaded_model_is_no_accusation() -> None:
    """A server that worked a moment ago and has put its model away is on no device for good
    reason."""
    away = replace(
        BUSY,
        busy=False,
        verdict="",
        model="",
        loaded=False,
        tokens_per_second=None,
        last_rate=57.0,
        last_at=90.0,
    )
    found = ladder(box(sampled(CARD, away)), KEY)
    assert (found.loaded, found.busy, found.verdict) == ("", "", "")
    still = replace(away, model="m", loaded=True)
    assert ladder(box(sampled(CARD, still)), KEY).verdict == "fallback"


def test_a_replica_that_left_the_gpu_is_seen_beside_one_that_did_not() -> None:
    """Each container is judged for itself, and the one most in doubt is told by its name."""
    second = replace(LLM, id="c2", name="p-llm-2")
    away = replace(BUSY, container="c2")
    both = changes.Sampled(
        1.0, gpus=(on(CARD, sm=90),), throughput=(replace(BUSY, verdict=""), away)
    )
    found = ladder(box(changes.ContainerSeen(second), both), KEY)
    assert (found.verdict, found.of) == ("fallback", "p-llm-2")
    assert found.sentence == "p-llm-2 claims a GPU and computes on the CPU"
    assert found.evidence[0] == "container: p-llm-2"


def test_one_slow_window_is_not_called_fast() -> None:
    """Far below the usual speed, and not yet for long enough to be called slow: unknown."""
    found = ladder(box(sampled(on(CARD, sm=90), replace(BUSY, verdict="", stream=13.6))), KEY)
    assert (found.answer("fast"), found.verdict) == ("unknown", "works")
    assert "13.6" in found.step("fast").why


def test_a_lost_device_hides_nobody() -> None:
    """Nothing computes on a lost device, so its silence is no reason not to look at the others."""
    lost = replace(
        CARD, index=1, processes=None, utilization=None, error="the device is lost", lost=True
    )
    found = ladder(box(changes.Sampled(1.0, gpus=(CARD, lost), throughput=(BUSY,))), KEY)
    assert found.verdict == "fallback"
    silent = replace(lost, lost=False)
    blind = ladder(box(changes.Sampled(1.0, gpus=(CARD, silent), throughput=(BUSY,))), KEY)
    assert blind.answer("resident") == "unknown"


def test_an_open_context_is_no_model() -> None:
    """A process with next to nothing on the device proves neither."""
    found = ladder(box(sampled(on(CARD, memory=2 << 20))), KEY)
    assert found.answer("resident") == "unknown"


def test_slow_on_the_device_is_not_a_fallback() -> None:
    """Slow with its process at work there is slow, nothing else."""
    found = ladder(box(sampled(on(CARD, sm=99))), KEY)
    assert (found.answer("fast"), found.verdict) == ("no", "works")


def test_the_servers_own_word() -> None:
    """A server that says 0 % of its model lies in GPU memory is suspected where nobody can see."""
    work = replace(BUSY, verdict="", on_gpu=0.0)
    told = ladder(box(sampled(replace(CARD, processes=None), work)), KEY)
    assert told.verdict == "suspected"
    assert "none of the model is in GPU memory" in told.sentence


def test_the_servers_word_against_the_drivers() -> None:
    """A server that says its model lies in GPU memory, while the driver lists no process of it, is
    suspected; one whose driver hides its processes is not, and neither tells whether it works."""
    work = replace(BUSY, busy=None, verdict="", stream=None, tokens_per_second=None, on_gpu=1.0)
    told = ladder(box(sampled(CARD, work)), KEY)
    assert told.verdict == "suspected"
    assert "the driver lists no process of it" in told.sentence
    assert "model m is loaded, 100% of it in GPU memory as it says itself" in told.evidence
    assert ladder(box(sampled(replace(CARD, processes=None), work)), KEY).verdict == ""
    assert ladder(box(sampled(on(CARD), work)), KEY).verdict == ""


def test_the_engine_refused() -> None:
    """A container the engine could not give a GPU says it in the engine's words."""
    error = 'could not select device driver "" with capabilities: [[gpu]]'
    failed = replace(LLM, state="created", inspection=Inspection(error=error))
    found = ladder(box(changes.ContainerSeen(failed)), KEY)
    assert (found.answer("injected"), found.step("injected").why) == ("no", error)


def test_a_card_without_unified_memory_is_not_injected() -> None:
    """`NVIDIA_DRIVER_CAPABILITIES=utility` gives the card without /dev/nvidia-uvm: nvidia-smi works
    inside, and CUDA does not start."""
    cards = ("/dev/nvidia0",)
    for unified, answer in ((False, "no"), (True, "yes"), (None, "yes")):
        seen = changes.GpuAccessSeen((GpuAccess(LLM.id, cards, unified=unified),))
        step = ladder(box(seen), KEY).step("injected")
        assert (step.answer, "without /dev/nvidia-uvm" in step.why) == (answer, answer == "no")


def test_the_generation_moves_with_what_rules_read() -> None:
    """Coming onto a device, leaving it and beginning to work without one are state; figures are
    not."""
    snapshot = box(sampled(on(CARD)))
    assert (
        fold_all(snapshot, [sampled(replace(on(CARD), utilization=90))]).generation
        == snapshot.generation
    )
    assert fold_all(snapshot, [sampled()]).generation == snapshot.generation + 1
    assert (
        fold_all(snapshot, [sampled(replace(CARD, error="lost"))]).generation
        == snapshot.generation + 1
    )
    # What a server says of its model's place is read even where no device is seen.
    blind = box(sampled(None, replace(BUSY, on_gpu=1.0)))
    assert (
        fold_all(blind, [sampled(None, replace(BUSY, on_gpu=0.9))]).generation == blind.generation
    )
    assert (
        fold_all(blind, [sampled(None, replace(BUSY, on_gpu=0.0))]).generation
        == blind.generation + 1
    )


def test_the_chain() -> None:
    """Links in order, the deepest broken one named, ways into a container told apart."""
    lost = Link("nvidia_uvm", "broken", "not loaded", "load it")
    links = chain(replace(STACK, links=(lost,)), ENGINE)
    assert [link.name for link in links] == [
        "driver",
        "nvidia_uvm",
        "engine runtime",
        "cgroup driver",
    ]
    assert broken(links) is lost
    hung = chain(replace(STACK, problem="does not start", links=(lost,)), None)
    assert broken(hung) is lost
    assert chain(GpuStack(), ENGINE) == ()
    bare = replace(ENGINE, runtimes=("runc",))
    assert injection_method(STACK, bare) == ""
    assert (
        injection_method(STACK, replace(bare, cdi=("nvidia.com/gpu=all",)))
        == "CDI: nvidia.com/gpu=all"
    )
    assert (
        injection_method(replace(STACK, links=(Link("container toolkit", "ok", "hook"),)), bare)
        == "hook"
    )
    assert injection_method(None, replace(ENGINE, runtimes=None)) is None
    systemd = chain(STACK, replace(ENGINE, cgroup_driver="systemd"))
    assert "daemon-reload" in systemd[-1].message


def test_what_to_mend_first() -> None:
    """What lies below the driver first, then the driver, then the engine's part: it helps nobody
    before."""
    engine = Link("engine runtime", "broken", "no nvidia runtime", "install it")
    driver = Link("driver", "broken", "does not answer", "look at dmesg")
    uvm = Link("nvidia_uvm", "broken", "is not loaded", "modprobe")
    assert broken((driver, uvm, engine)) is uvm
    assert broken((driver, engine)) is driver
    assert broken((replace(driver, state="ok"), engine)) is engine
    assert broken((replace(driver, state="ok"),)) is None
