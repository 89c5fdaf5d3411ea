"""What nebtui makes of NVML's answers: figures, missing figures, lost devices, a library that does
not start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.gpu.standin import Standin, machine

Start = Callable[..., Standin]


def test_a_card_in_full(standin: Start) -> None:
    """Every figure arrives in its unit; the driver and the pair of cards are described."""
    answer = standin(machine(2, "0.procs=4242:1048576000:55\n")).round()
    card = answer["rows"][0]
    expected = {
        "name": "NVIDIA GeForce RTX 4090",
        "uuid": "GPU-00000000-0000-0000-0000-000000000000",
        "utilization": 87,
        "memory_used": 19660800000,
        "memory_total": 25757220864,
        "temperature": 61,
        "power": 312.5,
        "power_limit": 450.0,
        "clock": 2520,
        "pstate": 2,
        "fan": 41,
        "mig": False,
        "ecc_errors": None,
        "capability": "8.9",
        "error": "",
        "slowdowns": [],
        "unified": False,
    }
    assert {key: card[key] for key in expected} == expected
    assert card["processes"] == [
        {
            "pid": 4242,
            "memory": 1048576000,
            "sm": 55,
            "container": None,
            "name": "",
            "instance": None,
        }
    ]
    stack = answer["stack"]
    assert (stack["driver"], stack["cuda"], stack["problem"]) == ("550.54.15", "12.4", "")
    assert stack["peers"] == [
        {"first": 0, "second": 1, "direct": False, "between": "PHB", "nvlink": False}
    ]


def test_what_a_device_does_not_give_is_none(standin: Start) -> None:
    """A device that supports nothing has a row of None, no error and no zero."""
    row = standin("count=1\ndriver=1\n0.name=Bare\n").round()["rows"][0]
    given = {key for key, value in row.items() if value not in (None, "", [], False)}
    # It has no memory figure at all: the machine's memory is its own.
    assert given == {"name", "at", "unified"}
    assert row["processes"] == []


def test_old_drivers_without_new_calls(standin: Start) -> None:
    """Where a newer call is missing the older one answers; where none does the figure is
    missing."""
    old = machine(
        1,
        "err.nvmlDeviceGetMemoryInfo_v2=13\nerr.nvmlDeviceGetTemperatureV=13\n"
        "err.nvmlDeviceGetCurrentClocksEventReasons=13\n0.reasons=0x48\n"
        "err.nvmlDeviceGetProcessUtilization=13\n"
        "0.procs=7:1000:9\n",
    )
    row = standin(old).round()["rows"][0]
    assert (row["memory_used"], row["temperature"]) == (19660800000, 61)
    assert row["slowdowns"] == ["hardware slowdown", "too hot (hardware)"]
    assert row["processes"][0]["sm"] is None


@pytest.mark.parametrize("mask", ["0x1", "0x4", "0x2", "0x10", "0x0"])
def test_normal_reasons_are_no_alarm(standin: Start, mask: str) -> None:
    """Idle, the power limit under load and clock settings are not told as slow-downs."""
    assert standin(machine(1, f"0.reasons={mask}\n")).round()["rows"][0]["slowdowns"] == []


@pytest.mark.parametrize(
    ("lines", "memory"),
    [("0.mem_total=0\n", None), ("0.err.nvmlDeviceGetMemoryInfo_v2=3\n", None)],
    ids=["total 0", "not supported"],
)
def test_unified_memory(standin: Start, lines: str, memory: int | None) -> None:
    """A device without memory of its own says so instead of showing 0 of 0."""
    row = standin(machine(1, lines)).round()["rows"][0]
    assert (row["memory_used"], row["memory_total"], row["unified"]) == (memory, None, True)


@pytest.mark.parametrize(
    ("code", "words"),
    [(15, "fell off the bus"), (16, "nvidia-smi --gpu-reset -i 0"), (999, "unknown error")],
)
def test_a_lost_device_is_a_row_and_the_others_go_on(standin: Start, code: int, words: str) -> None:
    """One card fails in every call: its row says why, the next one keeps its figures, and it
    recovers by itself."""
    box = standin(machine(2))
    assert [row["error"] for row in box.round()["rows"]] == ["", ""]
    before = box.text
    box.add(f"0.err={code}")
    lost, well = box.round()["rows"]
    assert words in lost["error"]
    assert lost["utilization"] is None
    assert lost["name"] == "NVIDIA GeForce RTX 4090"
    assert (well["utilization"], well["error"]) == (87, "")
    box.write(before)
    assert [row["utilization"] for row in box.round()["rows"]] == [87, 87]


def test_one_failing_figure_leaves_the_others(standin: Start) -> None:
    """An unknown error in one call is told, and what the other calls gave stays."""
    row = standin(machine(1, "0.err.nvmlDeviceGetUtilizationRates=999\n")).round()["rows"][0]
    assert "unknown error" in row["error"]
    assert (row["utilization"], row["temperature"]) == (None, 61)


def test_shares_of_processes(standin: Start) -> None:
    """Nobody working is 0; a hidden memory figure makes a missing share unknown; nonsense pids are
    dropped."""
    box = standin(machine(1, "0.procs=11:1000:-,12:2000:-\n"))
    assert [p["sm"] for p in box.round()["rows"][0]["processes"]] == [0, 0]
    box.add("0.procs=11:1000:30,12:2000:-")
    assert [p["sm"] for p in box.round()["rows"][0]["processes"]] == [30, 0]
    box.add("0.procs=11:-:-,12:2000:40")
    assert [(p["memory"], p["sm"]) for p in box.round()["rows"][0]["processes"]] == [
        (None, None),
        (2000, 40),
    ]
    box.add("0.procs=4294967295:1:1,5:1:101")
    assert [(p["pid"], p["sm"]) for p in box.round()["rows"][0]["processes"]] == [(5, 0)]
    box.add("err.nvmlDeviceGetComputeRunningProcesses_v3=3")
    assert box.round()["rows"][0]["processes"] is None


@pytest.mark.parametrize(
    ("code", "problem", "remedy"),
    [
        (9, "kernel module is not loaded", "modprobe nvidia"),
        (18, "different versions", "reboot"),
        (999, "unknown error", "dmesg"),
        (17, "operating system blocks", "revoked"),
        (4, "may not use", "group"),
        (77, "NVML error 77", "nvidia-smi"),
    ],
)
def test_a_library_that_does_not_start(
    standin: Start, code: int, problem: str, remedy: str
) -> None:
    """No rows, no exception: a sentence with a remedy."""
    answer = standin(machine(1, f"err.init={code}\n")).round()
    assert answer["rows"] == []
    assert problem in answer["stack"]["problem"]
    assert remedy in answer["stack"]["remedy"]


def test_a_library_recovers(standin: Start) -> None:
    """After a failed start it is tried again, not in every round; then the devices are there."""
    box = standin(machine(1, "err.init=18\n"))
    assert box.round()["rows"] == []
    box.write(machine(1))
    assert box.round()["rows"] == []  # still pausing
    assert box.round(after=60)["rows"][0]["utilization"] == 87
    assert box.round()["stack"]["problem"] == ""


def test_an_uninitialized_library_is_started_again(standin: Start) -> None:
    """A library that forgot that it was started is started anew."""
    box = standin(machine(1))
    box.round()
    box.add("0.err=1")
    box.round()
    box.write(machine(1))
    assert box.round()["rows"][0]["utilization"] == 87


def test_mig_ecc_and_rows(standin: Start) -> None:
    """MIG has no utilisation; memory errors and rows that cannot be remapped are told."""
    text = machine(
        1,
        "0.mig=1\n0.err.nvmlDeviceGetUtilizationRates=3\n0.ecc=1\n0.ecc_errors=2\n0.rows=0:1:0:1\n",
    )
    row = standin(text).round()["rows"][0]
    assert (row["mig"], row["utilization"], row["error"], row["ecc_errors"]) == (True, None, "", 2)
    assert "could not be remapped" in row["remapped"]


def test_no_device(standin: Start) -> None:
    """A driver without a card says that."""
    answer = standin("count=0\ndriver=550.54.15\n").round()
    assert answer["rows"] == []
    assert "finds no device" in answer["stack"]["problem"]


def test_a_slow_answer_is_told(standin: Start) -> None:
    """A device whose calls take longer than a second says so."""
    row = standin(machine(1, "sleep.nvmlDeviceGetUtilizationRates=1100\n")).round()["rows"][0]
    assert "took 1." in row["error"]
    assert row["utilization"] == 87
