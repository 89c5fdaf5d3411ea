"""What a verb of Compose will do to a box, before it does it: one sentence of consequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nebtui.action import (
    BuildImages,
    DeployStack,
    Down,
    ProjectAction,
    Pull,
    Restart,
    Stop,
    Up,
    UpdateService,
)
from nebtui.analysis.drift import current, drift
from nebtui.analysis.reachability import resolutions
from nebtui.analysis.services import service_keys
from nebtui.analysis.stack_file import opened, refused, refused_sections
from nebtui.analysis.stacks import stacks
from nebtui.analysis.startup.measured import slowest
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot

UP = ("running", "restarting", "paused")
MOST = 4
"""Names in a list before the rest is counted."""


def consequence(snapshot: Snapshot, action: ProjectAction) -> str:
    """What it does to which service, the harm first: `recreates qdrant; starts planner · ready
    about 6 s later`."""
    keys = concerned(snapshot, action)
    match action:
        case Up():
            return _up(snapshot, action, keys)
        case Stop():
            return _ended("stops", snapshot, _running(snapshot, keys))
        case Restart():
            told = _ended("restarts", snapshot, _there(snapshot, keys))
            return told + _late(snapshot, keys)
        case Down():
            return _down(snapshot, action, keys)
        case Pull():
            return f"fetches {_list(images(snapshot, keys))}; what runs keeps its image"
        case DeployStack():
            return _deploy(snapshot, action)
        case UpdateService():
            return _update(action)
        case BuildImages():
            return f"builds {_names(_built(snapshot, keys))}; what runs keeps its image"
    raise TypeError(action)


def destroys(snapshot: Snapshot, action: ProjectAction) -> bool:
    """Something that runs or is kept is lost by it, or several services are away for a while:
    nobody should do it by a slip of the hand."""
    keys = concerned(snapshot, action)
    match action:
        case Down() | DeployStack() | UpdateService():
            return True
        case Up(force_recreate=True):
            return len(_there(snapshot, keys)) > 1
        case Up():
            return any(_again(snapshot, action, key) is not False for key in keys)
        case Stop() | Restart():
            return len(_running(snapshot, keys)) > 1
    return False


def concerned(snapshot: Snapshot, action: ProjectAction) -> list[ServiceKey]:
    """The services that an action is about."""
    if action.services:
        return [ServiceKey(action.project, name) for name in action.services]
    every = service_keys(snapshot, action.project)
    if not isinstance(action, Up | Pull | BuildImages):
        return list(every)
    project = snapshot.projects.get(action.project)
    return [
        key for key in every if project and (s := snapshot.service(key)) and project.brings_up(s)
    ]


def _up(snapshot: Snapshot, action: Up, keys: Sequence[ServiceKey]) -> str:
    again = [key for key in keys if _again(snapshot, action, key)]
    maybe = [key for key in keys if _again(snapshot, action, key) is None]
    new = [key for key in keys if not snapshot.containers_of(key)]
    there = [key for key in _there(snapshot, keys) if key not in (*again, *maybe)]
    start = [key for key in there if key not in _running(snapshot, keys)]
    parts = [
        f"{verb} {_names(some)}"
        for verb, some in (("recreates", again), ("creates", new), ("starts", start))
        if some
    ]
    if maybe:
        what = "there is a newer image" if action.after_images else "the file changed"
        parts.append(f"recreates {_names(maybe)} where {what}")
    if again or maybe:
        parts += _users(snapshot, [*again, *maybe])
    return "; ".join(parts or ["changes nothing: all of it runs"]) + _late(snapshot, [*again, *new])


def _again(snapshot: Snapshot, action: Up, key: ServiceKey) -> bool | None:
    """Its container is replaced by another one; None where that is not known."""
    containers = snapshot.containers_of(key)
    if not containers or action.force_recreate:
        return bool(containers)
    found = drift(snapshot, key)
    if found is not None and found.certain:
        return True  # by its hash, or its image or networks: Compose looks at all of them
    if action.after_images:
        return None
    same = [current(snapshot, key, container) for container in containers]
    return True if False in same else None if None in same else False


def _deploy(snapshot: Snapshot, action: DeployStack) -> str:
    """Swarm compares by itself, and tells of no change before it makes it."""
    project = snapshot.projects.get(action.project)
    declared = list(project.services) if project else []
    there = [
        one.name for s in stacks(snapshot) if s.name == action.project.name for one in s.services
    ]
    again = [name for name in declared if name in there]
    new = [name for name in declared if name not in there]
    services = project.services.items() if project else ()
    refuses = [*(refused_sections(project) if project else ())]
    refuses += [f"{name}: {'.'.join(path)}" for name, one in services for path in refused(one)]
    open_to_all = [port.published for _, one in services for port, _ in opened(one)]
    told = [f"REFUSED by Swarm: it takes no {_list(refuses)}"] if refuses else []
    if open_to_all:
        told.append(f"OPENS {_list(open_to_all)} on all addresses of every node")
    if again:
        told.append(f"Swarm replaces the tasks of {_list(again)} where the file changed")
    if new:
        told.append(f"creates {_list(new)}" + ("" if again else " as a stack of Swarm"))
    if project and project.env:
        told.append(".env is not read by it: variables are those of this environment")
    return "; ".join(told or ["creates nothing"])


def _update(action: UpdateService) -> str:
    names = ", ".join(action.services)
    if action.image:
        image = action.image
        return f"Swarm replaces the tasks of {names} if the registry has a newer {image}, else none"
    return f"Swarm replaces the tasks of {names}, as its update_config has it"


def _down(snapshot: Snapshot, action: Down, keys: Sequence[ServiceKey]) -> str:
    there = _there(snapshot, keys)
    count = sum(len(snapshot.containers_of(key)) for key in there)
    told = _ended("removes the containers of", snapshot, there) if there else "removes nothing"
    if action.services:
        return told
    project = snapshot.projects.get(action.project)
    networks = [
        n.name
        for n in (project.networks.values() if project else ())
        if not n.external and n.name in {m.name for m in snapshot.networks.values()}
    ]
    volumes = sorted(
        {m.name for key in there for c in snapshot.containers_of(key) for m in c.mounts if m.name}
    )
    if count and networks:
        told += f"; and the network{'s' * (len(networks) > 1)} {_list(networks)}"
    if volumes and action.volumes:
        told = f"DELETES the data of {_list(volumes)}; " + told
    elif volumes:
        told += f"; the data of {_list(volumes)} stays"
    return told


def _ended(verb: str, snapshot: Snapshot, keys: Sequence[ServiceKey]) -> str:
    if not keys:
        return "changes nothing: none of it runs"
    return "; ".join([f"{verb} {_names(keys)}", *_users(snapshot, keys)])


def _users(snapshot: Snapshot, keys: Sequence[ServiceKey]) -> list[str]:
    """Who is running and uses them, in words."""
    found = [
        r.reference.source
        for r in resolutions(snapshot)
        if len(r.reached) == 1 and r.reached[0] in keys and r.reference.source not in keys
    ]
    for project in {key.project for key in keys}:
        for key in service_keys(snapshot, project):
            service = snapshot.service(key)
            needs = service.depends_on if service else {}
            if key not in keys and any(ServiceKey(project, name) in keys for name in needs):
                found.append(key)
    users = _running(snapshot, dict.fromkeys(found))
    home = {key.project for key in keys}
    names = [key.service if key.project in home else str(key) for key in users]
    return [f"{_list(names)} use{'s' * (len(names) == 1)} {'it' if len(keys) == 1 else 'them'}"] * (
        len(names) > 0
    )


def _late(snapshot: Snapshot, keys: Sequence[ServiceKey]) -> str:
    """How long it takes until they serve, from the starts that are kept; "" where none is."""
    times = [seconds for key in keys if (seconds := slowest(snapshot, key)) is not None]
    return f" · about {max(times):.0f} s until ready" if times and max(times) >= 1 else ""


def _running(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> list[ServiceKey]:
    return [k for k in keys if any(c.state in UP for c in snapshot.containers_of(k))]


def _there(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> list[ServiceKey]:
    return [key for key in keys if snapshot.containers_of(key)]


def images(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> list[str]:
    """The images that a pull of these services fetches, by name."""
    services = (snapshot.service(key) for key in keys)
    return list(dict.fromkeys(s.image for s in services if s and s.image and not s.build))


def _built(snapshot: Snapshot, keys: Iterable[ServiceKey]) -> list[ServiceKey]:
    return [key for key in keys if (s := snapshot.service(key)) and s.build]


def _names(keys: Iterable[ServiceKey]) -> str:
    return _list([key.service for key in keys])


def _list(names: Sequence[str]) -> str:
    if len(names) > MOST:
        return f"{', '.join(names[:MOST])} and {len(names) - MOST} more"
    return ", ".join(names) or "nothing"
