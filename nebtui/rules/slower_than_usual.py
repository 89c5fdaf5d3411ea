"""A service serves far more slowly than it usually does.

What: an inference server is busy, and one request gets less than 0.4 of the tokens a second that
are usual for this service with this model at this concurrency, for two windows and more; a GPU need
not be declared. What cpu-fallback says of a service is not said again here.
Why it bites: nothing fails. A model that left the GPU, a card that is too hot, a CPU limit or a
neighbour on the card make it 3 to 30 times slower, and no healthcheck notices.
Evidence: the server's own figures, what is usual (the better half of what nebtui saw in 30 days),
whether a GPU is declared, and what is wrong with the card it is on.
Fix: by hand, for the reason is not in the file.
Source: measured with llama.cpp: `docker update --cpus` from 0.8 to 0.04 is 55.8 → 3.3 tok/s.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu import words
from nebtui.analysis.gpu.activity import busy_by
from nebtui.analysis.gpu.evidence import ladder
from nebtui.analysis.gpu.ladder import Ladder
from nebtui.analysis.gpu.requests import is_check
from nebtui.analysis.gpu.residents import on_devices
from nebtui.analysis.throughput.summary import samples_of, slower
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "slower-than-usual"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service that is slow and of which cpu-fallback says nothing."""
    for key, service in snapshot.services():
        samples = samples_of(snapshot, key)
        speed = slower(samples)
        if not speed or is_check(service):
            continue
        found = ladder(snapshot, key)
        if service.gpu and found.verdict in ("fallback", "suspected"):
            continue  # cpu-fallback says it, with the whole ladder
        busy = busy_by(list(samples))
        yield Finding(
            rule=NAME,
            severity="warning",
            project=key.project,
            service=key.service,
            subject="",
            message=f"serves {speed}; {_where(snapshot, key, found)}",
            evidence=(*((busy,) if busy else ()), *_troubles(snapshot, key)),
            applicability="display",
            origin=service.origin(),
            fix="see what changed: its log, its CPU limit, the model, who else is on its card "
            "(nebtui gpu); recreate it where it has lost its GPU",
        )


def _where(snapshot: Snapshot, key: ServiceKey, found: Ladder) -> str:
    on = on_devices(snapshot, snapshot.containers_of(key))
    if on:
        return f"its process is on GPU {on[0][0].index}"
    declared = found.answer("declared") == "yes"
    return "a GPU is declared for it" if declared else "no GPU is declared for it"


def _troubles(snapshot: Snapshot, key: ServiceKey) -> Iterator[str]:
    """What is wrong with the devices it is on."""
    seen = {gpu.index: gpu for gpu, _ in on_devices(snapshot, snapshot.containers_of(key))}
    for gpu in seen.values():
        yield from (f"GPU {gpu.index}: {trouble}" for trouble in words.troubles(gpu))


RULE = Rule(
    name=NAME,
    severity="warning",
    key="",
    manual=__doc__,
    find=find,
)
