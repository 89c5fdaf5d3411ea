"""A service of a stack keeps its data on one node, and may start on another.

What: a folder of the machine or a volume of the engine's own driver, mounted by a service that more
than one node may run, in the file of a stack on a swarm of several nodes. Silent where its
constraints leave one node or name a label, where each node has one of it (`mode: global`; a folder
has to be on all of them there), and about volumes of another driver, shares of the network and
`external` ones.
Why it bites: each node has volumes of its own: after an update, a reboot or a lost node the task
starts elsewhere with an empty one of the same name, and the data seem lost. A folder that the other
node does not have keeps the task from starting: "bind source path does not exist".
Evidence: the mounts with their lines, the nodes that may run it, and where its tasks run.
Fix: a constraint to the node that has the data: the one that all of its tasks run on, before it was
deployed the manager whose folder it is. Unsafe: while that node is down the service is, too. Where
they run on several nodes it takes a decision: a share of the network, or one node.
Source: docs.docker.com/engine/swarm/services (bind mounts, volumes); measured with three engines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nebtui.analysis.stack_file import is_stack
from nebtui.analysis.swarm_nodes import node_name, node_word
from nebtui.analysis.swarm_verdict import services_of
from nebtui.compose.editor.verbs import Add
from nebtui.facts.declared import Mount, Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmNode, SwarmService
from nebtui.facts.volume import VolumeDeclaration
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)

NAME = "data-on-one-node"
CONSTRAINTS = ("deploy", "placement", "constraints")
HOSTNAME = "node.hostname"
EVERYWHERE = ("/dev", "/etc/localtime", "/etc/timezone", "/proc", "/run", "/sys", "/var/run")
"""Folders and files that each Linux machine has."""


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    swarm = snapshot.swarm
    for key, project in snapshot.projects.items() if swarm else ():
        if swarm is None or len(swarm.nodes) < 2 or not is_stack(snapshot, key):
            continue
        for name in sorted(project.services):
            service, deployed = project.services[name], services_of(snapshot, key).get(name)
            nodes = _may_run(swarm, service, deployed)
            mounts = _kept(project, service, deployed)
            if nodes > 1 and mounts:
                found = _finding(ServiceKey(key, name), service, mounts)
                yield _placed(found, swarm, service, deployed, mounts, nodes)


def _finding(key: ServiceKey, service: Service, mounts: list[Mount]) -> Finding:
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject="",
        message=f"keeps {', '.join(_what(one) for one in mounts)} on one node, and may start on "
        "another",
        evidence=tuple(_line(service, one) for one in mounts),
        applicability="display",
        origin=service.origin("volumes", mounts[0].target),
        fix="a constraint to the node with the data, or a share of the network",
        place="both",
    )


def _placed(
    finding: Finding,
    swarm: Swarm,
    service: Service,
    deployed: SwarmService | None,
    mounts: list[Mount],
    nodes: int,
) -> Finding:
    """With where it may run and does, and the node that has its data."""
    running = ", ".join(_running_on(swarm, deployed))
    on = f"runs on {running}" if running else "no task runs" if deployed else "not deployed"
    told = replace(finding, evidence=(*finding.evidence, f"{nodes} nodes may run it; {on}"))
    if not (there := _home(swarm, service, deployed, mounts)):
        return told
    return replace(told, applicability="unsafe", fix=f"let it run on {there} only")


def _what(mount: Mount) -> str:
    return mount.source if mount.type == "bind" else f"the volume {mount.source}"


def _line(service: Service, mount: Mount) -> str:
    origin = service.origin("volumes", mount.target)
    told = (
        f"{mount.source} is a folder of this machine: a node without it rejects the task"
        if mount.type == "bind"
        else f"each node has a volume {mount.source} of its own, which begins empty"
    )
    return f"volumes {mount.target}{f' ({origin})' if origin else ''}: {told}"


def _kept(project: Project, service: Service, deployed: SwarmService | None) -> list[Mount]:
    """Its mounts that are on one node only."""
    for_each = _on_each(service, deployed)
    return [
        mount
        for mount in service.mounts
        if (mount.type == "bind" and not _everywhere(mount.source))
        or (
            mount.type == "volume"
            and not for_each
            and (known := project.volumes.get(mount.source)) is not None
            and _is_local(known)
        )
    ]


def _on_each(service: Service, deployed: SwarmService | None) -> bool:
    """Each node has one of it; before it was deployed, that a mode stands in its file."""
    if deployed is None:
        return service.stands("deploy", "mode")
    return deployed.replicas is None


def _everywhere(source: str) -> bool:
    """Whether each Linux machine has it."""
    return any(source == place or source.startswith(f"{place}/") for place in EVERYWHERE)


def _is_local(volume: VolumeDeclaration) -> bool:
    """Kept on the engine's own disk: of its own driver, and no share is mounted there."""
    plain = volume.driver in ("", "local") and not volume.external
    return plain and volume.options.get("type", "") in ("", "none", "tmpfs", "ext4", "xfs", "btrfs")


