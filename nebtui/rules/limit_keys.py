"""The keys in which a limit of a service stands, or would stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nebtui.facts.declared import Origin, Service

Limited = Literal["memory", "cpus", "pids"]
_SHORT: Mapping[Limited, str] = {"memory": "mem_limit", "cpus": "cpus", "pids": "pids_limit"}
_LONG = ("deploy", "resources", "limits")


def limit_key(service: Service, what: Limited, *, stack: bool = False) -> tuple[str, ...]:
    """The path below the service. Beside other limits under `deploy`, for there Compose refuses a
    short key (measured with Compose 2.40: "can't set distinct values"); and of a stack, for Swarm
    refuses it everywhere."""
    if (stack or service.stands(*_LONG)) and not service.stands(_SHORT[what]):
        return (*_LONG, what)
    return (_SHORT[what],)


def limit_origin(service: Service, what: Limited) -> Origin | None:
    """Where a limit stands; its nearest parent where it does not."""
    return service.origin(*limit_key(service, what))


def reservation_key(service: Service, what: Limited) -> tuple[str, ...]:
    """The path of a reservation below the service."""
    if what == "memory" and service.stands("mem_reservation"):
        return ("mem_reservation",)
    return ("deploy", "resources", "reservations", what)


def written_size(number: int) -> str:
    """Bytes as Compose and the kernel read them: `2g`, `512m`, `1000`."""
    for unit, power in (("g", 30), ("m", 20), ("k", 10)):
        if number >= 1 << power and number % (1 << power) == 0:
            return f"{number >> power}{unit}"
    return str(number)
