"""The edits that close a sandbox, each where its key stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.analysis.sandbox import Gap, tmpfs_lacks
from nebtui.compose.editor.verbs import Add, Edit, Path, Remove, Set
from nebtui.facts.declared import Service
from nebtui.facts.project import Project
from nebtui.rules.limit_keys import Limited, limit_key, written_size
from nebtui.rules.rule import FileEdit, NoFixError, layer_for

MEMORY, CPUS, PIDS = 2 << 30, 2.0, 128
"""What a sandbox gets where no limit stands."""
SCRATCH = "/tmp"
_SHARE = 4
"""Its scratch folder may fill one part in so many of its memory."""
_LIMITED: Mapping[str, Limited] = {"mem_limit": "memory", "cpus": "cpus", "pids_limit": "pids"}


def hardening(
    project: Project, service: Service, found: tuple[Gap, ...]
) -> tuple[tuple[FileEdit, ...], tuple[str, ...]]:
    """The edits for these gaps, and what a person should know of them. NoFixError where one cannot
    be closed."""
    edits: list[FileEdit] = []
    for gap in found:
        key = gap.key
        path = key_path(service, gap)
        layer = layer_for(project, service, *path)
        edits += (FileEdit(layer.file, edit) for edit in _edits(service, gap, (*layer.path, *path)))
        if key == "network_mode" and service.stands("networks"):
            joined = layer_for(project, service, "networks")
            edits.append(FileEdit(joined.file, Remove((*joined.path, "networks"))))
        if key == "read_only" and not _has_scratch(service):
            layer = layer_for(project, service, "tmpfs")
            edits.append(FileEdit(layer.file, Add((*layer.path, "tmpfs"), _scratch(service))))
    return tuple(edits), _notes(service, found)


def key_path(service: Service, gap: Gap) -> tuple[str, ...]:
    """The path of a gap's key below the service: limits may stand under `deploy`."""
    limited = _LIMITED.get(gap.key)
    return limit_key(service, limited) if limited else (gap.key,)


def _edits(service: Service, gap: Gap, at: Path) -> Iterator[Edit]:
    """The edits that close one gap, at the place of its key."""
    match gap.key:
        case "network_mode":
            yield Set(at, "none")
        case "read_only":
            yield Set(at, True)
        case "mem_limit":
            yield Set(at, written_size(MEMORY))
        case "memswap_limit":
            yield Set(at, written_size(service.limits.memory or MEMORY))
        case "cpus":
            yield Set(at, str(CPUS) if "deploy" in at else CPUS)
        case "pids_limit":
            yield Set(at, PIDS)
        case "cap_drop":
            yield Add(at, "ALL")
        case "security_opt":
            yield from _profiles(service, gap, at)
        case "tmpfs":
            yield from _sized(service, at)
        case _:
            yield Remove(at)


def _profiles(service: Service, gap: Gap, at: Path) -> Iterator[Edit]:
    if gap.excess:
        yield Remove((*at, gap.excess))
        return
    for option in service.isolation.security_opt:
        if option.startswith("no-new-privileges"):
            yield Remove((*at, option))
    yield Add(at, "no-new-privileges:true")


def _sized(service: Service, at: Path) -> Iterator[Edit]:
    """Each open entry of `tmpfs` with its other options kept."""
    for entry in service.isolation.tmpfs:
        if not tmpfs_lacks(entry):
            continue
        path, _, options = entry.partition(":")
        if any(m.type == "tmpfs" and m.target == path for m in service.mounts):
            raise NoFixError(f"{path} is a tmpfs among `volumes`: give it a `tmpfs.size` there")
        kept = [o for o in options.split(",") if o and o not in ("exec", "suid")]
        if not any(option.startswith("size=") for option in kept):
            kept.append(f"size={_room(service)}")
        # In this order: where one text stands for the list, adding makes it a list.
        yield Add(at, f"{path}:{','.join(kept)}")
        yield Remove((*at, entry))


def _has_scratch(service: Service) -> bool:
    """Its temporary folder is writable already."""
    places = [mount.target for mount in service.mounts]
    places += [entry.partition(":")[0] for entry in service.isolation.tmpfs]
    return any(place.rstrip("/") == SCRATCH for place in places)


def _scratch(service: Service) -> str:
    return f"{SCRATCH}:rw,noexec,nosuid,size={_room(service)}"


def _room(service: Service) -> str:
    return written_size((service.limits.memory or MEMORY) // _SHARE)


def _notes(service: Service, found: tuple[Gap, ...]) -> tuple[str, ...]:
    keys = {gap.key for gap in found}
    result = []
    if "read_only" in keys:
        result.append(f"it may write its mounts and {SCRATCH} only")
    if "network_mode" in keys:
        result.append("without a network it can fetch nothing, packages and models included")
    if any(not mount.read_only and mount.type == "bind" for mount in service.mounts):
        result.append("Docker has no write-only mount: what it writes out it can read again")
    return tuple(result)
