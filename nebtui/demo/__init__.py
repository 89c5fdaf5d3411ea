"""The demo box as data: real compose files of sample projects, and a script of how their services
behave."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """One demo box: its projects, how long they have been up when one looks, and what is wrong with
    the machine."""

    name: str
    projects: tuple[str, ...]
    age: float
    networks: tuple[str, ...] = ()
    """External networks that exist on the host."""
    owners: Mapping[str, int] | None = None
    """Host path → uid and gid, where they differ from the box's."""
    starts_in: float | None = None
    """Seconds from the first look until its projects are brought up, so that one sees them start;
    None = they were, `age` seconds ago."""
    strangers: tuple[str, ...] = ()
    """Containers that `docker run` made, by name."""
    without_cuda: tuple[str, ...] = ()
    """`project/service` whose CUDA does not fit the driver: it computes on the CPU in silence."""


@dataclass(frozen=True, slots=True)
class ServiceScript:
    """How one service behaves. Seconds, MiB, percent of one core, percent of a GPU, tokens a
    second."""

    starts: float = 1.0
    """From the start of its process until it listens."""
    needs: tuple[str, ...] = ()
    """Variables that name the servers it cannot do without."""
    dies: bool = False
    """It exits when it cannot reach one; otherwise it tries again."""
    connects: float = 0.5
    """From the start of its process until it tries to reach them."""
    memory: int = 48
    cpu: float = 1.0
    gpu: int | None = None
    gpu_memory: int = 0
    gpu_load: float = 0.0
    tokens: float | None = None
    cpu_tokens: float | None = None
    """Tokens a second, and `cpu_only` the CPU used, where it has fallen back to the CPU."""
    cpu_only: float = 0.0


@dataclass(frozen=True, slots=True)
class ImageScript:
    """What an image brings along; `user` as in its config, "" for root."""

    user: str = ""
    ports: tuple[int, ...] = ()
    programs: tuple[str, ...] | None = None
    cuda: str = ""
    """The CUDA it was built for."""
    runs_as: int | None = None
    """The uid it drops to by itself after it was started as root."""


@dataclass(frozen=True, slots=True)
class PathScript:
    """The owner (uid = gid) and mode of a host folder."""

    path: str
    uid: int
    mode: int


@dataclass(frozen=True, slots=True)
class GpuScript:
    """One device, memory in MiB."""

    index: int
    name: str
    memory: int
    driver: str = ""
    cuda: str = ""
    """The newest CUDA of its driver."""


@dataclass(frozen=True, slots=True)
class StrangerScript:
    """A container that no Compose project made; `ports` are (published, own)."""

    image: str
    ports: tuple[tuple[int, int], ...] = ()
    health: str = "none"
    age: float = 0.0
    """Seconds since it was started when one looks."""


@dataclass(frozen=True, slots=True)
class Box:
    """Everything that is scripted."""

    scenarios: Mapping[str, Scenario]
    services: Mapping[str, ServiceScript]
    images: Mapping[str, ImageScript]
    strangers: Mapping[str, StrangerScript]
    paths: tuple[PathScript, ...]
    gpus: tuple[GpuScript, ...]


@cache
def box() -> Box:
    """The demo box, read once."""
    data = tomllib.loads(files(__name__).joinpath("box.toml").read_text(encoding="utf-8"))
    return Box(
        scenarios={
            name: Scenario(name=name, **_frozen(row)) for name, row in data["scenarios"].items()
        },
        services={name: ServiceScript(**_frozen(row)) for name, row in data["services"].items()},
        images={name: ImageScript(**_frozen(row)) for name, row in data["images"].items()},
        strangers={name: StrangerScript(**_frozen(row)) for name, row in data["strangers"].items()},
        paths=tuple(PathScript(**row) for row in data["paths"]),
        gpus=tuple(GpuScript(**row) for row in data["gpus"]),
    )


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)


def project_files(project: str) -> dict[str, bytes]:
    """The files of a sample project by their path below its folder."""
    result: dict[str, bytes] = {}
    _collect(files(__name__).joinpath("projects", project), "", result)
    return result


def _collect(folder: Traversable, prefix: str, found: dict[str, bytes]) -> None:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            _collect(entry, f"{prefix}{entry.name}/", found)
        else:
            found[prefix + entry.name] = entry.read_bytes()


def write_files(folder: str, names: Iterable[str]) -> None:
    """Put the files of the sample projects below a folder."""
    for name in names:
        for path, data in project_files(name).items():
            target = Path(folder, name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
