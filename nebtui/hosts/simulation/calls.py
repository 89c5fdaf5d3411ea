"""A connection from one simulated container to another, as Docker's names and networks allow it."""

from __future__ import annotations

from nebtui.hosts.simulation.container import SimContainer
from nebtui.hosts.simulation.machine import Machine


def call(machine: Machine, unit: SimContainer, host: str, port: int) -> tuple[int, str]:
    """Exit status and words of an attempt to connect."""
    if unit.state != "running":
        return 1, f"container {unit.id[:12]} is not running"
    mine = {at.network for at in unit.attachments}
    for other in machine.units.values():
        shared = [at for at in other.attachments if at.network in mine]
        names = {other.name, other.service.name, *(alias for at in shared for alias in at.aliases)}
        if other is not unit and shared and host in names and other.state == "running":
            open_there = port in other.ports
            return (0, "") if open_there else (1, f"connect to {host}:{port}: Connection refused")
    return 1, f"{host}: Name or service not known"
