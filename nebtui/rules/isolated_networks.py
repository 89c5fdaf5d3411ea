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

from collections.abc import Iterator

from nebtui.analysis.ports import may_answer
from nebtui.analysis.reachability import (
    Names,
    Resolution,
    names,
    observed_networks,
    resolutions,
    side_by_side,
)
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.evidence import exits
from nebtui.rules.rule import (
    Applicability,
    ChooseOwnerError,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Rule,
)
from nebtui.rules.shared_network import fix_for

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
            # Another port is a sign of a chance name between strangers only: what a published port
            # says of an unknown image is not all that it listens on.
            if k.project != source.project
            and (_kin(snapshot, source, k) or may_answer(snapshot, k, port))
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
    return side_by_side(source.project, owner.project)


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
