"""Containers of the simulated engine that no Compose project made."""

from __future__ import annotations

from nebtui.demo import Scenario, StrangerScript
from nebtui.facts.observed import Attachment, Container, Inspection, PortBinding
from nebtui.hosts.simulation.machine import Machine


def strangers(machine: Machine, scenario: Scenario, now: float) -> tuple[Container, ...]:
    """Those of a scenario, as the engine lists them when one looks first."""
    scripts = machine.box.strangers
    return tuple(_container(machine, name, scripts[name], now) for name in scenario.strangers)


def _container(machine: Machine, name: str, script: StrangerScript, now: float) -> Container:
    started = now - script.age
    told = f" ({script.health})" if script.health != "none" else ""
    return Container(
        machine.identity(name),
        name,
        script.image,
        machine.image(script.image).id,
        state="running",
        status=f"Up {script.age / 3600:.0f} hours{told}",
        health=script.health,
        created=started,
        attachments=(Attachment("bridge", "172.17.0.2"),),
        ports=tuple(PortBinding(own, published, "0.0.0.0") for published, own in script.ports),
        inspection=Inspection(started=started, network_mode="bridge"),
    )
