"""From a host PID to the container it runs in, and what a running container has of a GPU."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import field

from nebtui.facts.gpu import GpuAccess
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.gpu.source import read_line
from nebtui.hosts.kernel.cgroup import read
from nebtui.light_dataclass import dataclass

_IDENTITY = re.compile(r"[0-9a-f]{64}")
TOP_EVERY = 5.0
"""Seconds between questions to the engine about processes whose cgroup says nothing."""
MAPPED = ("libcuda.so", "libamdhip64.so", "libze_intel_gpu.so")
_DEVICE = re.compile(r"nvidia\d+\Z|kfd\Z")
_NVIDIA = re.compile(r"nvidia\d+\Z")

Top = Callable[[str], Iterable[int]]
"""Host PIDs of a container by the engine's word (`GET /containers/ID/top`)."""


@dataclass(slots=True)
class Containers:
    """Names the containers of processes. A pid with its start time is looked up once."""

    identities: Callable[[], frozenset[str]]
    """All containers the engine knows."""
    candidates: Callable[[], tuple[str, ...]]
    """Those that asked for a GPU and run: only they are asked about with `top`."""
    top: Top
    proc: str = "/proc"
    clock: MachineClock = MACHINE
    _known: dict[tuple[int, str], str | None] = field(default_factory=dict)
    _topped: dict[int, str] = field(default_factory=dict)
    _topped_at: float = float("-inf")

    def of(self, pid: int) -> str | None:
        """The id of the container of a host process; None if it is none that the engine knows."""
        key = (pid, started(pid, self.proc))
        known = self._known.get(key)
        if known is not None and known in self.identities():
            return known
        found = self._by_cgroup(pid) or self._by_top(pid)
        if len(self._known) > 4096:
            self._known.clear()
        self._known[key] = found
        return found

    def _by_cgroup(self, pid: int) -> str | None:
        """The last id on any line of `/proc/PID/cgroup`: `/docker/ID`, `docker-ID.scope`, rootless
        or nested."""
        identities = self.identities()
        result = [
            word
            for word in _IDENTITY.findall(read(f"{self.proc}/{pid}/cgroup"))
            if word in identities
        ]
        return result[-1] if result else None

    def _by_top(self, pid: int) -> str | None:
        """By the engine's word, where the cgroup path is cut off (nebtui in a cgroup namespace of
        its own)."""
        if _IDENTITY.search(read(f"{self.proc}/{pid}/cgroup")):
            return None  # a container, of another engine
        now = self.clock.steady()
        if now - self._topped_at >= TOP_EVERY:
            self._topped_at = now
            self._topped = {
                one: identity for identity in self.candidates() for one in self.top(identity)
            }
        return self._topped.get(pid)


def started(pid: int, proc: str = "/proc") -> str:
    """The start time of a process in clock ticks (`/proc/PID/stat`, field 22), so that a reused pid
    is another."""
    _, _, rest = read_line(f"{proc}/{pid}/stat").rpartition(") ")
    words = rest.split()
    return words[19] if len(words) > 19 else ""


def name(pid: int, proc: str = "/proc") -> str:
    """The name of a process (`/proc/PID/comm`), "" if it is gone."""
    return read_line(f"{proc}/{pid}/comm")


def reach(container: str, pid: int, pids: Iterable[int], proc: str = "/proc") -> GpuAccess:
    """What a container has of a GPU: device files below `/proc/PID/root` of its main process,
    libcuda in `/proc/PID/maps` of any of its `pids`. Root, or the same user, may look."""
    root = f"{proc}/{pid}/root"
    try:
        listed = os.listdir(f"{root}/dev")
    except OSError:
        return GpuAccess(
            container, why="only root, or the user it runs as, may look into the container"
        )
    devices = [f"/dev/{entry}" for entry in sorted(listed) if _DEVICE.match(entry)]
    if "dri" in listed:
        devices += [
            f"/dev/dri/{entry}"
            for entry in sorted(_listdir(f"{root}/dev/dri"))
            if entry.startswith("render")
        ]
    if "dxg" in listed:
        devices.append("/dev/dxg")
    texts = [read(f"{proc}/{one}/maps") for one in dict.fromkeys((pid, *pids))]
    readable = any(texts)
    loaded = any(word in text for text in texts for word in MAPPED) if readable else None
    why = "" if readable else "its memory maps may not be read"
    cards = any(_NVIDIA.match(entry) for entry in listed)
    unified = "nvidia-uvm" in listed if cards else None
    return GpuAccess(container, tuple(devices), loaded, why, unified)


def _listdir(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
