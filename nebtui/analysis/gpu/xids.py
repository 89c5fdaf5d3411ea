"""What a device's Xid errors mean, and how long ago they came.

Source of the meanings: NVIDIA's catalogue, https://docs.nvidia.com/deploy/xid-errors/ (read in
November 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nebtui.facts.gpu import GpuSample, XidEvent
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.text.units import moment

RECENT = 3600.0
"""Seconds during which an error counts as news."""


@dataclass(frozen=True, slots=True)
class XidMeaning:
    """One row of the catalogue: its own name, and what follows from it."""

    name: str
    follows: str
    program: bool = False
    """Mostly a program's mistake: the device itself is well."""


MEANINGS: Mapping[int, XidMeaning] = {
    13: XidMeaning(
        "Graphics Engine Exception",
        "a program computed out of bounds; if it comes with other programs too, test the card",
        program=True,
    ),
    31: XidMeaning(
        "GPU memory page fault",
        "a program touched memory that is not its own, and was ended",
        program=True,
    ),
    43: XidMeaning(
        "GPU stopped processing",
        "a program's mistake ended its work; the card goes on",
        program=True,
    ),
    45: XidMeaning(
        "Preemptive cleanup, due to previous errors",
        "a program was ended while it computed: killed, or after another Xid",
        program=True,
    ),
    48: XidMeaning(
        "Double Bit ECC Error",
        "memory held a wrong value that could not be corrected: reset the card, replace it if it "
        "comes again",
    ),
    61: XidMeaning(
        "Internal micro-controller breakpoint/warning",
        "the card's own controller is in trouble: reset the card, update the driver",
    ),
    62: XidMeaning(
        "Internal micro-controller halt",
        "the card's own controller stopped: reset the card, replace it if it comes again",
    ),
    63: XidMeaning(
        "ECC page retirement or row remapping recording event",
        "a worn memory row is taken out of use at the next reset of the card",
    ),
    64: XidMeaning(
        "ECC page retirement or row remapper recording failure",
        "a worn memory row could not be taken out of use: reset the card, replace it if it comes "
        "again",
    ),
    74: XidMeaning(
        "NVLINK Error",
        "a link between cards failed: look at nvidia-smi nvlink -s, check bridge and seating",
    ),
    79: XidMeaning(
        "GPU has fallen off the bus",
        "the card does not answer on PCIe any more: reboot, check power, heat and seating",
    ),
    92: XidMeaning(
        "High single-bit ECC error rate",
        "its memory is corrected very often: a sign of wear",
    ),
    94: XidMeaning(
        "Contained ECC error",
        "a memory error ended one program; the others go on: reset the card when it is free",
    ),
    95: XidMeaning(
        "Uncontained ECC error",
        "a memory error that may have spoilt any program's results: reset the card",
    ),
    119: XidMeaning(
        "GSP RPC Timeout",
        "the card's own processor does not answer the driver: reset the card or reboot, update the "
        "driver",
    ),
}


def severe(event: XidEvent) -> bool:
    """Whether it is about the device, or unknown; False = mostly a program's mistake."""
    meaning = MEANINGS.get(event.number)
    return meaning is None or not meaning.program


def sentence(event: XidEvent, one: GpuSample) -> str:
    """`14:03:27 Xid 79 (GPU has fallen off the bus): …`."""
    meaning = MEANINGS.get(event.number)
    told = f" ({meaning.name}): {meaning.follows}" if meaning else ": look at dmesg for NVRM: Xid"
    part = next((i.index for i in one.instances if i.gpu_instance == event.gpu_instance), None)
    where = f" on instance {part}" if event.gpu_instance is not None and part is not None else ""
    return f"{moment(event.at, one.at)} Xid {event.number}{where}{told}"


def sentences(one: GpuSample, most: int) -> Iterator[str]:
    """The newest errors of a device, oldest first; equal ones in a row once, with how often they
    came."""
    runs: list[tuple[XidEvent, int]] = []
    for event in one.xids:
        same = runs and (runs[-1][0].number, runs[-1][0].gpu_instance) == (
            event.number,
            event.gpu_instance,
        )
        runs = [*runs[:-1], (event, runs[-1][1] + 1)] if same else [*runs, (event, 1)]
    if len(runs) > most:
        yield f"{sum(times for _, times in runs[:-most])} earlier errors"
    for event, times in runs[-most:]:
        yield sentence(event, one) + (f" (×{times})" if times > 1 else "")


def news(snapshot: Snapshot) -> tuple[tuple[GpuSample, XidEvent], ...]:
    """The newest error of each device that had one within the last hour."""
    newest = ((one, one.xids[-1]) for one in snapshot.gpus.values() if one.xids)
    now = max((one.at for one in snapshot.gpus.values()), default=0.0)
    return tuple((one, event) for one, event in newest if now - event.at < RECENT)
