"""Evidence that several rules show."""

from __future__ import annotations

from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot


def exits(snapshot: Snapshot, key: ServiceKey) -> tuple[str, ...]:
    """How often the engine restarted a service's containers; the exit code while one is down."""
    result = []
    for container in snapshot.containers_of(key):
        inspection = container.inspection
        if inspection and inspection.restart_count:
            down = container.state in ("restarting", "exited")
            last = f", last exit {inspection.exit_code}" if down else ""
            result.append(f"{container.name} restarted ×{inspection.restart_count}{last} (engine)")
    return tuple(result)
