"""Limits and rights of a container: what Fargate refuses is told."""

from __future__ import annotations

import re
from typing import Any

from nebtui.facts.declared import Service
from nebtui.report.ecs.frame import Frame, Part, whole

_ULIMITS = frozenset(
    {"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"}
    | {"rss", "rtprio", "rttime", "sigpending", "stack"}
)
_ADDED_ON_FARGATE = frozenset({"SYS_PTRACE"})
_MIB = 2**20
_SIZE = re.compile(r"size=(\d+)([kmg]?)b?$", re.IGNORECASE)
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_MOST = 2**31 - 1


def rights(frame: Frame, service: Service) -> Part:
    """`ulimits`, `linuxParameters`, `privileged`, `readonlyRootFilesystem` and
    `dockerSecurityOptions`."""
    keys: dict[str, Any] = {}
    linux: dict[str, Any] = {}
    told: list[str] = []
    isolation = service.isolation
    if isolation.read_only:
        keys["readonlyRootFilesystem"] = True
    limits = []
    for name, (soft, hard) in service.ulimits.items():
        if name not in _ULIMITS or (frame.fargate and name != "nofile"):
            told.append(f"ulimit {name}: {frame.launch} does not let it be set")
            continue
        low, high = whole(soft, -1, _MOST), whole(hard, -1, _MOST)
        limits.append({"name": name, "softLimit": low, "hardLimit": high})
    keys |= {"ulimits": limits} if limits else {}
    for part, words in (_capabilities(frame, service), _memory(frame, service)):
        linux |= part
        told += words
    if isolation.privileged and not frame.fargate:
        keys["privileged"] = True
    keys |= {"linuxParameters": linux} if linux else {}
    options, words = _options(frame, service)
    keys |= options
    return keys, [*told, *words]


def _capabilities(frame: Frame, service: Service) -> Part:
    isolation = service.isolation
    added = [name for name in isolation.cap_add if not frame.fargate or name in _ADDED_ON_FARGATE]
    lists = {"add": added, "drop": list(isolation.cap_drop)}
    kept = {key: names for key, names in lists.items() if names}
    refused = [name for name in isolation.cap_add if name not in added]
    told = [f"cap_add {name}: Fargate adds SYS_PTRACE only" for name in refused]
    return {"capabilities": kept} if kept else {}, told


def _memory(frame: Frame, service: Service) -> Part:
    """Shared memory, tmpfs, swap and devices: EC2 only."""
    linux: dict[str, Any] = {}
    told = []
    if service.shm_size:
        linux["sharedMemorySize"] = whole(service.shm_size / _MIB, 1, _MOST)
    mounts = []
    for entry in (*service.isolation.tmpfs, *_tmpfs(service)):
        path, _, options = entry.partition(":")
        size = next((m for word in options.split(",") if (m := _SIZE.match(word))), None)
        if size is None:
            told.append(f"tmpfs {path}: ECS wants a size, and the file gives none")
            continue
        amount = int(size[1]) * _FACTORS[size[2].lower()]
        mounts.append({"containerPath": path, "size": whole(amount / _MIB, 1, _MOST)})
    linux |= {"tmpfs": mounts} if mounts else {}
    devices = [d.split(":") for d in service.devices if "nvidia" not in d and d.startswith("/")]
    if devices:
        linux["devices"] = [
            {"hostPath": words[0], "containerPath": words[1] if len(words) > 1 else words[0]}
            for words in devices
        ]
    limit, both = service.limits.memory, service.limits.memory_and_swap
    if limit is not None and both is not None and both >= limit:
        linux["maxSwap"] = whole((both - limit) / _MIB, 0, _MOST)
    if frame.fargate:
        told += [f"{key}: Fargate does not let it be set" for key in linux if key != "maxSwap"]
        return {}, told
    return linux, told


def _tmpfs(service: Service) -> list[str]:
    return [mount.target for mount in service.mounts if mount.type == "tmpfs"]


def _options(frame: Frame, service: Service) -> Part:
    isolation = service.isolation
    told = [
        (isolation.privileged and frame.fargate, "privileged: not on Fargate"),
        (bool(isolation.pid), f"pid {isolation.pid}: a namespace of the whole task in ECS"),
        (service.ipc not in (None, "", "private", "shareable"), f"ipc {service.ipc}: left out"),
    ]
    if not isolation.security_opt:
        return {}, [line for holds, line in told if holds]
    options = ["no-new-privileges"] if isolation.no_new_privileges and not frame.fargate else []
    kept = len(options) == len(isolation.security_opt)
    told.append((not kept, f"security_opt {', '.join(isolation.security_opt)}: {frame.launch} "
                 f"{'has none' if frame.fargate else 'takes no-new-privileges only'}"))  # fmt: skip
    keys = {"dockerSecurityOptions": options} if options else {}
    return keys, [line for holds, line in told if holds]
