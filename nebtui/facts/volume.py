"""What a compose file declares of a volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nebtui.facts.empty import empty
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class VolumeDeclaration:
    """A top-level volume by its key inside the file."""

    key: str
    external: bool = False
    """The project does not make it; what it is made of is not declared."""
    driver: str = ""
    """"" = the engine's own, `local`."""
    options: Mapping[str, str] = field(default_factory=empty)
    """`driver_opts`: `type: nfs` mounts a share of the network."""
