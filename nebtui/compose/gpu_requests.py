"""What a service's body says about GPUs, shared memory and limits, in any form Compose accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nebtui.compose.syntax.short_forms import text
from nebtui.facts.gpu_request import GpuRequest

Raw = Mapping[str, Any]
CDI = "nvidia.com/gpu"
CDI_NAMES = (CDI, "amd.com/gpu", "intel.com/gpu")
CARD = re.compile(r"/dev/(nvidia\d+|kfd)")
"""Device files that only computing needs; /dev/dri alone is as often meant for video."""
ALL = -1


def requests(body: Raw) -> Iterator[GpuRequest]:
    """The GPU requests of a service: `gpus`, `deploy.resources.reservations.devices`, CDI names and
    device files in `devices`."""
    gpus = body.get("gpus")
    if text_of(gpus).lower() == "all":
        yield GpuRequest(count=ALL)
    for item in items(gpus) if isinstance(gpus, list) else ():
        yield request(mapping(item))
    reservations = mapping(
        mapping(mapping(body.get("deploy")).get("resources")).get("reservations")
    )
    for item in items(reservations.get("devices")):
        if asks_for_gpu(mapping(item)):
            yield request(mapping(item))
    named = tuple(
        name for item in items(body.get("devices")) if (name := source(item)).startswith(CDI_NAMES)
    )
    if named:
        yield GpuRequest("cdi", ids=named)
    cards = tuple(
        name for item in items(body.get("devices")) if CARD.fullmatch(name := source(item))
    )
    if cards:
        yield GpuRequest("device", ids=cards)


def request(item: Raw) -> GpuRequest:
    """One entry; without ids and count all devices are meant."""
    ids = tuple(map(text, items(item.get("device_ids"))))
    count = text(item.get("count", "all")).lower()
    number = ALL if count in ("all", "-1", "") else int(count) if count.isdecimal() else None
    return GpuRequest(text(item.get("driver")), None if ids else number, ids, capabilities(item))


def capabilities(item: Raw) -> tuple[str, ...]:
    """The capabilities of an entry, without doubles."""
    return tuple(dict.fromkeys(map(text, items(item.get("capabilities")))))


def asks_for_gpu(item: Raw) -> bool:
    """True for a reservation that means a GPU: by its capability, by NVIDIA's driver whatever the
    capabilities, by a CDI name. Others ask for TPUs and the like."""
    return (
        "gpu" in capabilities(item)
        or text(item.get("driver")) == "nvidia"
        or any(name in text(one) for one in items(item.get("device_ids")) for name in CDI_NAMES)
    )


def gpu(body: Raw) -> bool:
    """True if a service's body asks for an NVIDIA or other GPU device."""
    return (
        bool(body.get("gpus"))
        or text(body.get("runtime")) == "nvidia"
        or any(True for _ in requests(body))
    )


_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?", re.IGNORECASE)


def size(value: Any) -> int | None:
    """Bytes of `8g`, `512 MiB`, `64`; units count by 1024, as Compose reads them. None for anything
    else."""
    match = (
        _SIZE.fullmatch(text(value).strip())
        if not isinstance(value, (Mapping, list, bool))
        else None
    )
    return int(float(match[1]) * 1024 ** " kmgtp".index(match[2].lower() or " ")) if match else None


def ulimits(value: Any) -> dict[str, tuple[int, int]]:
    """`ulimits` as (soft, hard) by name; entries that are no numbers are left out."""
    result: dict[str, tuple[int, int]] = {}
    for name, limit in mapping(value).items():
        long = mapping(limit) or {"soft": limit, "hard": limit}
        pair = [whole(long.get(key)) for key in ("soft", "hard")]
        if pair[0] is not None and pair[1] is not None:
            result[str(name)] = (pair[0], pair[1])
    return result


def whole(value: Any) -> int | None:
    """The integer, also as text."""
    written = text(value).strip() if not isinstance(value, (Mapping, list)) else ""
    return int(written) if re.fullmatch(r"-?\d{1,19}", written, re.ASCII) else None


def device(item: Any) -> str:
    """A `devices` entry in its shortest form: `/dev/x`, `/dev/x:/dev/y`, `/dev/x:/dev/y:r`."""
    keys = ("source", "target", "permissions")
    parts = (
        [text(item.get(key, "")) for key in keys]
        if isinstance(item, Mapping)
        else text_of(item).split(":")
    )
    source, target, rights = (*parts, "", "")[:3]
    if rights not in ("", "rwm"):
        return f"{source}:{target or source}:{rights}"
    return source if target in ("", source) else f"{source}:{target}"


def source(item: Any) -> str:
    """The host's side of a `devices` entry."""
    return (
        text(mapping(item).get("source", ""))
        if isinstance(item, Mapping)
        else text_of(item).partition(":")[0]
    )


def text_of(value: Any) -> str:
    """A scalar's text, "" for a collection."""
    return "" if isinstance(value, (Mapping, list)) else text(value)


def mapping(value: Any) -> Mapping[Any, Any]:
    """The mapping, empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """The list; a single value is a list of one."""
    if value is None or isinstance(value, Mapping):
        return []
    return value if isinstance(value, list) else [value]
