"""A GPU is requested, and this engine has no way to give one.

What: the engine lists neither a runtime called nvidia nor a CDI device for a GPU, and the container
toolkit's hook is not on its machine; or the engine itself has refused the container with these
words.
Why it bites: `create` works, `start` fails with "could not select device driver", and the container
stays `created`.
Evidence: the engine's runtimes and CDI devices (`/info`), the toolkit's files, the container's
State.Error; silent once any container runs with a GPU that the engine gave it.
Fix: by hand: install the NVIDIA container toolkit and register it. Where the engine does not list
its runtimes, or runs on another machine, nothing is reported.
Source: measured with Engine 20.10; docs.nvidia.com/datacenter/cloud-native/container-toolkit.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.gpu.chain import INSTALL, engine_refusal, injection_method
from nebtui.analysis.gpu.requests import is_check, place, requested
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "missing-gpu-runtime"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service that asks for what the engine cannot give."""
    engine = snapshot.engine
    if engine is None or not engine.linux:
        return
    for key, service in snapshot.services():
        if not service.gpu or is_check(service):
            continue
        said = next((text for c in snapshot.containers_of(key) if (text := engine_refusal(c))), "")
        if said or _impossible(snapshot, engine, service):
            yield _finding(key, service, engine, said)


def _impossible(snapshot: Snapshot, engine: Engine, service: Service) -> bool:
    if (
        service.gpus
        and service.runtime != "nvidia"
        and all(r.driver == "device" for r in service.gpus)
    ):
        return False  # device files are handed over without a runtime's help
    if (
        service.runtime == "nvidia"
        and engine.runtimes is not None
        and "nvidia" not in engine.runtimes
    ):
        return True
    return injection_method(snapshot.gpu_stack, engine, snapshot.containers.values()) == ""


def _finding(key: ServiceKey, service: Service, engine: Engine, said: str) -> Finding:
    runtimes = ", ".join(engine.runtimes or ()) or "not told"
    devices = "none" if engine.cdi is None else ", ".join(engine.cdi) or "none"
    evidence = (
        f"requested: {requested(service)} ({place(service)})",
        f"runtimes of the engine: {runtimes}; CDI devices of GPUs: {devices}",
    )
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject="",
        message="asks for a GPU, which this engine cannot give",
        evidence=(*evidence, f"engine: {said}") if said else evidence,
        applicability="display",
        origin=place(service),
        fix=INSTALL,
        blocks=1,
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
