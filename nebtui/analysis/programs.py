"""Which of the programs that healthchecks call a service's image has, and how that is known."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.analysis.readiness import image_of
from nebtui.facts.build import Stage
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge.bases import programs_of_base, programs_of_packages
from nebtui.light_dataclass import dataclass

LOOKED_FOR = frozenset({"bash", "curl", "wget", "python3", "nc"})
"""The programs that an image is asked for (`HEAD …/archive`): of others nothing is known."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of an image. `complete`: what is not listed is not there."""

    names: frozenset[str]
    basis: str
    complete: bool = True

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Those of the needed programs that are known not to be there."""
        names = (name.rsplit("/", 1)[-1] for name in needed)
        return tuple(n for n in names if self.complete and n in LOOKED_FOR and n not in self.names)

    def has(self, *needed: str) -> bool:
        """All of these are there."""
        return self.names >= {name.rsplit("/", 1)[-1] for name in needed}


def programs(snapshot: Snapshot, key: ServiceKey, service: Service) -> Programs | None:
    """The programs of a service's image: as the engine saw them in a container of it, else by the
    Dockerfile it is built from, else by the name of a base image. None where nobody looked."""
    image = image_of(snapshot, service, snapshot.containers_of(key))
    if image is not None and image.programs is not None:
        # Whoever has bash, wget or python3 has a shell; the engine was asked for the others only.
        shell = {"sh"} if image.programs else set()
        return Programs(frozenset({*image.programs, *shell}), "seen in its container")
    if service.build is not None:
        return of_stage(service.build.stage) if service.build.stage else None
    base = programs_of_base(service.image or "")
    return None if base is None else Programs(frozenset(base), f"{service.image} has them")


def of_stage(stage: Stage) -> Programs | None:
    """The programs of what a Dockerfile makes; None where its base is a stranger and nothing is
    installed."""
    added = programs_of_packages(stage.installs)
    base = programs_of_base(stage.base) if stage.base else None
    if base is None:
        return Programs(frozenset(added), "its Dockerfile installs them", False) if added else None
    return Programs(frozenset({*base, *added}), f"its Dockerfile starts from {stage.base}")
