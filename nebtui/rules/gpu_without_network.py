"""GPU inference without a network.

What: a GPU service that infers has `network_mode: none`.
Why it bites: its API cannot be reached and it cannot fetch its model, though it looks healthy.
Evidence: the mode where it stands, and what makes it an inference service.
Fix: by hand: a network with those who use it (an `internal: true` one keeps it off the Internet).
For a sandbox the mode is right; then the GPU is what does not belong there.
Source: docs.docker.com/engine/network/drivers/none.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.requests import infers
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "gpu-without-network"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    for key, service in snapshot.services():
        why = infers(service) if service.gpu and service.network_mode == "none" else ""
        if not why:
            continue
        origin = service.origin("network_mode")
        yield Finding(
            rule=NAME,
            severity="warning",
            project=key.project,
            service=key.service,
            subject="",
            message="infers on a GPU and has no network: it cannot be reached",
            evidence=(f"network_mode: none ({origin})", f"inference: {why}"),
            applicability="display",
            origin=origin,
            fix="give it a network with those who use it, an internal one if it shall not "
            "reach the Internet",
        )


RULE = Rule(
    name=NAME,
    severity="warning",
    key="",
    manual=__doc__,
    find=find,
)
