"""Two services answer one name on the networks a service can see.

What: a service names `db`, and two services called `db` (of two projects on a shared network, or by
alias) answer.
Why it bites: Docker's DNS gives both addresses in changing order; the caller talks now to one, now
to the other.
Evidence: the text that names the host, the owners, and the network on which each answers.
Fix: shown only: give each an alias of its own on the shared network and use the alias.
Source: measured on Engine 26.1 with two projects that both have a `db`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from nebtui.analysis.reachability import Names, Resolution, names, resolutions, side_by_side
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "ambiguous-name"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and name that several services answer."""
    index = names(snapshot)
    for resolution in resolutions(snapshot):
        owners = resolution.reached
        if any(_together(snapshot, one, other) for one, other in combinations(owners, 2)):
            yield _finding(index, resolution)


def _together(snapshot: Snapshot, one: ServiceKey, other: ServiceKey) -> bool:
    """False for alternatives: services of different profiles, or with one container name, unless
    both are there."""
    if snapshot.containers_of(one) and snapshot.containers_of(other):
        return True
    if not side_by_side(one.project, other.project):
        return False  # files of two strangers: mostly alternatives, and neither was ever started
    first, second = snapshot.service(one), snapshot.service(other)
    if first is None or second is None:
        return False
    apart = first.profiles and second.profiles and not set(first.profiles) & set(second.profiles)
    ports = [{p.published for p in one.ports if p.published} for one in (first, second)]
    if ports[0] & ports[1]:
        return False  # only one of them can have the port of the host
    same_name = first.container_name and first.container_name == second.container_name
    return not apart and not same_name


def _finding(index: Names, resolution: Resolution) -> Finding:
    reference = resolution.reference
    source = reference.source
    owners = resolution.reached
    mine = index.networks[source]
    all_of_them = "both" if len(owners) == 2 else "all"
    evidence = [reference.text + (f" ({reference.origin})" if reference.origin else "")]
    evidence += [
        f"{owner} answers on {', '.join(sorted(mine & index.networks[owner]))}" for owner in owners
    ]
    return Finding(
        rule=NAME,
        severity="error",
        project=source.project,
        service=source.service,
        subject=reference.host,
        message=f"names {reference.host}, which {' and '.join(map(str, owners))} {all_of_them} "
        "answer",
        evidence=tuple(evidence),
        applicability="display",
        origin=reference.origin,
        fix="give each an alias of its own on the shared network (networks: NAME: aliases: "
        "[…]) and name the alias",
        owners=owners,
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="n",
    manual=__doc__,
    find=find,
)
