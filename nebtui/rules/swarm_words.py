"""What a key of Compose reads like for Docker Swarm, where it has a word that means the same; each
was deployed with Docker 28.2 and looked at in `docker service inspect`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nebtui.analysis.stack_file import DEVICES, Path
from nebtui.compose.editor.verbs import Append, ComposeEdit, Remove, Set
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import SwarmNode
from nebtui.rules.limit_keys import written_size
from nebtui.rules.rule import FileEdit, layer_for

_LIMITS = ("deploy", "resources", "limits")
_RESERVATIONS = ("deploy", "resources", "reservations")
SHARED_MEMORY = "/dev/shm"


@dataclass(frozen=True, slots=True)
class Rewording:
    """A key below a service in Swarm's words: paths below the service, `changes` what is written or
    taken away there."""

    path: Path
    words: str
    """What will stand there, as people read it."""
    changes: tuple[ComposeEdit, ...]
    same: bool = True
    """Compose makes the same of both."""
    note: str = ""


def rewording(snapshot: Snapshot, service: Service, path: Path) -> Rewording | None:
    """The key at `path` in Swarm's words, None where it has none that means the same."""
    if path[0] == "depends_on":
        return _names(service)
    if path == DEVICES or path[0] in ("gpus", "runtime"):
        return _generic(snapshot, service, path)
    made = _MADE.get(path[0]) if len(path) == 1 else None
    return made(service) if made else None


def edits(project: Project, service: Service, one: Rewording) -> Iterator[FileEdit]:
    """The edits of a rewording in the files, where its key stands. NoFixError where no file is
    known."""
    stands = one.path if service.stands(*one.path) else one.path[:1]
    body = layer_for(project, service, *stands)
    for change in one.changes:
        match change:
            case Set(path, value):
                yield FileEdit(body.file, Set((*body.path, *path), value))
            case Append(path, item):
                yield FileEdit(body.file, Append((*body.path, *path), item))
            case Remove(path):
                yield FileEdit(body.file, Remove((*body.path, *path)))


def _moved(service: Service, key: str, to: Path, value: Value) -> Rewording:
    """The value of a key under another one; as it is written, where it holds a variable."""
    origin = service.origins.get((key,))
    value = origin.written if origin is not None and origin.written else value
    return Rewording((key,), f"{'.'.join(to)}: {value}", (Remove((key,)), Set(to, value)))


def _memory(service: Service) -> Rewording | None:
    number = service.limits.memory
    to = (*_LIMITS, "memory")
    return _moved(service, "mem_limit", to, written_size(number)) if number else None


def _reserved(service: Service) -> Rewording | None:
    number = service.limits.reserved_memory
    to = (*_RESERVATIONS, "memory")
    return _moved(service, "mem_reservation", to, written_size(number)) if number else None


def _cpus(service: Service) -> Rewording | None:
    number = service.limits.cpus
    if not number or service.stands("cpuset") or service.stands("cpu_quota"):
        return None
    return _moved(service, "cpus", (*_LIMITS, "cpus"), f"{number:g}")


def _pids(service: Service) -> Rewording | None:
    number = service.limits.pids
    return _moved(service, "pids_limit", (*_LIMITS, "pids"), number) if number else None


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
        note=f"Compose too will start {service.name} without waiting; Swarm waits for nobody, and "
        "starts it again until what it needs answers",
    )


def _generic(snapshot: Snapshot, service: Service, path: Path) -> Rewording | None:
    """Of a kind that one node has, and enough of it."""
    number = wanted_gpus(service)
    found = [
        (one.kind, node)
        for node in (snapshot.swarm.nodes if snapshot.swarm else ())
        for one in node.generic
        if "gpu" in one.kind.lower() and one.count >= number
    ]
    kinds = sorted({kind for kind, _ in found})
    if len(kinds) != 1 or len(service.gpus) > 1:
        return None
    resource: Value = {"discrete_resource_spec": {"kind": kinds[0], "value": number}}
    return Rewording(
        path,
        f"generic_resources: {number} {kinds[0]}",
        (Remove(path), Set((*_RESERVATIONS, "generic_resources"), [resource])),
        same=False,
        note=f"{_listed([node for _, node in found])}; with Compose it gets no GPU any more",
    )


def _listed(nodes: list[SwarmNode]) -> str:
    names = [node.name or node.id[:12] for node in nodes[:3]]
    more = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
    return f"{', '.join(names)}{more} {'has' if len(nodes) == 1 else 'have'} as many"


def wanted_gpus(service: Service) -> int:
    """How many GPUs a service asks for; 1 where it does not say, or asks for all of a machine."""
    counts = [one.count for one in service.gpus if one.count and one.count > 0]
    return counts[0] if counts else max((len(one.ids) for one in service.gpus), default=0) or 1


def _restart(service: Service) -> Rewording | None:
    """`no`, the one value that Swarm does not take from there."""
    if service.restart != "no":
        return None
    to = ("deploy", "restart_policy", "condition")
    return _moved(service, "restart", to, "none")


def _shared_memory(service: Service) -> Rewording | None:
    if service.shm_size is None or service.stands("volumes", SHARED_MEMORY):
        return None
    return _tmpfs(("shm_size",), (Remove(("shm_size",)),), [(SHARED_MEMORY, service.shm_size)])


def _tmpfs_volumes(service: Service) -> Rewording | None:
    """Its folders with no option but a size: Swarm takes no other one."""
    folders = [_folder(entry) for entry in service.isolation.tmpfs]
    known = [one for one in folders if one is not None]
    if len(known) != len(folders) or any(service.stands("volumes", one[0]) for one in known):
        return None
    return _tmpfs(("tmpfs",), (Remove(("tmpfs",)),), known)


def _tmpfs(
    path: Path, gone: tuple[ComposeEdit, ...], folders: list[tuple[str, int | None]]
) -> Rewording:
    added = tuple(Append(("volumes",), tmpfs_volume(target, size)) for target, size in folders)
    places = ", ".join(target for target, _ in folders)
    return Rewording(path, f"volumes: a tmpfs at {places}", (*gone, *added))


def tmpfs_volume(target: str, size: int | None) -> dict[str, Value]:
    """An item of `volumes` that is a folder in memory; `size` in bytes, None = half of it."""
    sized: dict[str, Value] = {} if size is None else {"tmpfs": {"size": size}}
    return {"type": "tmpfs", "target": target, **sized}


def _folder(entry: str) -> tuple[str, int | None] | None:
    """The folder of a `tmpfs` entry and its size in bytes, None = half of the memory; None where it
    has another option."""
    target, _, options = entry.partition(":")
    if not options:
        return target, None
    name, _, value = options.partition("=")
    size = _bytes(value) if name == "size" else None
    return None if size is None else (target, size)


def _bytes(text: str) -> int | None:
    """`64m`, `1g`, `1000` as mount(8) reads them."""
    power = {"k": 10, "m": 20, "g": 30}.get(text[-1:].lower(), 0)
    digits = text[:-1] if power else text
    return int(digits) << power if digits.isascii() and digits.isdigit() else None


_MADE: Mapping[str, Callable[[Service], Rewording | None]] = MappingProxyType(
    {
        "cpus": _cpus,
        "mem_limit": _memory,
        "mem_reservation": _reserved,
        "pids_limit": _pids,
        "restart": _restart,
        "shm_size": _shared_memory,
        "tmpfs": _tmpfs_volumes,
    }
)
