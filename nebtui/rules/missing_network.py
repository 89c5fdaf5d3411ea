"""An external network is declared and absent on the host.

What: `external: true` means that Compose does not create the network itself.
Why it bites: `up` stops with "network … declared as external, but could not be found", and nothing
of the project starts.
Evidence: the declaration, and the engine's list of networks. Not checked without an engine.
Fix: create the network on the host (a bridge with nebtui's label, so that undo may remove it).
Safe.
Source: measured with Compose 2.40.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.facts.declared import NetworkDeclaration
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Fix, Observation, Options, Recreate, Rule

NAME = "missing-network"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per project and absent external network that a service is to join."""
    if snapshot.engine is None:
        return
    for project in snapshot.projects.values():
        for network in project.networks.values():
            members = _members(project, network)
            if network.external and members and network.name not in snapshot.networks:
                yield _finding(project, network, members)


def _members(project: Project, network: NetworkDeclaration) -> tuple[str, ...]:
    return tuple(s.name for s in project.services.values() if network.key in s.networks)


def _finding(project: Project, network: NetworkDeclaration, members: tuple[str, ...]) -> Finding:
    return Finding(
        rule=NAME,
        severity="error",
        project=project.key,
        service=None,
        subject=network.name,
        message=f"declares the external network {network.name}, which does not exist on the host: "
        "up stops",
        evidence=(
            f"networks.{network.key} ({network.origin})",
            f"joined by {', '.join(members)}",
            "absent (engine)",
        ),
        applicability="safe",
        origin=network.origin,
        fix=f"create the network {network.name}",
        blocks=len(members),
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Create the network; the project can then be brought up."""
    assert finding.project is not None  # every finding of this rule names a project
    up = Recreate(finding.project, ())
    return Fix(
        f"create the network {finding.subject}", "safe", networks=(finding.subject,), recreate=(up,)
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """The engine lists the network."""
    exists = finding.subject in snapshot.networks
    return Observation(exists, "" if exists else f"the network {finding.subject} does not exist")


RULE = Rule(
    name=NAME,
    severity="error",
    key="n",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
