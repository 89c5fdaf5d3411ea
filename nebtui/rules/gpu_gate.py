"""The gate service of rule unchecked-gpu: a one-shot service that fails where the GPU is not
there."""

from __future__ import annotations

from nebtui.analysis.readiness import image_of
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.gpu_request import GpuRequest
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot

PYTHON = (
    "import ctypes as c,os,sys;"
    "sys.excepthook=lambda *a:(print('gpu check 41, not injected:',a[1],flush=True),os._exit(41));"
    "l=c.CDLL('libcuda.so.1');n=c.c_int();"
    "e=l.cuInit(0) or l.cuDeviceGetCount(c.byref(n));"
    "print('gpu check: CUDA error',e,'devices',n.value);"
    "sys.exit(42 if e else 0 if n.value else 43)"
)


NO_DEVICE = "import os;os.environ['CUDA_VISIBLE_DEVICES']='-1';"


SHELL = (
    "case $(nvidia-smi -L{}) in GPU*) ;; *) echo gpu check 41, nvidia-smi lists no GPU; exit "
    "41;; esac; if [ -c /dev/nvidiactl ] && ! [ -c /dev/nvidia-uvm ]; then echo gpu check 42, CUDA "
    "cannot start without /dev/nvidia-uvm; exit 42; fi"
)
"""Without python3 CUDA itself is not started; what it cannot start without is looked for."""


ABSENT_DEVICE = " -i 99"


def free_name(project: Project, service: str) -> str:
    names = (
        f"{service}-gpu-check{suffix}"
        for suffix in ("", *(f"-{number}" for number in range(2, 100)))
    )
    return next(name for name in names if name not in project.services)


def probe_argv(
    snapshot: Snapshot, key: ServiceKey, service: Service
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The test and its negative control, by what the image has; nvidia-smi comes with the
    device."""
    image = image_of(snapshot, service, snapshot.containers_of(key))
    if image is not None and "python3" in (image.programs or ()):
        return ("python3", "-c", PYTHON), ("python3", "-c", NO_DEVICE + PYTHON)
    return ("sh", "-c", SHELL.format("")), ("sh", "-c", SHELL.format(ABSENT_DEVICE))


def gate_service(service: Service, argv: tuple[str, ...]) -> dict[str, Value]:
    """The job: same image, same request, same user, no network."""
    body: dict[str, Value] = {"image": _written(service, ("image",), service.image or "")}
    body["entrypoint"] = [word.replace("$", "$$") for word in argv]
    body["restart"] = "no"
    body["network_mode"] = "none"
    if service.user:
        body["user"] = service.user
    if service.platform:
        body["platform"] = service.platform
    for key, values in (
        ("group_add", service.group_add),
        ("security_opt", service.isolation.security_opt),
    ):
        if values:
            body[key] = list(values)
    if service.profiles:
        body["profiles"] = list(service.profiles)
    return body | _request(service)


def _request(service: Service) -> dict[str, Value]:
    """The GPU request in the form the service has it."""
    if service.runtime == "nvidia" and not service.gpus:
        names = ("NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES")
        text: dict[str, Value] = {
            name: value for name in names if (value := service.environment.get(name))
        }
        return {"runtime": "nvidia", **({"environment": text} if text else {})}
    given: dict[str, Value] = {}
    if any(request.driver in ("cdi", "device") for request in service.gpus) and service.stands(
        "devices"
    ):
        files = [
            _written(service, ("devices", str(at)), one) for at, one in enumerate(service.devices)
        ]
        given = {"devices": files}
    asked = [r for r in service.gpus if not (given and r.driver in ("cdi", "device"))]
    return given | (_reservation(service, asked) if asked else {})


def _reservation(service: Service, asked: list[GpuRequest]) -> dict[str, Value]:
    """Requests for devices as Compose hands them to the engine, whatever form they have in the
    file."""
    result: list[Value] = []
    for request in asked:
        entry: dict[str, Value] = {"driver": request.driver} if request.driver else {}
        if request.ids:
            entry["device_ids"] = _ids(service, request)
        else:
            entry["count"] = "all" if request.count in (None, -1) else request.count
        entry["capabilities"] = tuple(request.capabilities or ("gpu",))
        result.append(entry)
    return {"deploy": {"resources": {"reservations": {"devices": result}}}}


def _written(service: Service, path: tuple[str, ...], value: str) -> str:
    """A value as its file has it, with its variables: the gate is to follow them as the service
    does."""
    origin = service.origins.get(path)
    return origin.written if origin is not None and origin.written else value.replace("$", "$$")


def _ids(service: Service, request: GpuRequest) -> tuple[str, ...]:
    """The ids of the only request as its file has them; of several requests as they are now."""
    stand = [path for path in service.origins if path[-2:-1] == ("device_ids",)]
    if len(service.gpus) > 1 or len(stand) != len(request.ids):
        return tuple(request.ids)
    return tuple(_written(service, path, one) for path, one in zip(stand, request.ids, strict=True))
