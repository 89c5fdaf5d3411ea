"""What a service asks of GPUs, as its files say it: where it stands, whether it infers, what hides
or tests the GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.readiness import health_test, image_of
from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import about

INFERENCE = frozenset({"inference", "embedding", "speech", "image-generation"})
_SERVERS = re.compile(
    r"\b(vllm|sglang|launch_server|llama-server|llama\.cpp|text-generation-(?:launcher|inference|server)|tabbyapi|"
    r"lmdeploy|ollama|exllama\w*|triton(?:server)?|infinity_emb|text-embeddings-\w+|comfyui|trtllm-serve|koboldcpp)\b",
    re.IGNORECASE,
)
_PLACES = (
    ("gpus",),
    ("deploy", "resources", "reservations", "devices"),
    ("deploy",),
    ("runtime",),
    ("devices",),
)
_TESTS = re.compile(
    r"nvidia-smi|rocm-smi|rocminfo|amd-smi|libcuda|cuInit|cuda\.is_available|device_count|deviceQuery|/dev/nvidia|"
    r"/dev/kfd|--list-devices|nvmlInit|torch\.cuda"
)
HIDING = (
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
)


def place(service: Service) -> Origin | None:
    """Where the GPU is asked for."""
    standing = next((path for path in _PLACES if service.stands(*path)), None)
    return service.origin(*standing) if standing else service.origin()


def requested(service: Service) -> str:
    """The request in words: `all (nvidia)`, `runtime nvidia`."""
    message = [str(request) for request in service.gpus]
    if service.runtime == "nvidia":
        message.append("runtime nvidia")
    return ", ".join(message) or "a GPU"


def is_check(service: Service) -> bool:
    """True for a job that only tests the GPU and ends: what holds for servers does not concern it.
    One that tests and then serves is a server."""
    words = " ".join((*service.entrypoint, *service.command))
    if not service.entrypoint or not _TESTS.search(words):
        return False
    goes_on = (
        _SERVERS.search(words)
        or re.search(r"\bexec\b", words)
        or service.ports
        or service.healthcheck
    )
    return not goes_on and service.restart in (None, "no")


def infers(service: Service) -> str:
    """Why this is a GPU inference service, "" if nothing says so."""
    if is_check(service):
        return ""
    known = about(service.image)
    if known and known.role in INFERENCE:
        return f"{known.name} ({known.role})"
    for text in (service.image or "", " ".join((*service.entrypoint, *service.command))):
        match = _SERVERS.search(text)
        if match:
            return f"{match[0]} in {text[:60]}"
    return ""


def tests(snapshot: Snapshot, key: ServiceKey, service: Service) -> Iterator[str]:
    """What tests the GPU before or while the service runs, each with where it stands."""
    image = image_of(snapshot, service, snapshot.containers_of(key))
    entrypoint = service.entrypoint or (image.entrypoint if image else ())
    command = service.command or (image.command if image and not service.entrypoint else ())
    if _TESTS.search(" ".join((*entrypoint, *command))):
        yield "its own command tests it"
    test = health_test(snapshot, key, service)
    if test and _TESTS.search(" ".join(test.test)):
        yield "its health test asks the GPU"
    for dependency in service.depends_on.values():
        gate = snapshot.service(ServiceKey(key.project, dependency.service))
        if gate is None or dependency.condition == "service_started":
            continue
        if _TESTS.search(" ".join((*gate.entrypoint, *gate.command))):
            yield f"it waits for {gate.name}, which tests it"


def hidden(snapshot: Snapshot, service: Service) -> Iterator[tuple[str, str, str]]:
    """Variables that hide the GPUs: (name, value, why)."""
    handed_over = any(request.driver != "device" for request in service.gpus)
    for name in HIDING:
        value = service.environment.get(name)
        if value is None or "$" in value or (name == "NVIDIA_VISIBLE_DEVICES" and handed_over):
            continue  # the engine sets that variable itself where a request names the devices
        why = _why_hidden(name, value.strip(), snapshot, service)
        if why:
            yield name, value, why


def _why_hidden(name: str, value: str, snapshot: Snapshot, service: Service) -> str:
    if not value:
        return "empty: no device is visible"
    first = value.split(",")[0].strip()
    if first == "all":
        return "all is no index: CUDA sees no device" if name == "CUDA_VISIBLE_DEVICES" else ""
    if first.lower() in ("void", "none", "nodevfiles") or re.fullmatch(r"-\d+", first):
        return f"{first}: no device is visible"
    known = _devices(snapshot)
    if known is None:
        count = _granted(service)
        if (
            name == "CUDA_VISIBLE_DEVICES"
            and first.isdecimal()
            and count is not None
            and int(first) >= count
        ):
            return f"index {first} of {count} requested, counted from 0 inside the container"
        return ""
    if first.isdecimal():
        inside = _granted(service) if name != "NVIDIA_VISIBLE_DEVICES" else None
        count = len(known) if inside is None else min(inside, len(known))
        return (
            f"index {first}, and there are {count}, counted from 0" if int(first) >= count else ""
        )
    if first.startswith("GPU-") and not any(uuid.startswith(first) for uuid in known):
        return f"{first} is no device of this machine"
    return ""


def _devices(snapshot: Snapshot) -> list[str] | None:
    """The UUIDs of this machine's devices; None where they could not be listed."""
    stack = snapshot.gpu_stack
    if stack is None or not stack.present or stack.problem or not snapshot.gpus:
        return None
    return [gpu.uuid for gpu in snapshot.gpus.values()]


def _granted(service: Service) -> int | None:
    """How many devices the container will see; None = all of the machine's."""
    if not service.gpus and service.runtime == "nvidia":
        named = [
            one
            for one in (service.environment.get("NVIDIA_VISIBLE_DEVICES") or "").split(",")
            if one.strip()
        ]
        return (
            len(named)
            if named and not {"all", "void", "none"} & set(named) and "$" not in "".join(named)
            else None
        )
    counts = [len(r.ids) if r.ids else r.count for r in service.gpus]
    if (
        not counts
        or any(c is None or c < 0 for c in counts)
        or service.gpus[0].driver in ("cdi", "device")
    ):
        return None
    return sum(c for c in counts if c is not None)
