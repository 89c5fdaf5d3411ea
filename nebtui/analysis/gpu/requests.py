"""What a service asks of GPUs, as its files say it: where it stands, whether it infers, what hides
or tests the GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from nebtui.analysis.readiness import health_test, image_of
from nebtui.analysis.server import inference, server_of, server_word
from nebtui.facts.declared import Origin, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot

_PLACES = (
    ("gpus",),
    ("deploy", "resources", "reservations", "devices"),
    ("deploy",),
    ("runtime",),
    ("devices",),
)
_TESTS = re.compile(
    r"nvidia-smi|rocm-smi|rocminfo|amd-smi|libcuda|cuInit|cuda\.is_available|device_count|"
    r"deviceQuery|/dev/nvidia|/dev/kfd|--list-devices|nvmlInit|torch\.cuda"
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


Vendor = Literal["nvidia", "amd", "intel"]


def vendor(service: Service) -> Vendor:
    """Whose GPU is asked for: by device files, CDI names and drivers, else by the image's name; a
    request that names none is NVIDIA's, as the engine takes it."""
    names = " ".join(
        (
            *service.devices,
            *(word for r in service.gpus for word in (r.driver, *r.ids)),
            service.runtime or "",
        )
    ).lower()
    for maker, signs in _SIGNS.items():
        if any(sign in names for sign in signs):
            return maker
    image = (service.image or "").lower()
    if "rocm" in image:
        return "amd"
    return "intel" if re.search(r"ipex|intel|xpu|oneapi", image) else "nvidia"


_SIGNS: Mapping[Vendor, tuple[str, ...]] = {
    "amd": ("/dev/kfd", "amd.com/gpu", "amd", "rocm"),
    "nvidia": ("nvidia",),
    "intel": ("intel.com/gpu", "intel"),
}


def is_check(service: Service) -> bool:
    """True for a job that only tests the GPU and ends: what holds for servers does not concern it.
    One that tests and then serves is a server."""
    words = " ".join((*service.entrypoint, *service.command))
    if not service.entrypoint or not _TESTS.search(words):
        return False
    goes_on = (
        server_word(words) or re.search(r"\bexec\b", words) or service.ports or service.healthcheck
    )
    return not goes_on and service.restart in (None, "no")


def shares_memory(service: Service) -> str:
    """Why the processes of this service pass tensors through /dev/shm, "" if nothing says so:
    PyTorch's workers and NCCL do; Ollama, llama.cpp and TEI do not."""
    if is_check(service):
        return ""
    known = server_of(service)
    if known and known.shares_memory:
        return known.name
    for text in (service.image or "", " ".join((*service.entrypoint, *service.command))):
        if match := _WORKERS.search(text):
            return f"{match[0]} in {text[:60]}"
    return ""


_LAUNCHERS = "torchrun|deepspeed|accelerate launch"
"""Programs that start a worker for each GPU."""
_WORKERS = re.compile(
    r"\b(vllm|sglang|launch_server|text-generation-(?:launcher|inference|server)|"
    rf"{_LAUNCHERS}|aphrodite|lmdeploy|trtllm-serve|pytorch/pytorch)\b"
    r"|--(?:tensor-parallel-size|tp-size|num-shard|nproc[-_]per[-_]node)",
    re.IGNORECASE,
)


def one_worker(service: Service) -> bool:
    """Whether it asks for exactly one GPU, and its command for no more than one worker."""
    line = " ".join((*service.entrypoint, *service.command))
    one = [len(r.ids) == 1 or (not r.ids and r.count == 1) for r in service.gpus]
    return one == [True] and not _SEVERAL.search(line)


_SEVERAL = re.compile(
    r"(?:--?(?:tensor[-_]parallel[-_]size|pipeline[-_]parallel[-_]size|data[-_]parallel[-_]size|"
    r"tp(?:[-_]size)?|dp(?:[-_]size)?|pp|num[-_]shard|nproc[-_]per[-_]node|workers?)[ =](?!1\b)"
    rf"|{_LAUNCHERS})"
)


def infers(service: Service) -> str:
    """Why this is a GPU inference service, "" if nothing says so."""
    return "" if is_check(service) else inference(service)


def tests(snapshot: Snapshot, key: ServiceKey, service: Service) -> Iterator[str]:
    """What tests the GPU before or while the service runs, each with where it stands."""
    image = image_of(snapshot, service, snapshot.containers_of(key))
    entrypoint = service.entrypoint or (image.entrypoint if image else ())
    command = service.command or (image.command if image and not service.entrypoint else ())
    if _TESTS.search(" ".join((*entrypoint, *command))):
        yield "its own command tests it"
    test = health_test(snapshot, key, service)
    if test and _TESTS.search(" ".join(test.test)):
        yield "its healthcheck asks the GPU"
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
