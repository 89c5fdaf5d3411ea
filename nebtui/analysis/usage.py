"""What the containers of a service use, how long they run, which ports of the host they have."""

from __future__ import annotations

from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.text.units import age, size


@dataclass(frozen=True, slots=True)
class ServiceUsage:
    """Of the running containers of a service together; what nobody measured is None."""

    running: int = 0
    """How many of its containers run."""
    cpu: float | None = None
    """Percent of one core; None as long as there is one reading only."""
    memory: int | None = None
    """Bytes, page cache left out."""
    uptime: float | None = None
    """Seconds since the youngest of them was started."""
    ports: tuple[PortBinding, ...] = ()
    """Those that are published, each once, whatever the addresses."""

    @property
    def words(self) -> str:
        """`cpu 1.7 %  mem 41 MiB  up 14 min  8081→8080`; "" where nothing runs."""
        if not self.running:
            return ""
        load = "–" if self.cpu is None else f"{self.cpu:.1f}"
        lasted = "–" if self.uptime is None else age(self.uptime)
        kinds = {p: "" if p.protocol == "tcp" else f"/{p.protocol}" for p in self.ports}
        ports = (f"{p.host_port}→{p.port}{kind}" for p, kind in kinds.items())
        return "  ".join((f"cpu {load} %", f"mem {size(self.memory)}", f"up {lasted}", *ports))


def usage(snapshot: Snapshot, key: ServiceKey, now: float | None) -> ServiceUsage:
    """The usage of a service at the time `now` (Unix seconds; None = not known, then there is no
    uptime). Readings of containers that ended since are no usage."""
    running = [c for c in snapshot.containers_of(key) if c.state == "running"]
    samples = [snapshot.samples[c.id] for c in running if c.id in snapshot.samples]
    loads = [sample.cpu for sample in samples if sample.cpu is not None]
    sizes = [sample.memory for sample in samples if sample.memory is not None]
    begun = [c.inspection.started for c in running if c.inspection and c.inspection.started]
    ports = {
        (port.host_port, port.port, port.protocol): port
        for container in running
        for port in container.ports
        if port.host_port is not None
    }
    return ServiceUsage(
        len(running),
        sum(loads) if loads else None,
        sum(sizes) if sizes else None,
        max(0.0, now - max(begun)) if begun and now is not None else None,
        tuple(ports.values()),
    )
