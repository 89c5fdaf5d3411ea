"""What all containers of a task share: its name, how it is launched, the names in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nebtui.facts.declared import Service
from nebtui.light_dataclass import dataclass
from nebtui.text.mask import mask

Part = tuple[dict[str, Any], list[str]]
"""Keys of a container definition, and sentences about what is not in them."""
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Frame:
    """The task around a container."""

    family: str
    region: str
    fargate: bool
    services: Mapping[str, Service]
    """Those that are in the task, by name."""
    names: Mapping[str, str]
    """Service -> name of its container."""
    volumes: Mapping[str, str]
    """Volume -> its name in the task."""

    @property
    def launch(self) -> str:
        """The launch type, as people call it."""
        return "Fargate" if self.fargate else "ECS"


def free_names(names: Iterable[str]) -> dict[str, str]:
    """Each name with one of letters, digits, hyphens and underscores, at most 255, no two alike."""
    result: dict[str, str] = {}
    for name in names:
        base = re.sub(r"[^A-Za-z0-9_-]", "-", name)[: LONGEST_NAME - 8] or "unnamed"
        free, number = base, 2
        while free in result.values():
            free, number = f"{base}-{number}", number + 1
        result[name] = free
    return result


def sentence(service: Service, what: str) -> str:
    """A sentence about a service."""
    return f"{service.name}: {what}"


def hides(text: str) -> bool:
    """It holds what is masked on its way out, so that it cannot be part of an export."""
    return mask(text) != text


def gpus(service: Service) -> int:
    """How many GPUs it asks for; 1 for "all", which a task cannot ask for. 0 = none."""
    if not service.gpu:
        return 0
    asked = (len(r.ids) or max(r.count or 1, 1) for r in service.gpus)
    return max(asked, default=1)


def whole(number: float, least: int, most: int) -> int:
    """The number as an integer within bounds."""
    return int(min(max(number, least), most))
