"""What a command would say inside a simulated container: healthchecks, probes and trials with
another user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from nebtui.analysis.ownership import Identity, denied, ids
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import HostPath
from nebtui.hosts.simulation.container import SimContainer
from nebtui.hosts.simulation.probe_words import refused
from nebtui.knowledge import probe_programs

ASKED_FOR = frozenset({"bash", "curl", "wget", "python3", "nc"})
"""The programs that `Image.programs` speaks about; all others are taken to be there."""
NOT_FOUND = 127
_PORT = re.compile(r"(?:(?<=[:/])|(?<=127\.0\.0\.1 )|(?<=127\.0\.0\.1', ))(\d{1,5})(?![\w.:-])")


def run(
    unit: SimContainer, argv: tuple[str, ...], user: str, paths: Mapping[str, HostPath]
) -> tuple[int, str]:
    """Exit code and last line of a command in a running container."""
    if unit.state != "running":
        return 1, f"container {unit.id[:12]} is not running"
    programs, ports = understood(argv)
    has = unit.image.programs
    for program in programs:
        if program in ASKED_FOR and has is not None and program not in has:
            return NOT_FOUND, f'exec: "{program}": executable file not found in $PATH'
    if reason := _cannot_use(unit, argv, user, paths):
        return 1, reason
    words = " ".join(argv)
    if not unit.cuda and "cuda" in words:  # nvidia-smi needs the driver only, and passes
        return 1, "CUDA initialization: the provided PTX was compiled with an unsupported toolchain"
    if any(word in words for word in ("ls ", "rm ", "head ")):
        return 0, ""
    open_ports = unit.ports
    closed = [port for port in ports if port not in open_ports]
    if unit.serving and not closed:
        return 0, ""
    # A program of the image's own speaks of what its service lacks; others of what they asked.
    own = (1, unit.trouble or "not ready")
    return refused(argv, closed[0] if closed else 0) or own


@cache
def understood(argv: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The programs that a command needs and the ports it names."""
    form = (
        ("CMD-SHELL", argv[2])
        if argv[:2] == ("/bin/sh", "-c") and len(argv) > 2
        else ("CMD", *argv)
    )
    ports = tuple(int(found) for found in _PORT.findall(" ".join(argv)))
    return probe_programs(Healthcheck(form)), tuple(dict.fromkeys(ports))


def _cannot_use(
    unit: SimContainer, argv: tuple[str, ...], user: str, paths: Mapping[str, HostPath]
) -> str:
    """Why a command that names a mount fails as this user."""
    uid, gid = (ids(user) if user else None) or (unit.uid, unit.gid)
    who = Identity(uid, gid, (gid,), uid == 0 and not unit.caps_dropped, user)
    for mount in unit.service.mounts:
        fact = paths.get(mount.source)
        if fact is not None and mount.target in argv:
            writes = any("rm " in word for word in argv)
            if writes and mount.read_only:
                return f"{mount.target}: Read-only file system"
            if denied(fact, who, write=writes):
                return f"{mount.target}: Permission denied"
    return ""
