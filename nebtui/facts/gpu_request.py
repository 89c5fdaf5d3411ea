"""What a service asks for of GPUs."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class GpuRequest:
    """One request for GPUs, as Compose hands it to the engine (`DeviceRequests`). `count` -1 =
    all."""

    driver: str = ""
    count: int | None = None
    ids: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = (
            ", ".join(self.ids)
            if self.ids
            else "all"
            if self.count in (None, -1)
            else str(self.count)
        )
        return f"{number} ({self.driver})" if self.driver else number
