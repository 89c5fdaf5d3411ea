"""GPUs read from files: AMD and Intel cards, and NVIDIA's chain of module, library, uvm and
package."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nebtui.hosts.clock import MachineClock
from nebtui.hosts.gpu import stack
from nebtui.hosts.gpu.sysfs import SysfsSource

STATUS = """\
Package: bash
Status: install ok installed
Version: 5.2

Package: nvidia-driver-550
Status: {state} ok installed
Version: {version}-0ubuntu1
Description: NVIDIA driver
 more

Package: nvidia-driver-470
Status: deinstall ok config-files
Version: 470.1.1-0
"""


def write(root: Path, files: dict[str, str]) -> None:
    """Files of a made machine."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def amd(root: Path, card: str = "sys/class/drm/card1") -> None:
    """A card with amdgpu's files, and a process that uses it."""
    device = root / "sys/devices/pci0000:00/0000:03:00.0"
    write(
        device,
        {
            "vendor": "0x1002\n",
            "device": "0x744c\n",
            "product_name": "Radeon RX 7900 XTX\n",
            "gpu_busy_percent": "37\n",
            "mem_info_vram_used": "8589934592\n",
            "mem_info_vram_total": "25753026560\n",
            "unique_id": "abc123\n",
            "pp_dpm_sclk": "0: 500Mhz\n1: 2304Mhz *\n",
            "hwmon/hwmon4/temp1_input": "61000\n",
            "hwmon/hwmon4/power1_average": "212000000\n",
            "hwmon/hwmon4/power1_cap": "355000000\n",
        },
    )
    (root / card).mkdir(parents=True)
    (root / card / "device").symlink_to(device)
    (root / "sys/class/drm/card1-DP-1").mkdir(parents=True)


def user(root: Path, pid: int, nanoseconds: int) -> None:
    """A process with two descriptors of one client, as fdinfo shows them."""
    folder = root / "proc" / str(pid)
    (folder / "fd").mkdir(parents=True, exist_ok=True)
    for number in ("5", "6"):
        if not (folder / "fd" / number).is_symlink():
            (folder / "fd" / number).symlink_to("/dev/dri/renderD128")
        info = (
            f"pos:\t0\ndrm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\ndrm-client-id:\t9\n"
            f"drm-memory-vram:\t4096 KiB\ndrm-engine-gfx:\t{nanoseconds} "
            "ns\ndrm-engine-compute:\t0 ns\n"
        )
        write(folder, {f"fdinfo/{number}": info})


def test_an_amd_card(tmp_path: Path) -> None:
    """Figures in their units; a client that shows up under two descriptors counts once."""
    amd(tmp_path)
    user(tmp_path, 4242, 0)
    seconds = iter((100.0, 100.0, 100.0, 100.1, 100.1, 100.1))
    clock = MachineClock(steady=lambda: next(seconds, 100.1))
    source = SysfsSource(str(tmp_path), clock)
    (row,) = source.snapshot()
    assert (row.name, row.uuid, row.utilization) == ("Radeon RX 7900 XTX", "abc123", 37)
    assert (row.memory_used, row.memory_total, row.temperature) == (8589934592, 25753026560, 61)
    assert (row.power, row.power_limit, row.clock) == (212.0, 355.0, 2304)
    assert row.processes is not None
    assert [(p.pid, p.memory, p.sm) for p in row.processes] == [(4242, 4096 * 1024, None)]
    user(tmp_path, 4242, 50_000_000)
    (row,) = source.snapshot()
    assert row.processes
    assert row.processes[0].sm == pytest.approx(50, abs=1)
    assert (source.stack().present, source.stack().vendor) == (True, "AMD")


