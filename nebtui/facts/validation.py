"""What Compose makes of a project whose texts were edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Validation:
    """Result of `docker compose config` on edited texts: the effective model as JSON data, or the
    error text. `config` is None and `error` empty when no Compose could be asked."""

    config: Mapping[str, Any] | None = None
    error: str = ""
    interpolated: bool = True

    @property
    def asked(self) -> bool:
        """True if Compose was run."""
        return self.config is not None or bool(self.error)
