"""What a key of Compose reads like for Docker Swarm, where it has a word that means the same; each
was deployed with Docker 28.2 and looked at in `docker service inspect`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from nebtui.analysis.generic_resources import supply
from nebtui.analysis.stack_file import DEVICES, Path
from nebtui.analysis.swarm_nodes import loads
from nebtui.compose.editor.verbs import Append, Remove, Set
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm
from nebtui.light_dataclass import dataclass
from nebtui.rules.limit_keys import written_size
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Recreate,
    layer_for,
    service_of,
)
from nebtui.rules.tmpfs import tmpfs_folder, tmpfs_volume

_LIMITS = ("deploy", "resources", "limits")
_RESERVATIONS = ("deploy", "resources", "reservations")
SHARED_MEMORY = "/dev/shm"
BY_HAND = "by hand"
"""The subject of findings about keys without a word that means the same."""
Change = Set | Append | Remove


@dataclass(frozen=True, slots=True)
class Rewording:
    """A key below a service in Swarm's words: paths below the service, `changes` what is written or
    taken away there."""

    path: Path
    words: str
    """What will stand there, as people read it."""
    changes: tuple[Change, ...]
    same: bool = True
    """Compose makes the same of both."""
    note: str = ""


def rewording(snapshot: Snapshot, service: Service, path: Path) -> Rewording | None:
    """The key at `path` in Swarm's words, None where it has none that means the same."""
    swarm = snapshot.swarm or Swarm()
    if path[0] == "depends_on":
        return _names(service)
    if asks_for_gpus(service, path):
        return _generic(swarm, service, path)
    if path == ("mem_reservation",):
        return _reserved(swarm, service)
    made = _MADE.get(path[0]) if len(path) == 1 else None
    return made(service) if made else None


def reworded_fix(snapshot: Snapshot, finding: Finding, words: Sequence[Rewording]) -> Fix:
    """The fix that writes all of these in a service's files. NoFixError where there are none, or
    the finding is one of keys without such words."""
    key, service = service_of(snapshot, finding)
    if finding.subject or not words:
        raise NoFixError(finding.fix or "Swarm has no word for it: it takes a decision")
    project = snapshot.projects[key.project]
    return Fix(
        title=f"write {key} in Swarm's words",
        applicability="safe" if all(one.same for one in words) else "unsafe",
        edits=tuple(edit for one in words for edit in _edits(project, service, one)),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=tuple(one.note for one in words if one.note),
    )


def _edits(project: Project, service: Service, one: Rewording) -> Iterator[FileEdit]:
    """The edits of a rewording in the file where its key stands."""
    stands = one.path if service.stands(*one.path) else one.path[:1]
    body = layer_for(project, service, *stands)
    for change in one.changes:
        yield FileEdit(body.file, replace(change, path=(*body.path, *change.path)))


def _has_variable(service: Service, key: str) -> bool:
    """A part of what stands below the key comes from a variable."""
    return any(path[0] == key and at.written for path, at in service.origins.items() if path)


def _moved(service: Service, key: str, to: Path, value: Value) -> Rewording:
    """The value of a key under another one; as it is written, where it holds a variable."""
    origin = service.origins.get((key,))
    value = origin.written if origin is not None and origin.written else value
    return Rewording((key,), f"{'.'.join(to)}: {value}", (Remove((key,)), Set(to, value)))


def _memory(service: Service) -> Rewording | None:
    number = None if _pids_stay(service) else service.limits.memory
    to = (*_LIMITS, "memory")
    return _moved(service, "mem_limit", to, written_size(number)) if number else None


def _reserved(swarm: Swarm, service: Service) -> Rewording | None:
    """Where a node has as much left: without it no task would start."""
    number = service.limits.reserved_memory
    if not number or not any(one.memory >= number for one in loads(swarm)):
        return None
    return _moved(service, "mem_reservation", (*_RESERVATIONS, "memory"), written_size(number))


def _cpus(service: Service) -> Rewording | None:
    number = service.limits.cpus
    others = service.stands("cpuset") or service.stands("cpu_quota")
    if not number or others or _pids_stay(service):
        return None
    return _moved(service, "cpus", (*_LIMITS, "cpus"), f"{number:g}")


def _pids(service: Service) -> Rewording | None:
    number = service.limits.pids
    if not number or number < 0 or _has_variable(service, "pids_limit"):
        return None  # unlimited; or a text where Swarm takes a number only
    return _moved(service, "pids_limit", (*_LIMITS, "pids"), number)


