"""How services of different projects come onto one network."""

from __future__ import annotations

from nebtui.analysis.reachability import (
    answering,
    names,
    names_of,
)
from nebtui.compose.editor.verbs import Add, Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Fix,
    NoFixError,
    Options,
    Recreate,
    layer_for,
)


def fix_for(snapshot: Snapshot, source: ServiceKey, owner: ServiceKey, options: Options) -> Fix:
    """The join of two services of different projects."""
    network = _choose(snapshot, source, owner, options)
    edits: list[FileEdit] = []
    recreate: list[Recreate] = []
    joining: list[ServiceKey] = []
    for key in (owner, source):
        found = join(snapshot, key, network)
        if found:
            edits += found
            recreate.append(Recreate(key.project, (key.service,)))
            joining.append(key)
    if not joining:
        raise NoFixError(
            f"both are on {network}, where {owner} does not answer that name: give it the "
            "alias there"
        )
    twice = answered_twice(snapshot, network, joining)
    absent = snapshot.engine is not None and network not in snapshot.networks
    return Fix(
        title=f"connect {source} and {owner} through network {network}",
        applicability="unsafe" if twice else "safe",
        edits=tuple(edits),
        networks=(network,) if absent or snapshot.engine is None else (),
        recreate=tuple(recreate),
        notes=twice,
    )


def _choose(snapshot: Snapshot, source: ServiceKey, owner: ServiceKey, options: Options) -> str:
    """The engine name of the network to share: an external one that the owner is on, that the
    source is on, that both projects declare, that one declares; else the settings'."""
    joined, declared = [], []
    for key in (owner, source):
        project, service = _declared(snapshot, key)
        external = {
            name: network.name for name, network in project.networks.items() if network.external
        }
        joined += [external[name] for name in service.networks if name in external]
        declared.append(list(external.values()))
    both = [name for name in declared[0] if name in declared[1]]
    return next(iter((*joined, *both, *declared[0], *declared[1])), options.network)


def _declared(snapshot: Snapshot, key: ServiceKey) -> tuple[Project, Service]:
    project = snapshot.projects.get(key.project)
    service = snapshot.service(key)
    if project is None or service is None:
        raise NoFixError(f"{key} is not declared in a file nebtui can read")
    return project, service


def join(snapshot: Snapshot, key: ServiceKey, network: str) -> list[FileEdit]:
    """The edits that put a service on an external network; none where it already is on it."""
    project, service = _declared(snapshot, key)
    if service.network_mode:
        raise NoFixError(
            f"{key} has network_mode {service.network_mode}: it cannot join a network; "
            "remove the mode first"
        )
    known = next((d for d in project.networks.values() if d.name == network), None)
    if known and known.key in service.networks:
        return []
    name = known.key if known else network
    edits = []
    if known is None:
        edits.append(
            FileEdit(_networks_file(project, service), Set(("networks", name), {"external": True}))
        )
    layer = layer_for(project, service, "networks")
    path = (*layer.path, "networks")
    if service.stands("networks"):
        edits.append(FileEdit(layer.file, Add(path, name)))
    else:
        edits.append(FileEdit(layer.file, Set(path, ("default", name))))
    return edits


def _networks_file(project: Project, service: Service) -> str:
    """The file for a new top-level network: where others stand, else where the service is
    defined."""
    main = layer_for(project, service).file
    files = [d.origin.file for d in project.networks.values() if d.origin]
    return main if main in files or not files else files[0]


def answered_twice(snapshot: Snapshot, network: str, joining: list[ServiceKey]) -> tuple[str, ...]:
    """Sentences for the names of joining services that a member of the network would then have
    answered twice."""
    index = names(snapshot)
    after = {k: v | {network} if k in joining else v for k, v in index.networks.items()}
    members = [k for k, on in after.items() if network in on]
    result = []
    for key in joining:
        service = snapshot.service(key)
        for name in names_of(snapshot, key, service) if service else ():
            rivals = [o for o in answering(index, key, name) if o != key]
            for rival in rivals:
                answers = after[rival] & (index.aliases.get((name, rival)) or after[rival])
                if any(after[m] & answers for m in members):
                    result.append(f"{name} would be answered by {key} and by {rival}")
                    break
    return tuple(result)
