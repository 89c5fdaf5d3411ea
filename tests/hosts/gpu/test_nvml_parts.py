"""Instances of divided cards, links, and Xid events, as NVML tells them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nebtui.hosts.gpu.kernel_log import errors
from tests.hosts.gpu.standin import Standin, divided, machine

Start = Callable[..., Standin]


def test_the_instances_of_a_divided_card(standin: Start) -> None:
    """Each instance has its profile, memory and processes; a number without an instance is left
    out; the card's own list may be closed."""
    text = divided(0, 3, "0.mig0.procs=4242:1048576:-\n0.mig2.procs=4243:2097152:-\n")
    closed = "0.err.nvmlDeviceGetUtilizationRates=3\n"
    row = standin(machine(1, text + closed)).round()["rows"][0]
    assert [(i["index"], i["profile"], i["uuid"]) for i in row["instances"]] == [
        (0, "1g.10gb", "MIG-00000000-0000"),
        (1, "1g.10gb", "MIG-00000000-0001"),
        (2, "1g.10gb", "MIG-00000000-0002"),
    ]
    first = row["instances"][0]
    assert (first["memory_used"], first["memory_total"]) == (1073741824, 10468982784)
    assert (first["gpu_instance"], first["listed"]) == (7, True)
    assert [(p["pid"], p["instance"], p["sm"]) for p in row["processes"]] == [
        (4242, 0, None),
        (4243, 2, None),
    ]


def test_an_instance_that_this_user_may_not_use(standin: Start) -> None:
    """It is a row without figures; the others keep theirs."""
    row = standin(machine(1, divided(0, 2, "0.mig1.err=4\n"))).round()["rows"][0]
    assert [(i["index"], i["listed"]) for i in row["instances"]] == [(0, True), (1, False)]
    assert row["error"] == ""


def test_profile_of_a_driver_whose_names_lack_it(standin: Start) -> None:
    """Slices and memory make the profile; a compute instance smaller than its GPU instance says
    so."""
    lines = "0.mig0.name=NVIDIA A100\n0.mig0.slices=3:1\n0.mig0.mem_total=20937965568\n"
    row = standin(machine(1, divided(0, 1, lines))).round()["rows"][0]
    assert row["instances"][0]["profile"] == "1c.3g.20gb"


def test_pcie_and_nvlink(standin: Start) -> None:
    """Generation and width now and at best; each NVLink; pairs with the way between them."""
    text = machine(3, "0.pcie_gen=1\n0.pcie_width=8\n0.nvlinks=1:0\n0.p2p_nvlink1=0\n0.p2p1=0\n")
    answer = standin(text).round()
    card, plain, _ = answer["rows"]
    best = {"best_generation": 4, "best_width": 16}
    assert card["pcie"] == {"generation": 1, "width": 8, **best}
    assert card["nvlinks"] == [True, False]
    assert plain["nvlinks"] == []
    peers = [(p["first"], p["second"], p["direct"], p["nvlink"]) for p in answer["stack"]["peers"]]
    assert peers == [(0, 1, True, True), (0, 2, False, False), (1, 2, False, False)]


def test_xid_events_are_kept_with_their_card(standin: Start) -> None:
    """An error is told once, with its card and instance, and stays when the card is lost."""
    box = standin(machine(2, divided(1, 1)))
    assert [row["xids"] for row in box.round()["rows"]] == [[], []]
    box.add("xids=1:0:79,2:1:31:7")
    box.add("0.err=15")
    lost, other = box.round()["rows"]
    assert [(x["number"], x["gpu_instance"]) for x in lost["xids"]] == [(79, None)]
    assert [(x["number"], x["gpu_instance"]) for x in other["xids"]] == [(31, 7)]
    assert lost["lost"]
    assert "Unable to determine the device handle" in lost["error"]
    assert [len(row["xids"]) for row in box.round()["rows"]] == [1, 1]


def test_a_card_that_fails_for_ever_keeps_its_newest_errors(standin: Start) -> None:
    """The list is bounded, and so are the errors taken in one round."""
    many = ",".join(f"{n}:0:{n}" for n in range(1, 61))
    box = standin(machine(1, f"xids={many}\n"))
    box.round()
    numbers = [x["number"] for x in box.round()["rows"][0]["xids"]]
    assert numbers == list(range(41, 61))


@pytest.mark.parametrize(
    "line",
    [
        "0.events=0",
        "0.err.nvmlDeviceGetSupportedEventTypes=3",
        "err.nvmlEventSetCreate=3",
        "err.nvmlEventSetWait_v2=13",
        "0.err.nvmlDeviceRegisterEvents=3",
    ],
)
def test_drivers_without_events_have_none(standin: Start, line: str) -> None:
    """No events, no error, all figures."""
    row = standin(machine(1, f"{line}\nxids=1:0:79\n")).round()["rows"][0]
    assert (row["xids"], row["error"], row["utilization"]) == ([], "", 87)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("err.init=18\n", "Driver/library version mismatch"),
        ("err.init=999\n", "Failed to initialize NVML: Unknown Error"),
        ("err.init=9\n", "couldn't communicate with the NVIDIA driver"),
        ("count=0\n", "No devices were found"),
    ],
)
def test_the_words_that_people_search_for(standin: Start, lines: str, words: str) -> None:
    """NVIDIA's own words stand beside ours."""
    assert words in standin(machine(1, lines)).round()["stack"]["problem"]


def test_a_lost_card_has_the_words_of_dmesg(standin: Start) -> None:
    """What the kernel log and nvidia-smi print for it is in its sentence."""
    error = standin(machine(1, "0.err=15\n")).round()["rows"][0]["error"]
    assert "GPU has fallen off the bus" in error
    assert "Unable to determine the device handle" in error


def test_errors_that_came_before_anybody_looked(standin: Start, tmp_path: Path) -> None:
    """Those of the kernel log are the card's, by its place on the bus; what a program wrote there,
    or another card's, is not."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "kmsg").write_bytes(
        b"6,1,100,-;usb 1-1: new device\n"
        b"3,2,1000000,-;NVRM: Xid (PCI:0000:02:00): 31, pid=7, name=python3, Ch 00000008\n"
        b"12,3,1000001,-;NVRM: Xid (PCI:0000:02:00): 48, a program made this up\n"
        b"3,4,2000000,-;NVRM: Xid (PCI:0000:99:00): 79, GPU has fallen off the bus.\n"
        b"3,5,3000000,-,caller=T1;NVRM: Xid (PCI:0000:02:00): 13, Graphics Exception\xff\n"
        b" SUBSYSTEM=pci\n"
    )
    box = standin(machine(2, "xids=1:1:43\n"), str(tmp_path))
    first, second = box.round()["rows"]
    assert first["xids"] == []
    assert [x["number"] for x in second["xids"]] == [31, 13, 43]
    times = [x["at"] for x in second["xids"]]
    assert times[1] - times[0] == pytest.approx(2.0)


def test_a_kernel_log_that_may_not_be_read(tmp_path: Path) -> None:
    """No log, a folder in its place: no errors."""
    assert list(errors(str(tmp_path / "none"), 0.0)) == []
    assert list(errors(str(tmp_path), 0.0)) == []
