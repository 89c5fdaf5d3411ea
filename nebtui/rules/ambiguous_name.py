"""Two services answer one name on the networks a service can see.

What: a service names `db`, and two services called `db` (of two projects on a shared network, or by alias) answer.
Why it bites: Docker's DNS gives both addresses in changing order; the caller talks now to one, now to the other.
Evidence: the text that names the host, the owners, and the network on which each answers.
Fix: shown only: give each an alias of its own on the shared network and use the alias.
Source: measured on Engine 26.1 with two projects that both have a `db`.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.reachability import Names, Resolution, names, resolutions
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "ambiguous-name"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and name that several services answer."""
    index = names(snapshot)
    for resolution in resolutions(snapshot, index):
        if len(resolution.reached) > 1:
            yield _finding(index, resolution)


def _finding(index: Names, resolution: Resolution) -> Finding:
    reference = resolution.reference
    source = reference.source
    owners = resolution.reached
    mine = index.networks[source]
    evidence = [reference.text + (f" ({reference.origin})" if reference.origin else "")]
    evidence += [f"{owner} answers on {', '.join(sorted(mine & index.networks[owner]))}" for owner in owners]
    return Finding(
        rule=NAME,
        severity="error",
        project=source.project,
        service=source.service,
        subject=reference.host,
        message=f"names {reference.host}, which {' and '.join(str(o) for o in owners)} both answer",
        evidence=tuple(evidence),
        applicability="display",
        origin=reference.origin,
        fix="give each an alias of its own on the shared network (networks: NAME: aliases: […]) and name the alias",
        owners=owners,
        blocks=1,
    )


RULE = Rule(NAME, "error", "n", __doc__, find)
