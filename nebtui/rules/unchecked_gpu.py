"""Nothing tests whether the requested GPU is really there.

What: a service asks for a GPU, its server is not known to refuse to start without one, and neither
its command, its healthcheck nor a service it waits for looks at the GPU.
Why it bites: the day the driver, the image or the toolkit changes, it starts all the same and
computes on the CPU.
Evidence: the request, and what is known of the server.
Fix: a gate: a job from the same image with the same request that runs CUDA's own start (`libcuda`
through python3; without python3 it is looked whether `nvidia-smi -L` lists a card and
`/dev/nvidia-uvm` is there, which CUDA cannot start without) and ends with 0 or a named code (41 not
injected, 42 CUDA error, 43 no device); the service waits until it completed. Tried first in the
running container. It does not see a later loss: a healthcheck does. A service that is only built
here gets `nvidia-smi -L` in front of its healthcheck instead. Unsafe: the next start waits for it.
Source: measured with Compose 2.40 (a failed gate leaves the dependent `created`, `up` returns 1).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from nebtui.analysis.gpu.requests import is_check, place, requested, tests, vendor
from nebtui.analysis.programs import programs
from nebtui.analysis.server import server_of
from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import ImageKnowledge
from nebtui.rules.gpu_gate import free_name, gate_service, probe_argv
from nebtui.rules.healthcheck import gate_edit
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    Trial,
    layer_for,
    owning_layer,
    service_of,
)

NAME = "unchecked-gpu"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service without a test."""
    for key, service in snapshot.services():
        if not service.gpu or is_check(service):
            continue
        if service.image is None and service.build is None:
            continue  # a part of a service, whose server and tests stand in another file
        known = server_of(service)
        if (known and known.without_gpu == "refuses") or any(
            True for _ in tests(snapshot, key, service)
        ):
            continue
        text = _without(known)
        falls_back = known is not None and known.without_gpu == "falls-back"
        bare = any(request.driver == "device" for request in service.gpus)
        sees = falls_back or bare or _starts_cuda(snapshot, key, service)
        why_not = _why_not(snapshot.projects[key.project], service)
        if not sees and not why_not:
            why_not = (
                "start CUDA in its health test or command: its image is not known to have python3"
            )
        yield Finding(
            rule=NAME,
            severity="warning" if falls_back or bare else "advice",
            project=key.project,
            service=key.service,
            subject="",
            message="asks for a GPU, and nothing tests whether it is there",
            evidence=(f"requested: {requested(service)} ({place(service)})", text),
            applicability="display" if why_not else "unsafe",
            origin=place(service),
            fix=why_not
            or (
                "test the GPU before it starts"
                if service.image
                else "test the GPU in its healthcheck"
            ),
        )


def _starts_cuda(snapshot: Snapshot, key: ServiceKey, service: Service) -> bool:
    """A gate from its image could start CUDA itself; a list of devices alone would only repeat what
    the engine refuses by itself."""
    has = programs(snapshot, key, service)
    return service.image is None or (has is not None and has.has("python3"))


def _without(known: ImageKnowledge | None) -> str:
    """What is known of a server that finds no GPU."""
    if known is None or known.role == "base":
        return "nothing is known of its server"
    falls_back = known.without_gpu == "falls-back"
    return (
        f"{known.name} "
        f"{'computes on the CPU without one' if falls_back else 'may start without one'}"
    )


