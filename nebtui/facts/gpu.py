"""What is seen of GPUs: devices with their readings and processes, and the chain of software below
them."""

from __future__ import annotations

from nebtui.facts.link import Link
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process on a device (`nvmlDeviceGetComputeRunningProcesses`, DRM fdinfo). `pid` is the
    host's, memory in bytes, `sm` the share of the device's time in percent; None = the driver does
    not say."""

    pid: int
    memory: int | None = None
    sm: int | None = None
    container: str | None = None
    """Id of the container it runs in (`/proc/PID/cgroup`); None = none that the engine knows."""
    name: str = ""
    """`/proc/PID/comm`."""
    instance: int | None = None
    """Index of the MIG instance of its device that it runs on; None = on the device as a whole."""


@dataclass(frozen=True, slots=True)
class MigInstance:
    """A part of a divided device (`nvmlDeviceGetMigDeviceHandleByIndex`): memory in bytes. None =
    the driver does not give that figure."""

    index: int
    """Its number on the device; numbers of removed instances are left out."""
    profile: str = ""
    """What it was cut as, such as `1g.10gb`; "" = not known."""
    uuid: str = ""
    """`MIG-…`, which `NVIDIA_VISIBLE_DEVICES` and `device_ids` take."""
    memory_used: int | None = None
    memory_total: int | None = None
    gpu_instance: int | None = None
    """Its GPU instance by `nvmlDeviceGetGpuInstanceId`: Xid events name that."""
    listed: bool = True
    """The driver lists its processes; False = it does not, or not to this user."""


@dataclass(frozen=True, slots=True)
class PcieLink:
    """How a device is connected now and at best with this slot (`nvmlDeviceGetCurrPcieLinkWidth`,
    `nvmlDeviceGetMaxPcieLinkWidth` and …Generation). None = the driver does not give that
    figure."""

    generation: int | None = None
    width: int | None = None
    """Lanes."""
    best_generation: int | None = None
    best_width: int | None = None


@dataclass(frozen=True, slots=True)
class XidEvent:
    """An error that a device reported while nebtui looked (`nvmlEventTypeXidCriticalError`), or
    that the kernel log still held; what the number means stands in `analysis.gpu.xids`."""

    at: float
    """Unix seconds when it was read, at most one round late."""
    number: int
    gpu_instance: int | None = None
    """The GPU instance of a divided device; None = the device as a whole."""


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One device at one time: utilisation in percent, memory in bytes, temperature in °C, power in
    watts, clocks in MHz. None = the driver does not give that figure."""

    index: int
    name: str
    at: float
    utilization: int | None = None
    """Share of the last sample period in which at least one kernel ran
    (`nvmlDeviceGetUtilizationRates`), not how full the device was."""
    memory_used: int | None = None
    memory_total: int | None = None
    temperature: int | None = None
    power: float | None = None
    uuid: str = ""
    power_limit: float | None = None
    clock: int | None = None
    """SM clock."""
    slowdowns: tuple[str, ...] = ()
    """Why it runs below its clocks, for the reasons that mean trouble; being idle or at its power
    limit is none."""
    pstate: int | None = None
    fan: int | None = None
    ecc_errors: int | None = None
    """Uncorrected memory errors since the driver was loaded."""
    remapped: str = ""
    """What is wrong with its memory rows, "" if nothing is, or it is not known."""
    mig: bool | None = None
    """It is divided into instances (`nvmlDeviceGetMigMode`)."""
    instances: tuple[MigInstance, ...] = ()
    """Its MIG instances; their processes are among `processes`."""
    pcie: PcieLink | None = None
    nvlinks: tuple[bool, ...] = ()
    """For each NVLink of it whether it is up (`nvmlDeviceGetNvLinkState`); () = it has none, or the
    driver does not tell."""
    xids: tuple[XidEvent, ...] = ()
    """The errors it reported since nebtui started, and those of the kernel log where that may be
    read; oldest first, bounded."""
    unified: bool = False
    """It has no memory of its own: the machine's is shared, so there is no figure for it."""
    capability: str = ""
    """CUDA compute capability, such as `8.9`."""
    error: str = ""
    """Why the device cannot be read now, as one sentence; what is given besides was read before it
    failed."""
    lost: bool = False
    """It fell off the bus, or needs a reset: nothing can compute on it."""
    processes: tuple[GpuProcess, ...] | None = None
    """None = the driver does not list them (WSL2, an error)."""

    @property
    def containers(self) -> tuple[str, ...]:
        """Ids of the containers whose processes are on the device."""
        return tuple(dict.fromkeys(p.container for p in self.processes or () if p.container))

    @property
    def silent(self) -> bool:
        """It does not answer, or is lost: no figure of it holds."""
        return bool(self.error) and self.utilization is None and self.processes is None


@dataclass(frozen=True, slots=True)
class GpuPeer:
    """Two devices: whether one may read the other's memory (`nvmlDeviceGetP2PStatus`; None = the
    driver does not tell), what lies between them, and whether an NVLink does."""

    first: int
    second: int
    direct: bool | None
    between: str = ""
    """As nvidia-smi's `topo -m` abbreviates it (`nvmlDeviceGetTopologyCommonAncestor`): PIX, PXB,
    PHB, NODE, SYS; "" = not known."""
    nvlink: bool = False
    """They reach each other over NVLink (`nvmlDeviceGetP2PStatus` with its NVLink index)."""


@dataclass(frozen=True, slots=True)
class GpuStack:
    """The software below the devices, looked at when it is first reached and when that changes."""

    present: bool = False
    """There is a driver, or a library of one. False: this machine has nothing to read GPUs with."""
    vendor: str = ""
    driver: str | None = None
    cuda: str | None = None
    """The newest CUDA that the driver serves (`nvmlSystemGetCudaDriverVersion_v2`), such as
    `12.4`."""
    problem: str = ""
    """Why no device can be read, as one sentence; "" while they can."""
    remedy: str = ""
    links: tuple[Link, ...] = ()
    peers: tuple[GpuPeer, ...] = ()
    blind: str = ""
    """Why the processes on a device cannot be told apart here (WSL2, another machine's engine); ""
    if they can."""


@dataclass(frozen=True, slots=True)
class GpuAccess:
    """What a running container has of a GPU, seen through `/proc/PID/root` and `/proc/PID/maps` of
    its processes."""

    container: str
    devices: tuple[str, ...] | None = None
    """GPU device files inside it (`/dev/nvidia0`, `/dev/dri/renderD128`, `/dev/kfd`); None = may
    not be looked at."""
    loaded: bool | None = None
    """One of its processes has libcuda (or AMD's HIP) mapped."""
    why: str = ""
    """Why something is None."""
    unified: bool | None = None
    """`/dev/nvidia-uvm` is inside beside an NVIDIA card: CUDA and its unified memory need it. None
    = there is no such card, or it was not looked at."""
