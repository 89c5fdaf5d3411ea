"""A service names a service of another project, and they share no network.

What: a name such as `chroma` in a URL, a `host:port` or a connection string belongs to a service of
another Compose project. Each project has its own `default` network, and names are answered within a
network only.
Why it bites: the name does not resolve ("Name or service not known"), the caller retries or dies,
and publishing ports on the host to get around it ends in port collisions.
Evidence: the text that names the host, and the networks of both sides (declared, and joined while
running).
Fix: both sides join one external network: one that a side already has, else `[fix] network`, else
`nebtui-shared`. It is created on the host where it is absent; `default` is kept. Safe only if no
name of a joining service is then answered twice for any member. Refused for `network_mode` host,
none and `service:`.
Source: docs.docker.com/compose/how-tos/networking, and measured with Compose 2.40 on Engine 20.10
and 26.1.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator

from nebtui.analysis.health import may_answer
from nebtui.analysis.reachability import (
    Names,
    Resolution,
    answering,
    names,
    names_of,
    observed_networks,
    resolutions,
)
from nebtui.compose.editor.verbs import Add, Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.evidence import exits
from nebtui.rules.rule import (
    Applicability,
    ChooseOwnerError,
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    layer_for,
)

NAME = "isolated-networks"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and foreign name it cannot reach."""
    index = names(snapshot)
    for resolution in resolutions(snapshot):
        source = resolution.reference.source
        port = resolution.reference.port
        foreign = tuple(
            k
            for k in resolution.others
            if k.project != source.project and may_answer(snapshot, k, port)
        )
        if snapshot.projects[source.project].problem:
            continue  # a file of it that cannot be read may hold the service that is meant
        own = any(k.project == source.project for k in resolution.others)
        if resolution.reachable is False and foreign and not own:
            yield _finding(snapshot, index, resolution, foreign)


def _finding(
    snapshot: Snapshot, index: Names, resolution: Resolution, owners: tuple[ServiceKey, ...]
) -> Finding:
    reference = resolution.reference
    source = reference.source
    port = f":{reference.port}" if reference.port else ""
    who = owners[0] if len(owners) == 1 else None
    projects = sorted({o.project.name for o in owners})
    many = f"one of {len(projects)} projects ({', '.join(projects[:3])}, …)"
    whose = many if len(projects) > 3 else " or ".join(f"project {name}" for name in projects)
    evidence = [reference.text + (f" ({reference.origin})" if reference.origin else "")]
    evidence += [
        f"{key} is on {_list(index.networks.get(key, frozenset()))}"
        for key in (source, *owners[:3])
    ]
    return Finding(
        rule=NAME,
        severity="error" if any(_kin(snapshot, source, o) for o in owners) else "warning",
        project=source.project,
        service=source.service,
        subject=reference.host,
        message=f"uses {reference.host}{port} of {whose}, and shares no network with it",
        evidence=(*evidence, *exits(snapshot, source)),
        applicability=_applicability(snapshot, source, owners),
        origin=reference.origin,
        fix=f"connect {source} and {who} through one network"
        if who
        else "connect the one that is meant",
        target=who,
        owners=owners,
        blocks=1,
    )


def _kin(snapshot: Snapshot, source: ServiceKey, owner: ServiceKey) -> bool:
    """The two projects belong to one box: both have containers, or their folders stand side by
    side. Others may have nothing but a name in common."""
    if all(snapshot.containers_of(key) for key in (source, owner)):
        return True
    folders = [os.path.dirname(key.project.working_dir.rstrip("/")) for key in (source, owner)]
    return folders[0] == folders[1]


def _list(networks: frozenset[str]) -> str:
    return ", ".join(sorted(networks)) or "no network"


def _applicability(
    snapshot: Snapshot, source: ServiceKey, owners: tuple[ServiceKey, ...]
) -> Applicability:
    if len(owners) != 1 or not _kin(snapshot, source, owners[0]):
        return "unsafe"
    try:
        return fix_for(snapshot, source, owners[0], Options()).applicability
    except NoFixError:
        return "display"


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Join both sides on one network; ChooseOwnerError where several answer, NoFixError where a
    side cannot join."""
    source = finding.at
    assert source is not None  # every finding of this rule names a service
    owner = options.to if options.to in finding.owners else finding.target
    if owner is None:
        raise ChooseOwnerError(finding.owners)
    return fix_for(snapshot, source, owner, options)


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


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """The containers of both sides are on one network."""
    source = finding.at
    owners = (finding.target,) if finding.target else finding.owners
    assert source is not None  # every finding of this rule names a service
    mine = observed_networks(snapshot, source)
    if not mine:
        return Observation(False, f"{source} does not run")
    if any(mine & observed_networks(snapshot, owner) for owner in owners):
        return Observation(True)
    return Observation(False, f"the containers of {source} and {owners[0]} share no network")


RULE = Rule(
    name=NAME,
    severity="error",
    key="n",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
