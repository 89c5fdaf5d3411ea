"""The line of the machine: what it leaves out where there is little room, and what it never
hides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.facts import changes
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.gpu import GpuSample
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.project import Project
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all
from nebtui.tui.header import header
from nebtui.tui.widgets.machine import machine

GIB = 1 << 30
CARD = GpuSample(0, "NVIDIA GeForce RTX 4090", 1.0, 87, 18 * GIB, 24 * GIB, 61, 312.5, processes=())
PROJECT = Project(
    ProjectKey("p", "/p", ("/p/c.yaml",)), services={"llm": Service("llm"), "tts": Service("tts")}
)


def box(*devices: GpuSample) -> Snapshot:
    """A box with these devices and two servers, one slow."""
    found = [
        Container(n, f"p-{n}-1", state="running", project="p", service=n) for n in ("llm", "tts")
    ]
    quick = ThroughputSample("llm", 1.0, 64.8, True)
    slow = ThroughputSample("tts", 1.0, 1.8, True, stream=1.8, usual=64.0, verdict="slow")
    seen = [changes.ContainerSeen(one) for one in found]
    numbered = tuple(replace(one, index=at) for at, one in enumerate(devices))
    return fold_all(
        Snapshot(),
        [
            changes.ProjectSeen(PROJECT),
            *seen,
            changes.Sampled(1.0, gpus=numbered, throughput=(quick, slow)),
        ],
    )


@pytest.mark.parametrize(
    ("count", "width", "gpus"),
    [
        (1, 120, "GPU 0 RTX 4090 ███████· 87 % 18.0/24.0 GiB  61 °C  312 W"),
        (2, 120, "GPU 0 ███████· 87 % 18.0/24.0 GiB"),
        (2, 79, "GPU 0 87 % 18.0/24.0 GiB"),
        (8, 199, "8 GPUs 87 % 144/192 GiB"),
    ],
)
def test_speeds_have_room_beside_any_number_of_devices(count: int, width: int, gpus: str) -> None:
    """The devices are told as widely as leaves room for speeds, the slow one first."""
    told = machine(box(*[CARD] * count), width, ascii=False).plain[:width]
    assert gpus in told
    assert "tts 1.8 tok/s" in told
    assert told.index("tts") > told.index("GPU")


def test_a_lost_device_is_a_word_and_a_missing_figure_a_dash() -> None:
    """No meter of zeros stands for a device that tells nothing."""
    lost = replace(CARD, utilization=None, processes=None, error="the device is lost", lost=True)
    told = machine(box(CARD, lost), 200, ascii=False).plain
    assert "GPU 1 lost" in told
    assert "lost or silent" in machine(box(*[CARD] * 7, lost), 100, ascii=False).plain
    bare = replace(CARD, utilization=None, memory_total=None, temperature=None, power=None)
    assert "– % 18.0/– GiB  –  –" in machine(box(bare), 200, ascii=False).plain
    assert "unified memory" in machine(box(replace(CARD, unified=True)), 200, ascii=False).plain
    assert "#######. 87 %" in machine(box(CARD), 200, ascii=True).plain
    assert machine(Snapshot(), 80, ascii=False).plain == ""


def test_what_was_killed_for_memory_is_counted_in_the_header() -> None:
    """A service that the kernel killed for memory is no calm word among others."""
    killed = Container(
        "llm",
        "p-llm-1",
        state="exited",
        project="p",
        service="llm",
        inspection=Inspection(exit_code=137, oom_killed=True),
    )
    seen = fold_all(Snapshot(), [changes.ProjectSeen(PROJECT), changes.ContainerSeen(killed)])
    assert "1 out of memory" in "".join(text for text, _ in header(seen, (), "", locked=False))
    assert "out of memory" not in "".join(text for text, _ in header(box(), (), "", locked=False))
