"""The seam to GPU drivers: one small protocol, and what all sources share."""

from __future__ import annotations

import os
from typing import Protocol

from nebtui.facts.gpu import GpuSample, GpuStack

NVML_LIBRARY = "libnvidia-ml.so.1"
_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")


class GpuSource(Protocol):
    """A driver that is asked by one thread only. Nothing raises: what is wrong stands in the
    facts."""

    @property
    def asking(self) -> int | None:
        """Index of the device that is being asked right now; read by another thread when no answer
        comes."""
        ...

    def snapshot(self) -> tuple[GpuSample, ...]:
        """One round: every device with its processes, containers not yet named; () while the driver
        does not work."""
        ...

    def stack(self) -> GpuStack:
        """The software below, as the last round found it."""
        ...

    def close(self) -> None:
        """Give the driver back."""
        ...


def nvml_library() -> bool:
    """Whether the NVIDIA library can be loaded; tried without the binding, whose import takes 0.1
    s, and without ctypes where nobody knows of such a file."""
    if not _is_named(NVML_LIBRARY):
        return False
    import ctypes

    try:
        ctypes.CDLL(NVML_LIBRARY)
    except OSError:
        return False
    return True


def _is_named(library: str) -> bool:
    """Whether the dynamic linker would find a library of this name (ld.so(8)): in its cache, in a
    folder of its own, or in one that the environment names."""
    try:
        with open("/etc/ld.so.cache", "rb") as cache:
            if library.encode() in cache.read():
                return True
    except OSError:
        pass  # there is none: Alpine
    named = os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":")
    return any(os.path.exists(os.path.join(folder, library)) for folder in (*named, *_FOLDERS))


def nvidia_here(root: str = "/") -> bool:
    """Whether anything of an NVIDIA driver is here: the library, or the kernel module's own
    folder."""
    return nvml_library() or os.path.isdir(os.path.join(root, "proc/driver/nvidia"))


def read_line(path: str) -> str:
    """The first line of a small kernel file, "" where it cannot be read (amdgpu gives EIO for what
    a card lacks)."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return ""


def read_number(path: str) -> int | None:
    """The figure in a small kernel file, decimal or with `0x`; None where there is none."""
    try:
        return int(read_line(path), 0)
    except ValueError:
        return None
