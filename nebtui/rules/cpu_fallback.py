"""A service claims a GPU and computes on the CPU.

What: it asks for a GPU, has a model loaded, is busy, and none of its processes is on any device. On
speed alone (far below its usual speed), or by the server's own figures, it is suspected.
Why it bites: 65 tokens a second become 1.8 without a log line, an exit, or a failed healthcheck.
Evidence: the ladder (declared, injected, initialises, resident, works, fast), each step yes, no, or
unknown with the reason. Idle servers are not reported, nor is anything where the driver hides its
processes (WSL2, another machine).
Fix: by hand, at the lowest step that says no: request, container toolkit, driver and image, a
recreated container.
Source: ollama issues 5035, 8594, 12323; nvidia-container-toolkit issue 48; measured with llama.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.ladder import Ladder
from nebtui.analysis.gpu.requests import is_check, place
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "cpu-fallback"
REMEDIES = {
    "injected": "mend what the step names, then recreate it: device files come with a new "
    "container "
    "(after a daemon-reload they vanish; CDI keeps them)",
    "initialises": "mend what the step names: driver and image must fit, nvidia_uvm must be loaded",
}


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service whose ladder says so; nothing where no tokens a second are known."""
    for key, service in snapshot.services():
        if not service.gpu or is_check(service):
            continue
        if not any(c.id in snapshot.throughput for c in snapshot.containers_of(key)):
            continue
        found = ladder(snapshot, key)
        if found.verdict not in ("fallback", "suspected"):
            continue
        yield Finding(
            rule=NAME,
            severity="error" if found.verdict == "fallback" else "warning",
            project=key.project,
            service=key.service,
            subject="",
            message=found.sentence,
            evidence=found.evidence,
            applicability="display",
            origin=place(service),
            fix=_remedy(found),
            blocks=1 if found.verdict == "fallback" else 0,
        )


def _remedy(found: Ladder) -> str:
    """What to do at the lowest step that says no."""
    lowest = next((step.name for step in found.steps if step.answer == "no"), "")
    return REMEDIES.get(
        lowest,
        "look at its log for why it left the GPU, and recreate it; nebtui doctor shows the chain",
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
