"""How devices are connected, and what their errors mean, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.gpu import xids
from nebtui.analysis.gpu.connections import narrow, nvlinks, pairs, pcie
from nebtui.analysis.gpu.words import details, grouped, instance, troubles
from nebtui.facts import changes
from nebtui.facts.gpu import (
    GpuPeer,
    GpuProcess,
    GpuSample,
    GpuStack,
    MigInstance,
    PcieLink,
    XidEvent,
)
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all

CARD = GpuSample(0, "H100", 1000.0, 80, pstate=0, pcie=PcieLink(5, 16, 5, 16), processes=())


@pytest.mark.parametrize(
    ("link", "utilization", "pstate", "warned"),
    [
        (PcieLink(1, 16, 4, 16), 90, 2, True),
        (PcieLink(4, 1, 4, 16), 90, None, True),
        (PcieLink(1, 16, 4, 16), 5, 8, False),
        (PcieLink(1, 16, 4, 16), None, 2, False),
        (PcieLink(1, 16, 4, 16), 90, 8, False),
        (PcieLink(4, 8, 4, 16), 90, 2, False),
        (PcieLink(1, 1, 1, 1), 90, 2, False),
        (PcieLink(None, None, 4, 16), 90, 2, False),
        (None, 90, 2, False),
    ],
)
def test_a_narrow_link_is_told_under_load_only(
    link: PcieLink | None, utilization: int | None, pstate: int | None, warned: bool
) -> None:
    """One lane or the first generation while it works; an idle card lowers its link itself, and one
    lane is right where no more are possible."""
    card = replace(CARD, pcie=link, utilization=utilization, pstate=pstate)
    assert bool(narrow(card)) is warned
    assert (narrow(card) in troubles(card)) is warned


def test_links_in_words() -> None:
    """The best is named where it is more; a device that does not tell has no word."""
    assert pcie(CARD) == "PCIe 5.0 x16"
    assert pcie(replace(CARD, pcie=PcieLink(1, 8, 4, 16))) == "PCIe 1.0 x8 of 4.0 x16"
    assert pcie(replace(CARD, pcie=PcieLink(1, 8, 4, 16), utilization=0)) == "PCIe x8 of x16"
    assert pcie(replace(CARD, pcie=PcieLink(None, 8))) == ""
    assert nvlinks(replace(CARD, nvlinks=(True, True, False))) == "NVLink 2/3 up"
    assert nvlinks(CARD) == ""
    assert "MIG, 1 instance" in details(replace(CARD, mig=True, instances=(MigInstance(0),)))


def test_one_pair_is_a_sentence_and_more_are_a_matrix() -> None:
    """The matrix has a row and a column a device, and explains only what stands in it."""
    first = GpuPeer(0, 1, True, "PHB", nvlink=True)
    assert list(pairs(GpuStack(peers=(GpuPeer(0, 1, False, "PHB"),)))) == [
        "GPU 0–1: one host bridge, no direct access"
    ]
    assert list(pairs(GpuStack(peers=(GpuPeer(0, 1, None),)))) == []
    three = GpuStack(peers=(first, GpuPeer(0, 2, False, "SYS"), GpuPeer(1, 2, None)))
    assert list(pairs(three)) == [
        "pairs    GPU 0   GPU 1   GPU 2",
        "GPU 0        ·    NV ✓   SYS ✗",
        "GPU 1     NV ✓       ·       ?",
        "GPU 2    SYS ✗       ?       ·",
        "  ✓ direct access to each other's memory (P2P), ✗ none, NV NVLink, SYS two CPU sockets",
    ]
    assert list(pairs(GpuStack())) == []


def test_eight_cards_fit_a_narrow_terminal() -> None:
    """Ten lines of at most 80 cells for 28 pairs."""
    peers = tuple(GpuPeer(a, b, True, "NODE") for a in range(8) for b in range(a + 1, 8))
    told = list(pairs(GpuStack(peers=peers)))
    assert len(told) == 10
    assert max(map(len, told)) <= 80


def test_instances_in_words() -> None:
    """An instance with its figures; processes stand below the instance each runs on."""
    cut = MigInstance(1, "1g.10gb", "MIG-a", 1 << 30, 10 << 30)
    assert instance(cut) == "MIG 1  1g.10gb  1.0/10.0 GiB  MIG-a"
    assert "/dev/nvidia-caps" in instance(MigInstance(2, listed=False))
    inside, outside = GpuProcess(7, 5, instance=1), GpuProcess(8, 9)
    card = replace(CARD, instances=(MigInstance(0), cut), processes=(inside, outside))
    assert grouped(card) == ((None, (outside,)), (MigInstance(0), ()), (cut, (inside,)))


def test_errors_in_words() -> None:
    """Number, the catalogue's name and what follows; repeated ones once; old ones counted."""
    card = replace(
        CARD,
        instances=(MigInstance(3, gpu_instance=9),),
        xids=(
            *(XidEvent(900.0, 31) for _ in range(3)),
            XidEvent(950.0, 94, gpu_instance=9),
            XidEvent(960.0, 9999),
        ),
    )
    first, second, third = xids.sentences(card, 5)
    assert "Xid 31 (GPU memory page fault): a program" in first
    assert first.endswith("(×3)")
    assert "Xid 94 on instance 3 (Contained ECC error)" in second
    assert third.endswith("Xid 9999: look at dmesg for NVRM: Xid")
    assert next(iter(xids.sentences(card, 1))) == "4 earlier errors"
    assert [xids.severe(event) for event in card.xids[2:]] == [False, True, True]


@pytest.mark.parametrize("number", [13, 31, 43, 45, 48, 61, 62, 63, 64, 74, 79, 92, 94, 95, 119])
def test_common_errors_have_a_meaning(number: int) -> None:
    """The numbers that operators meet are in the table."""
    assert xids.MEANINGS[number].name
    assert xids.MEANINGS[number].follows


def test_news_are_of_the_last_hour() -> None:
    """The newest error of each device, as long as it is news."""
    event = XidEvent(900.0, 79)
    rows = (replace(CARD, xids=(event,)), replace(CARD, index=1))
    seen = fold_all(Snapshot(), [changes.Sampled(1000.0, gpus=rows)])
    assert [(one.index, found) for one, found in xids.news(seen)] == [(0, event)]
    later = tuple(replace(row, at=9000.0) for row in rows)
    assert xids.news(fold_all(Snapshot(), [changes.Sampled(9000.0, gpus=later)])) == ()
