"""The stacks of Docker Swarm in `status`, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.generic_resources import supply, wanted
from nebtui.analysis.stacks import Stack, StackService, stacks
from nebtui.analysis.task_errors import node_name, plain_error
from nebtui.analysis.verdict import WORDS
from nebtui.facts.observed import PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService, SwarmTask
from nebtui.report.contract.containers import PortJson
from nebtui.report.contract.stacks import StackJson, StackServiceJson, SwarmJson, TaskJson
from nebtui.text.terminal import plain


def swarm_lines(snapshot: Snapshot) -> Iterator[str]:
    """A block for each stack: its services with verdict, reason and what is amiss with nodes."""
    swarm = snapshot.swarm
    if swarm is not None and swarm.problem:
        yield plain(f"swarm: {swarm.problem}")
    for stack in stacks(snapshot):
        yield plain(f"{stack.title}  {stack.summary}")
        for one in stack.services:
            verdict = one.verdict
            reserves = wanted(swarm, one.known) if swarm and one.known else ""
            reserves = f"reserves {reserves}" if reserves else ""
            told = (verdict.state, verdict.why, *one.troubles, reserves)
            rest = "  ".join(part for part in told if part)
            yield plain(f"  {WORDS[verdict.word].glyph} {one.name}  {rest}")


def swarm_json(snapshot: Snapshot) -> SwarmJson | None:
    """The same, and every task; None where nothing here belongs to a swarm."""
    swarm, found = snapshot.swarm, stacks(snapshot)
    if swarm is None and not found:
        return None
    known = swarm or Swarm()
    return {
        "manager": swarm is not None,
        "problem": known.problem or None,
        "stacks": [_stack(known, stack) for stack in found],
        "nodes": [
            {
                "name": node_name(known, node.id),
                "role": node.role,
                "availability": node.availability,
                "state": node.state,
                "generic_resources": [
                    {"kind": one.kind, "total": one.total, "free": max(one.free, 0)}
                    for one in supply(known)
                    if one.node is node
                ],
            }
            for node in known.nodes
        ],
    }


def _stack(swarm: Swarm, stack: Stack) -> StackJson:
    return {
        "name": stack.name or None,
        "services": [_service(swarm, one) for one in stack.services],
    }


def _service(swarm: Swarm, service: StackService) -> StackServiceJson:
    known = service.known
    containers = service.containers
    ports = known.ports if known else [port for one in containers for port in one.ports]
    return {
        "name": service.name,
        "readiness": service.verdict.word,
        "state_words": service.verdict.state,
        "why": service.verdict.why,
        "mode": known.mode if known else None,
        "running": known.running if known else None,
        "wanted": known.wanted if known else None,
        "image": known.image if known else containers[0].image,
        "networks": list(service.networks),
        "ports": [port_json(port) for port in ports],
        "nodes": list(service.troubles),
        "reserves": [{"kind": g.kind, "count": g.count} for g in known.generic] if known else [],
        "containers": [one.name for one in containers],
        "tasks": [_task(swarm, known, task) for task in known.tasks] if known else [],
    }


def _task(swarm: Swarm, service: SwarmService, task: SwarmTask) -> TaskJson:
    return {
        "slot": task.slot or None,
        "node": node_name(swarm, task.node) if task.node else None,
        "state": task.state,
        "desired": task.desired,
        "error": plain_error(swarm, service, task) or None,
        "since": task.at,
    }


def port_json(port: PortBinding) -> PortJson:
    """A port of a container or a service."""
    return {
        "port": port.port,
        "published": port.host_port,
        "protocol": port.protocol,
        "host_ip": port.host_ip,
    }