def test_a_card_without_figures_and_an_integrated_one(tmp_path: Path) -> None:
    """What a card lacks is None; an integrated Intel card and an NVIDIA one are not listed here."""
    for card, vendor, extra in (
        ("card0", "0x8086", ""),
        ("card1", "0x10de", ""),
        ("card2", "0x1002", "mem_info_vram_total"),
        ("card3", "0x8086", "../lmem_total_bytes"),
    ):
        write(tmp_path / "sys/class/drm" / card / "device", {"vendor": vendor, "device": "0x1"})
        if extra:
            write(tmp_path / "sys/class/drm" / card / "device", {extra: "1024"})
    rows = SysfsSource(str(tmp_path)).snapshot()
    assert [row.name for row in rows] == ["AMD 0x1", "Intel 0x1"]
    assert [(row.utilization, row.temperature, row.power, row.memory_used) for row in rows] == [
        (None,) * 4
    ] * 2
    assert [row.memory_total for row in rows] == [1024, 1024]


def test_an_intel_card_of_the_newer_driver(tmp_path: Path) -> None:
    """xe tells memory by tile, and its processes' work in cycles, which are no share and never a
    zero."""
    card = tmp_path / "sys/class/drm/card0/device"
    write(card, {"vendor": "0x8086", "device": "0xe20b"})
    for tile in ("tile0", "tile1"):
        write(card, {f"{tile}/physical_vram_size_bytes": "1024"})
    folder = tmp_path / "proc/77"
    (folder / "fd").mkdir(parents=True)
    (folder / "fd/5").symlink_to("/dev/dri/renderD128")
    told = f"drm-driver:\txe\ndrm-pdev:\t{card.name}\ndrm-client-id:\t1\ndrm-cycles-rcs:\t²\n"
    write(folder, {"fdinfo/5": told})
    source = SysfsSource(str(tmp_path))
    source.snapshot()
    (row,) = source.snapshot()
    assert (row.name, row.memory_total) == ("Intel 0xe20b", 2048)
    assert row.processes is not None
    assert [(p.pid, p.sm) for p in row.processes] == [(77, None)]


def test_a_card_that_is_unplugged_keeps_its_row(tmp_path: Path) -> None:
    """Its row says that it is gone, and the other keeps its number; back again, it is as before."""
    devices = []
    for number, address in enumerate(("0000:03:00.0", "0000:04:00.0")):
        device = tmp_path / "sys/devices" / address
        write(device, {"vendor": "0x1002", "device": "0x1", "gpu_busy_percent": str(10 + number)})
        (tmp_path / f"sys/class/drm/card{number}").mkdir(parents=True)
        (tmp_path / f"sys/class/drm/card{number}/device").symlink_to(device)
        devices.append(tmp_path / f"sys/class/drm/card{number}/device")
    source = SysfsSource(str(tmp_path))
    assert [(row.index, row.utilization) for row in source.snapshot()] == [(0, 10), (1, 11)]
    target = devices[0].readlink()
    devices[0].unlink()
    first, second = source.snapshot()
    assert (first.index, first.lost, first.silent, second.index, second.utilization) == (
        0,
        True,
        True,
        1,
        11,
    )
    assert "is gone" in first.error
    devices[0].symlink_to(target)
    assert [(row.index, row.utilization, row.lost) for row in source.snapshot()] == [
        (0, 10, False),
        (1, 11, False),
    ]


def test_no_card(tmp_path: Path) -> None:
    """Nothing is nothing."""
    assert SysfsSource(str(tmp_path)).snapshot() == ()
    assert not SysfsSource(str(tmp_path)).stack().present


def nvidia(
    root: Path, library: str = "550.54.15", module: str = "550.54.15", uvm: bool = True
) -> None:
    """A machine with NVIDIA's files."""
    told = (
        f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {module}  Tue Mar  5 22:23:56 UTC 2024\n"
    )
    write(
        root,
        {
            "proc/driver/nvidia/version": told,
            "proc/modules": "nvidia_uvm 1 0\nnvidia 2 1\n" if uvm else "",
        },
    )
    folder = root / "usr/lib/x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / f"libnvidia-ml.so.{library}").touch()
    os.symlink(f"libnvidia-ml.so.{library}", folder / "libnvidia-ml.so.1")
    if uvm:
        write(root, {"dev/nvidia-uvm": ""})