def _why_not(project: Project, service: Service) -> str:
    """Why no fix is offered, as what to do by hand; "" if one is."""
    maker = vendor(service)
    if maker != "nvidia":
        tool = "rocminfo" if maker == "amd" else "clinfo"
        return f"let a job with the same devices run {tool} before it starts"
    if service.image is None and not _conjunct(service):
        return (
            "it is built here: give it an `image:` name too, so that a gate can start from "
            "the same image"
        )
    if service.image is not None and owning_layer(project, service) is None:
        return (
            "it is defined in a file of another project: add a service there that runs "
            "nvidia-smi -L"
        )
    return ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Add the gate, or the conjunct where no image has a name."""
    key, service = service_of(snapshot, finding)
    project = snapshot.projects[key.project]
    if why_not := _why_not(project, service):
        raise NoFixError(why_not)
    if service.image is None:
        return _in_health_test(project, key, service)
    layer_for(project, service)  # refuses where the files were not confirmed
    own = owning_layer(project, service)
    assert own is not None  # else there is a reason why not
    name = free_name(project, service.name)
    argv, control = probe_argv(snapshot, key, service)
    body = gate_service(service, argv)
    return Fix(
        title=f"let {key} wait until {name} has seen the GPU",
        applicability="unsafe",
        edits=(
            FileEdit(own.file, Set((*own.path[:-1], name), body)),
            gate_edit(project, service, name, "service_completed_successfully"),
        ),
        recreate=(Recreate(key.project, (name, key.service), force=True),),
        notes=(
            f"{name} runs once before each start by `up`; a restart of the container does "
            "not run it again",
            "its exit code: 41 not injected, 42 CUDA error, 43 no device",
            *_unseen(argv),
        ),
        trial=_trial(snapshot, key, argv, control),
    )


def _unseen(argv: tuple[str, ...]) -> tuple[str, ...]:
    """What a gate that only lists the devices does not see."""
    if argv[0] == "python3":
        return ()
    return (
        "it asks nvidia-smi and looks for /dev/nvidia-uvm: both are there while CUDA is broken (a "
        "library that does not fit the driver); with python3 in the image it would start "
        "CUDA itself",
    )


def _trial(
    snapshot: Snapshot, key: ServiceKey, argv: tuple[str, ...], control: tuple[str, ...]
) -> Trial | None:
    """Run it in the running container first."""
    running = (c for c in snapshot.containers_of(key) if c.state == "running")
    return next((Trial(c.id, argv, control) for c in running), None)


def _conjunct(service: Service) -> str:
    """The healthcheck with the GPU's in front, "" where there is none that can be rewritten."""
    test = service.healthcheck.test if service.healthcheck else ()
    if test[:1] not in (("CMD",), ("CMD-SHELL",)) or any("$" in word for word in test):
        return ""
    ready = test[1] if test[0] == "CMD-SHELL" else shlex.join(test[1:])
    return f"nvidia-smi -L >/dev/null && {{ {ready}; }}"


def _in_health_test(project: Project, key: ServiceKey, service: Service) -> Fix:
    layer = layer_for(project, service, "healthcheck", "test")
    test = Set((*layer.path, "healthcheck", "test"), ("CMD-SHELL", _conjunct(service)))
    return Fix(
        title=f"let the healthcheck of {key} see the GPU",
        applicability="unsafe",
        edits=(FileEdit(layer.file, test),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=("needs nvidia-smi in the container, which the `utility` capability brings",),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """The gate ended with 0 and the service was started after it, or the healthcheck with the GPU
    in it passes."""
    key = finding.at
    assert key is not None  # every finding of this rule names a service
    service = snapshot.service(key)
    containers = [c for c in snapshot.containers_of(key) if c.state == "running"]
    if service is None or not containers:
        return Observation(False, f"{key} does not run")
    for dependency in service.depends_on.values():
        gate = ServiceKey(key.project, dependency.service)
        declared = snapshot.service(gate)
        if declared is None or not is_check(declared):
            continue
        ended = [
            c.inspection
            for c in snapshot.containers_of(gate)
            if c.inspection and c.state == "exited"
        ]
        if not ended:
            return Observation(False, f"{gate} has not run")
        if ended[0].exit_code != 0:
            return Observation(
                False, f"{gate} ended with {ended[0].exit_code}: the GPU is not there"
            )
        return Observation(True)
    healthy = all(c.health == "healthy" for c in containers)
    return Observation(
        healthy, "" if healthy else f"{containers[0].name} is {containers[0].health}"
    )


RULE = Rule(
    name=NAME,
    severity="warning",
    key="g",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