def _may_run(swarm: Swarm, service: Service, deployed: SwarmService | None) -> int:
    """How many nodes its constraints leave, those of the file and those that it was deployed with;
    0 where they name what is not known here, such as a label."""
    nodes = list(swarm.nodes)
    for constraint in (*service.constraints, *(deployed.constraints if deployed else ())):
        name, differs, value = _parts(constraint)
        if name not in ("node.id", HOSTNAME, "node.role"):
            return 0
        nodes = [one for one in nodes if (_value(one, name) == value) is not differs]
    return len(nodes)


def _parts(constraint: str) -> tuple[str, bool, str]:
    """`node.role != manager`: the name, whether it must differ, the value."""
    sign = "!=" if "!=" in constraint else "=="
    name, _, value = constraint.partition(sign)
    return name.strip().lower(), sign == "!=", value.strip()


def _value(node: SwarmNode, name: str) -> str:
    return {"node.id": node.id, HOSTNAME: node.name}.get(name, node.role)


def _running_on(swarm: Swarm, deployed: SwarmService | None) -> list[str]:
    current = deployed.current if deployed else ()
    return sorted({node_name(swarm, t.node) for t in current if t.state == "running" and t.node})


def _home(
    swarm: Swarm, service: Service, deployed: SwarmService | None, mounts: list[Mount]
) -> str:
    """The name of the node that has the data, "" where several may, where it takes no tasks, or its
    name is no name of one node."""
    if _on_each(service, deployed):
        return ""  # a constraint would end that
    on = _running_on(swarm, deployed)
    # Nothing runs yet: a folder beside the file is that of the manager, a volume is nowhere.
    if deployed is None and all(one.type == "bind" for one in mounts):
        on = [one.name for one in swarm.nodes if one.id == swarm.here]
    same = [one for one in swarm.nodes if [one.name] == on]
    return same[0].name if len(same) == 1 and node_word(same[0]) == "ready" else ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """The constraint."""
    key, service = service_of(snapshot, finding)
    project, swarm = snapshot.projects[key.project], snapshot.swarm or Swarm()
    deployed = services_of(snapshot, key.project).get(key.service)
    there = _home(swarm, service, deployed, _kept(project, service, deployed))
    if not there:
        raise NoFixError("which node has the data is not known: name it in deploy.placement")
    layer = layer_for(project, service, *CONSTRAINTS)
    edit = Add((*layer.path, *CONSTRAINTS), f"{HOSTNAME} == {there}")
    return Fix(
        title=f"let {key} run on {there} only",
        applicability="unsafe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=(f"while {there} is down or drained, it runs nowhere",),
    )


RULE = Rule(name=NAME, severity="warning", key="f", manual=__doc__, find=find, fix=fix)
