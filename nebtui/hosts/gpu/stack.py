"""The NVIDIA chain on this machine, from files: module, library, uvm, package. `root` is replaced
in tests."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator

from nebtui.facts.gpu import GpuStack
from nebtui.facts.link import Link
from nebtui.hosts.gpu.nvml_errors import LIBRARY_NOT_FOUND, MISMATCH, UNKNOWN
from nebtui.hosts.gpu.source import read_line
from nebtui.hosts.kernel.cgroup import read

_VERSION = re.compile(r"\b(\d{3,}\.\d+(?:\.\d+)*)\b")
_PACKAGE = re.compile(
    r"(?:nvidia-driver-\d+[\w-]*|libnvidia-compute-\d+[\w-]*|nvidia-driver|nvidia-kernel-dkms)\Z"
)
_LIBRARIES = (
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "usr/lib/wsl/lib",
)
HOOKS = ("nvidia-container-runtime-hook", "nvidia-container-toolkit", "nvidia-container-runtime")
_FOLDERS = ("usr/bin", "usr/local/bin", "usr/sbin", "usr/local/nvidia/toolkit")
WITH_MODULE = (4, 17, MISMATCH, UNKNOWN)
"""NVML's refusals that come from a loaded kernel module."""
REBOOT = "reboot, or unload and load the nvidia modules"


def links(
    root: str, problem: str, remedy: str, driver: str | None = None, code: int | None = None
) -> tuple[Link, ...]:
    """The links of the chain in the order in which each needs the one before. `problem`: why NVML
    does not start, and `code` its number for that: most of them say that library and module are
    there."""
    return tuple(_links(root, problem, remedy, driver, code))


def _links(
    root: str, problem: str, remedy: str, driver: str | None, code: int | None
) -> Iterator[Link]:
    module, library = module_version(root), library_version(root)
    answers = driver is not None or code not in (None, LIBRARY_NOT_FOUND)
    hidden = driver is not None or code in WITH_MODULE
    if module:
        yield Link(
            "kernel module", "ok", f"nvidia {module} is loaded (/proc/driver/nvidia/version)"
        )
    elif wsl(root):
        yield Link("kernel module", "ok", "the driver is Windows' own (WSL2)")
    elif hidden:
        yield Link("kernel module", "unknown", "/proc/driver/nvidia/version is not visible here")
    else:
        yield Link(
            "kernel module", "broken", "nvidia is not loaded", "sudo modprobe nvidia, or reboot"
        )
    if module and library and module != library:
        text = (
            f"the library is {library}, the loaded module {module}: an upgrade waits for a reboot"
        )
        yield Link("driver library", "broken", text, REBOOT)
    elif problem and (module or hidden):
        yield Link("driver library", "broken", problem, remedy)
    elif answers or library:
        yield Link("driver library", "ok", f"libnvidia-ml {library or driver or 'answers'}")
    else:
        yield Link(
            "driver library",
            "broken",
            "libnvidia-ml.so.1 was not found",
            "install the driver's libraries",
        )
    if module:
        yield _uvm(root)
    yield from _package(root, module or driver)
    yield toolkit(root)


def toolkit(root: str = "/") -> Link:
    """NVIDIA's container toolkit: with its hook in the engine's path `--gpus` works without a
    registered runtime."""
    paths = (os.path.join(root, folder, hook) for hook in HOOKS for folder in _FOLDERS)
    found = next((path for path in paths if os.path.exists(path)), "")
    specs = [
        path
        for folder in ("etc/cdi", "var/run/cdi")
        for path in glob.glob(os.path.join(root, folder, "nvidia*"))
    ]
    if found or specs:
        return Link("container toolkit", "ok", f"{found or specs[0]} is here")
    return Link(
        "container toolkit", "broken", "nvidia-container-toolkit is not installed on this machine"
    )


def absent(root: str = "/") -> GpuStack:
    """What is said where there is no driver to ask."""
    return GpuStack(
        present=False, problem="no GPU driver is installed on this machine", links=(toolkit(root),)
    )


def module_version(root: str = "/") -> str | None:
    """The version of the loaded kernel module (`/proc/driver/nvidia/version`,
    `/sys/module/nvidia/version`)."""
    text = read_line(os.path.join(root, "proc/driver/nvidia/version"))
    text = text or read_line(os.path.join(root, "sys/module/nvidia/version"))
    match = _VERSION.search(text)
    return match[1] if match else None


def library_version(root: str = "/") -> str | None:
    """The version in the file name behind `libnvidia-ml.so.1`; None where no such file is found."""
    for folder in _LIBRARIES:
        path = os.path.join(root, folder, "libnvidia-ml.so.1")
        match = _VERSION.search(os.path.basename(os.path.realpath(path)))
        if match and os.path.exists(path):
            return match[1]
    return None


def wsl(root: str = "/") -> bool:
    """Whether this is WSL2, whose driver neither lists processes nor, in old versions, any use."""
    return "microsoft" in read_line(os.path.join(root, "proc/version")).lower()


def unattributable(root: str = "/") -> str:
    """Why processes on the devices cannot be told apart here."""
    return "WSL2's driver does not list the processes on a GPU" if wsl(root) else ""


def _uvm(root: str) -> Link:
    """`nvidia_uvm`: without it nvidia-smi works and every CUDA start fails (ollama issue 4242)."""
    loaded = any(
        line.startswith("nvidia_uvm ")
        for line in read(os.path.join(root, "proc/modules")).splitlines()
    )
    device = os.path.exists(os.path.join(root, "dev/nvidia-uvm"))
    if loaded and device:
        return Link("nvidia_uvm", "ok", "loaded, /dev/nvidia-uvm exists")
    missing = "is not loaded" if not loaded else "is loaded, /dev/nvidia-uvm is missing"
    return Link(
        "nvidia_uvm",
        "broken",
        f"nvidia_uvm {missing}: CUDA cannot start",
        "sudo nvidia-modprobe -u -c=0",
    )


def _package(root: str, running: str | None) -> Iterator[Link]:
    """The driver's Debian package: is it another version than the one that runs, is it held, will
    it drift?"""
    found = sorted(packages(root))
    if not found:
        return
    name, version, held = next((p for p in found if running and p[1] == running), found[0])
    if running and version != running:
        text = f"{name} {version} is installed, {running} runs: the upgrade is pending a reboot"
        yield Link("driver package", "broken", text, REBOOT)
    elif held:
        yield Link("driver package", "ok", f"{name} {version}, held")
    elif glob.glob(os.path.join(root, "etc/apt/apt.conf.d/*unattended-upgrades")):
        text = (
            f"{name} {version} is not held, and unattended upgrades are on: one night library "
            "and module will differ"
        )
        yield Link("driver package", "unknown", text, f"sudo apt-mark hold {name}")
    else:
        yield Link("driver package", "ok", f"{name} {version}, not held")


def packages(root: str) -> Iterator[tuple[str, str, bool]]:
    """Installed driver packages as (name, driver version, held) from `/var/lib/dpkg/status`."""
    for paragraph in read(os.path.join(root, "var/lib/dpkg/status")).split("\n\n"):
        if "nvidia" not in paragraph[:80]:
            continue
        fields = dict(
            line.split(": ", 1)
            for line in paragraph.splitlines()
            if ": " in line and line[0] != " "
        )
        version = _VERSION.search(fields.get("Version", ""))
        state = fields.get("Status", "").split()
        if _PACKAGE.match(fields.get("Package", "")) and version and state[2:] == ["installed"]:
            yield fields["Package"], version[1], state[0] == "hold"
