"""The wait service of rule unguarded-start: a bounded one-shot job that ends with 0 once a port of
another project answers."""

from __future__ import annotations

from nebtui.analysis.programs import Programs
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service
from nebtui.facts.project import Project

TRIES, PAUSE = 150, 2
"""Looks at the port, and seconds between two: five minutes in all."""
BOUND = TRIES * PAUSE
BASH = (
    "for ((i=0; i<{tries}; i++)); do (exec 3<>/dev/tcp/{host}/{port}) 2>/dev/null && exit 0; "
    "sleep {pause}; done; echo {host}:{port} did not answer within {bound} s; exit 1"
)
NETCAT = (
    "i=0; while [ $i -lt {tries} ]; do nc -w 2 {host} {port} </dev/null >/dev/null 2>&1 && exit 0; "
    "i=$((i+1)); sleep {pause}; done; echo {host}:{port} did not answer within {bound} s; exit 1"
)
PYTHON = (
    "import socket,sys,time\n"
    "for _ in range({tries}):\n"
    "    try: socket.create_connection(('{host}', {port}), 2).close(); sys.exit(0)\n"
    "    except OSError: time.sleep({pause})\n"
    "sys.exit('{host}:{port} did not answer within {bound} s')"
)


def wait_argv(host: str, port: int, has: Programs) -> tuple[str, ...]:
    """What waits for a port, by a program that the image has; () where it has none."""
    words = {"host": host, "port": port, "tries": TRIES, "pause": PAUSE, "bound": BOUND}
    if has.has("bash"):
        return ("bash", "-c", BASH.format(**words))
    if has.has("nc"):
        return ("sh", "-c", NETCAT.format(**words))
    if has.has("python3"):
        return ("python3", "-c", PYTHON.format(**words))
    return ()


def wait_service(service: Service, argv: tuple[str, ...], networks: list[str]) -> dict[str, Value]:
    """The job, from the dependent's own image, which is on the machine already."""
    origin = service.origins.get(("image",))
    image = service.image or ""
    written = origin.written if origin is not None and origin.written else image.replace("$", "$$")
    body: dict[str, Value] = {"image": written}
    body["entrypoint"] = [word.replace("$", "$$") for word in argv]
    body["restart"] = "no"
    if networks != ["default"]:
        body["networks"] = list(networks)
    if service.platform:
        body["platform"] = service.platform
    if service.profiles:
        body["profiles"] = list(service.profiles)
    return body


def free_wait_name(project: Project, target: str) -> str:
    """`wait-for-TARGET`, with a number where the project has such a service."""
    names = (f"wait-for-{target}{end}" for end in ("", *(f"-{n}" for n in range(2, 100))))
    return next(name for name in names if name not in project.services)
