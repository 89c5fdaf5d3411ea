"""What happened to a container, and when (Unix seconds)."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContainerEvent:
    """Something that happened to a container: the engine's own words (`/events`: create start die
    kill oom destroy health_status…), and what the kernel's counters tell: `listening` (new
    `ports`), `refused` and `failed` (`count` connections, between `since` and `at`)."""

    at: float
    container: str
    action: str
    exit_code: int | None = None
    count: int = 0
    """Connections, 0 for everything else."""
    ports: tuple[int, ...] = ()
    """TCP ports that began to listen, () for everything else."""
    since: float | None = None
    """When it had not happened yet: the look before; None where `at` is exact."""