def states(root: Path, problem: str = "", driver: str | None = None) -> dict[str, tuple[str, str]]:
    """The links by name."""
    return {
        link.name: (link.state, link.message)
        for link in stack.links(str(root), problem, "do", driver)
    }


def test_a_chain_that_holds(tmp_path: Path) -> None:
    """Everything fits: no broken link, the toolkit named."""
    nvidia(tmp_path)
    write(tmp_path, {"usr/bin/nvidia-container-runtime-hook": ""})
    write(tmp_path, {"var/lib/dpkg/status": STATUS.format(state="hold", version="550.54.15")})
    found = states(tmp_path, driver="550.54.15")
    assert {state for state, _ in found.values()} == {"ok"}
    assert "held" in found["driver package"][1]
    assert "550.54.15" in found["kernel module"][1]


def test_an_upgrade_waits_for_a_reboot(tmp_path: Path) -> None:
    """The library is newer than the loaded module, and so is the package: both links say so."""
    nvidia(tmp_path, library="555.42.02")
    write(tmp_path, {"var/lib/dpkg/status": STATUS.format(state="install", version="555.42.02")})
    found = states(tmp_path, "different versions")
    assert found["driver library"] == (
        "broken",
        "the library is 555.42.02, the loaded module 550.54.15: an upgrade waits for a reboot",
    )
    assert found["driver package"][0] == "broken"
    assert "pending a reboot" in found["driver package"][1]


def test_a_package_that_will_drift(tmp_path: Path) -> None:
    """Not held with unattended upgrades on is told before it happens."""
    nvidia(tmp_path)
    write(tmp_path, {"etc/apt/apt.conf.d/50unattended-upgrades": "x"})
    write(tmp_path, {"var/lib/dpkg/status": STATUS.format(state="install", version="550.54.15")})
    state, message = states(tmp_path, driver="550.54.15")["driver package"]
    assert state == "unknown"
    assert "not held" in message


def test_broken_links(tmp_path: Path) -> None:
    """No module, no uvm, no toolkit: each is the link that is named."""
    assert states(tmp_path)["kernel module"][0] == "broken"
    nvidia(tmp_path, uvm=False)
    found = states(tmp_path, driver="550.54.15")
    assert found["nvidia_uvm"][0] == "broken"
    assert found["container toolkit"][0] == "broken"
    assert found["kernel module"][0] == "ok"


def test_wsl(tmp_path: Path) -> None:
    """WSL2's driver is Windows' own and hides processes."""
    write(tmp_path, {"proc/version": "Linux version 5.15-microsoft-standard-WSL2"})
    assert states(tmp_path, driver="551.61")["kernel module"][0] == "ok"
    assert "WSL2" in stack.unattributable(str(tmp_path))


@pytest.mark.parametrize("code", [4, 17, 18, 999])
def test_a_refusal_of_the_module_says_that_it_is_loaded(tmp_path: Path, code: int) -> None:
    """Where /proc/driver is hidden, NVML's own answer tells which parts are there."""
    told = {
        link.name: link.state
        for link in stack.links(str(tmp_path), "it refuses", "do this", code=code)
    }
    assert (told["kernel module"], told["driver library"]) == ("unknown", "broken")


def test_a_library_that_answers_was_found(tmp_path: Path) -> None:
    """Without a module the library still answers; only code 12 says that there is none."""
    loose = {
        link.name: link for link in stack.links(str(tmp_path), "not loaded", "modprobe", code=9)
    }
    assert (loose["kernel module"].state, loose["driver library"].state) == ("broken", "ok")
    absent = {
        link.name: link for link in stack.links(str(tmp_path), "no library", "install", code=12)
    }
    assert absent["driver library"].state == "broken"
    assert "was not found" in absent["driver library"].message
