"""NVML's error codes and slow-down bits as sentences with a remedy. The numbers are those of
nvml.h."""

from __future__ import annotations

from collections.abc import Mapping

UNINITIALIZED, NOT_SUPPORTED, NOT_FOUND, DRIVER_NOT_LOADED, LIBRARY_NOT_FOUND = 1, 3, 6, 9, 12
NO_PERMISSION, FUNCTION_NOT_FOUND = 4, 13
GPU_IS_LOST, RESET_REQUIRED, MISMATCH, UNKNOWN = 15, 16, 18, 999

INIT_PROBLEMS: Mapping[int, tuple[str, str]] = {
    NO_PERMISSION: (
        "this user may not use the NVIDIA devices (nvidia-smi: Insufficient Permissions)",
        "look at ls -l /dev/nvidia*, and join the group that owns them (often video)",
    ),
    DRIVER_NOT_LOADED: (
        "the NVIDIA kernel module is not loaded (nvidia-smi: couldn't communicate with the "
        "NVIDIA driver)",
        "sudo modprobe nvidia; if that fails the driver was not built for this kernel "
        "(dkms status), or reboot",
    ),
    LIBRARY_NOT_FOUND: (
        "the NVIDIA kernel module is there, its library libnvidia-ml.so.1 is not",
        "install the driver's libraries (libnvidia-compute-… or nvidia-driver-libs) of "
        "the same version",
    ),
    17: (
        "the operating system blocks the NVIDIA devices",
        "outside a container: look at dmesg; inside one: it was started without the GPU, "
        "or its devices were revoked",
    ),
    MISMATCH: (
        "driver library and loaded kernel module have different versions (NVML: "
        "Driver/library version mismatch)",
        "reboot (or unload and load the nvidia modules): the package was upgraded, the "
        "old module still runs",
    ),
    UNKNOWN: (
        "the NVIDIA driver answers with an unknown error (Failed to initialize NVML: Unknown "
        "Error)",
        "look at dmesg for NVRM: Xid; inside a container the devices were revoked: recreate it",
    ),
}
"""What `nvmlInitWithFlags` may say, by code: (sentence, remedy)."""

DEVICE_PROBLEMS: Mapping[int, str] = {
    GPU_IS_LOST: "the device is lost: it fell off the bus (dmesg: NVRM: Xid 79, GPU has fallen off "
    "the bus; nvidia-smi: Unable to determine the device handle); reboot, check power and seating",
    RESET_REQUIRED: "the device needs a reset: nvidia-smi --gpu-reset -i {index} while nothing "
    "uses it, or reboot",
    UNKNOWN: "the driver answers with an unknown error for this device (nvidia-smi: Unable to "
    "determine the device handle): look at dmesg for NVRM: Xid",
    UNINITIALIZED: "the driver was unloaded meanwhile; nebtui starts its library again",
    14: "the device's infoROM is corrupted: reboot, and replace the card if that stays",
    11: "the device's interrupts do not arrive: look at dmesg, check the BIOS settings of the slot",
}
"""What a call for one device may say that is a defect; all other codes mean that a figure is not
available."""
FATAL = frozenset({GPU_IS_LOST, RESET_REQUIRED})
"""After these nothing else is asked of the device in that round: each question would wait in
vain."""

SLOWDOWNS: tuple[tuple[int, str], ...] = (
    (0x8, "hardware slowdown"),
    (0x20, "too hot (driver)"),
    (0x40, "too hot (hardware)"),
    (0x80, "external power brake"),
)
"""Bits of `nvmlDeviceGetCurrentClocksEventReasons` that mean trouble. Being idle (0x1), clock
settings (0x2), sync boost (0x10) and the power limit under load (0x4) do not."""

NO_DEVICES = "the driver works, and finds no device (nvidia-smi: No devices were found)"
TOPOLOGY: Mapping[int, str] = {0: "board", 10: "PIX", 20: "PXB", 30: "PHB", 40: "NODE", 50: "SYS"}
"""`nvmlDeviceGetTopologyCommonAncestor` in the abbreviations of `nvidia-smi topo -m`; that has none
for two devices on one board."""


def init_problem(code: int) -> tuple[str, str]:
    """Sentence and remedy for a failed start of the library."""
    return INIT_PROBLEMS.get(
        code, (f"the NVIDIA driver refuses (NVML error {code})", "run nvidia-smi and compare")
    )


def device_problem(code: int, index: int) -> str:
    """The sentence for a device, "" where the code only means that one figure is not available."""
    return DEVICE_PROBLEMS.get(code, "").replace("{index}", str(index))


def slowdowns(mask: int | None) -> tuple[str, ...]:
    """The troubles in a mask."""
    return tuple(word for bit, word in SLOWDOWNS if mask and mask & bit)