def _pids_stay(service: Service) -> bool:
    """Compose refuses `pids_limit` beside limits below `deploy` that have no `pids`."""
    return service.stands("pids_limit") and _pids(service) is None


def _names(service: Service) -> Rewording | None:
    """Names alone; where they stand in several files a person decides."""
    names = tuple(name for name in service.depends_on if service.stands("depends_on", name))
    files = {origin.file for name in names if (origin := service.origin("depends_on", name))}
    if not names or len(files) != 1:
        return None
    return Rewording(
        ("depends_on", names[0]),
        f"depends_on: [{', '.join(names)}]",
        (Set(("depends_on",), list(names)),),
        same=False,
        note=f"Compose too will start {service.name} without waiting; Swarm waits for nobody: "
        "where it ends without what it needs, its restart policy has to start it again",
    )


def asks_for_gpus(service: Service, path: Path) -> bool:
    """Whether a key that Swarm refuses is a request for GPUs: `devices` may be others, `runtime`
    too."""
    if path == ("runtime",):
        return service.runtime == "nvidia"
    return path in (DEVICES, ("gpus",)) and bool(service.gpus)


def _generic(swarm: Swarm, service: Service, path: Path) -> Rewording | None:
    """Of a kind that one node has, where it has as many left."""
    every = [one for one in supply(swarm) if "gpu" in one.kind.lower()]
    number = wanted_gpus(service)
    if number is None and {one.total for one in every} == {1}:
        number = 1  # all of a machine
    found = [one for one in every if number is not None and one.free >= number]
    kinds = sorted({one.kind for one in found})
    if number is None or len(kinds) != 1 or len(service.gpus) > 1:
        return None
    resource: Value = {"discrete_resource_spec": {"kind": kinds[0], "value": number}}
    return Rewording(
        path,
        f"generic_resources: {number} {kinds[0]}",
        (Remove(path), Set((*_RESERVATIONS, "generic_resources"), [resource])),
        same=False,
        note=f"free are {', '.join(map(str, found[:3]))}; with Compose it gets no GPU any more",
    )


def wanted_gpus(service: Service) -> int | None:
    """How many GPUs a service asks for; None where it asks for all of a machine, or does not
    say."""
    for one in service.gpus:
        if one.ids:
            return len(one.ids)
        if one.count and one.count > 0:
            return one.count
    return None


def reads_as_any(service: Service) -> bool:
    """Its `restart` is `no`, the one value that Swarm does not take from there."""
    return service.restart == "no" and not service.stands("deploy", "restart_policy")


def _restart(service: Service) -> Rewording | None:
    if not reads_as_any(service) or _has_variable(service, "restart"):
        return None
    to = ("deploy", "restart_policy", "condition")
    return _moved(service, "restart", to, "none")


def _shared_memory(service: Service) -> Rewording | None:
    mounted = service.stands("volumes", SHARED_MEMORY)
    if service.shm_size is None or mounted or _has_variable(service, "shm_size"):
        return None
    return _tmpfs(("shm_size",), (Remove(("shm_size",)),), [(SHARED_MEMORY, service.shm_size)])


def _tmpfs_volumes(service: Service) -> Rewording | None:
    """Its folders with no option but a size: Swarm takes no other one."""
    folders = [tmpfs_folder(entry) for entry in service.isolation.tmpfs]
    known = [one for one in folders if one is not None]
    mounted = any(service.stands("volumes", target) for target, _ in known)
    if len(known) != len(folders) or mounted or _has_variable(service, "tmpfs"):
        return None
    return _tmpfs(("tmpfs",), (Remove(("tmpfs",)),), known)


def _tmpfs(
    path: Path, gone: tuple[Change, ...], folders: list[tuple[str, int | None]]
) -> Rewording:
    added = tuple(Append(("volumes",), tmpfs_volume(target, size)) for target, size in folders)
    places = ", ".join(target for target, _ in folders)
    return Rewording(path, f"volumes: a tmpfs at {places}", (*gone, *added))


_MADE: Mapping[str, Callable[[Service], Rewording | None]] = MappingProxyType(
    {
        "cpus": _cpus,
        "mem_limit": _memory,
        "pids_limit": _pids,
        "restart": _restart,
        "shm_size": _shared_memory,
        "tmpfs": _tmpfs_volumes,
    }
)
