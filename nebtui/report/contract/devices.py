"""What `gpu` prints as JSON. Bytes, percent, °C, watts; null = the driver does not give it."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.facts.link import LinkState


class GpuProcessJson(TypedDict):
    """A process on a device, with the container it runs in."""

    pid: int
    memory: int | None
    sm: Annotated[int | None, "share of the device's time"]
    container: str | None
    project: str | None
    service: str | None
    instance: Annotated[int | None, "index of its MIG instance"]


class PcieJson(TypedDict):
    """How a device is connected, and at best with this slot."""

    generation: int | None
    width: Annotated[int | None, "lanes"]
    best_generation: int | None
    best_width: int | None


class NvlinksJson(TypedDict):
    """The NVLinks of a device."""

    up: int
    total: int


class MigInstanceJson(TypedDict):
    """A part of a divided device."""

    index: int
    profile: str | None
    uuid: str | None
    memory_used: int | None
    memory_total: int | None


class XidJson(TypedDict):
    """An error that a device reported."""

    at: Annotated[float, "Unix seconds"]
    number: int
    name: str | None
    gpu_instance: int | None


class DeviceJson(TypedDict):
    """A GPU and what is on it."""

    index: int
    uuid: str
    name: str
    utilization: int | None
    memory_used: int | None
    memory_total: int | None
    temperature: int | None
    power_watts: float | None
    error: Annotated[str | None, "why it cannot be read"]
    processes: list[GpuProcessJson]
    troubles: list[str]
    pcie: PcieJson | None
    nvlinks: NvlinksJson | None
    mig: Annotated[bool | None, "it is divided into instances"]
    instances: list[MigInstanceJson]
    xids: list[XidJson]


class GpuPairJson(TypedDict):
    """Two devices and the way between them."""

    gpus: Annotated[list[int], "two indexes"]
    direct: Annotated[bool | None, "one may read the other's memory"]
    nvlink: bool
    between: Annotated[str | None, "as nvidia-smi abbreviates it: PIX, PXB, PHB, NODE, SYS"]


class ChainLinkJson(TypedDict):
    """One link of the chain from the driver to a container."""

    link: str
    state: LinkState
    message: str


class GpusJson(TypedDict):
    """The devices of the machine, and the chain from the driver to the containers."""

    version: Literal[1]
    driver: str | None
    cuda: Annotated[str | None, "the newest CUDA that the driver serves"]
    gpus: list[DeviceJson]
    pairs: list[GpuPairJson]
    chain: list[ChainLinkJson]
