"""A GPU is requested, and a variable hides it from the programs inside.

What: CUDA_VISIBLE_DEVICES (or NVIDIA_VISIBLE_DEVICES, and AMD's HIP_ and ROCR_VISIBLE_DEVICES) is
empty, negative, or names a device that is not there. Indices count from 0 *inside* the container.
Or a server splits its model over more GPUs (`--tensor-parallel-size`) than are requested or
visible.
Why it bites: CUDA sees no device and reports no error; most servers then compute on the CPU.
Evidence: the variable where it stands, the request, and the devices of this machine where a driver
lists them.
Fix: by hand: remove the variable, or name a device that is there. (Docker overrides
NVIDIA_VISIBLE_DEVICES for a device request; with `runtime: nvidia` it decides alone.)
Source: CUDA programming guide, environment variables; NVIDIA container toolkit documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu import parallel
from nebtui.analysis.gpu.requests import hidden, place, requested
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "hidden-gpu"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per variable that hides the devices."""
    for key, service in snapshot.services():
        if not service.gpu:
            continue
        yield from _too_few(key, service)
        for name, value, why in hidden(snapshot, service):
            origin = service.origin("environment", name)
            asked = place(service)
            yield Finding(
                rule=NAME,
                severity="warning",
                project=key.project,
                service=key.service,
                subject=name,
                message=f"asks for a GPU and hides it with {name}={value or '(empty)'}",
                evidence=(
                    f"{name}={value} ({origin}): {why}",
                    f"requested: {requested(service)}" + (f" ({asked})" if asked else ""),
                ),
                applicability="display",
                origin=origin,
                fix=f"remove {name}, or name a device that is there",
                blocks=1,
            )


def _too_few(key: ServiceKey, service: Service) -> Iterator[Finding]:
    """A model that is split over more GPUs than the service can see."""
    wanted, seen = parallel.asked(service), parallel.given(service)
    if wanted is None or seen is None or seen[0] >= wanted[1]:
        return
    option, number = wanted
    visible, limit = seen
    asks = place(service)
    yield Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=option,
        message=f"splits its model over {number} GPUs ({option}) and sees {visible}",
        evidence=(
            f"command: {option} {number}",
            f"{limit}; requested: {requested(service)}" + (f" ({asks})" if asks else ""),
        ),
        applicability="display",
        origin=service.origin("command") or asks,
        fix=f"give it {number} GPUs, or {option} {visible}",
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="warning",
    key="",
    manual=__doc__,
    find=find,
)
