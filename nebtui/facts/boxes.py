"""A box that could be looked at, and what would be seen of it from here."""

from __future__ import annotations

from typing import Literal

from nebtui.facts.link import Link
from nebtui.facts.observed import Engine
from nebtui.light_dataclass import dataclass

BoxSource = Literal["this machine", "environment", "settings", "context"]


@dataclass(frozen=True, slots=True)
class KnownBox:
    """A box by the name that `--host` takes."""

    name: str
    source: BoxSource
    address: str
    """Of its engine, as a URL; of a context without one its name."""
    default: bool
    """It is looked at where no `--host` is given."""
    engine: Engine | None
    """None = it does not answer."""
    gives: tuple[Link, ...]
    """Engine, events, figures, files and GPUs: whether they are seen from here, and why not."""


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """nebtui as one file, as it is sent to a box that has none."""

    version: str
    """Of the nebtui in it."""
    digest: str
    """SHA-256 in hexadecimal digits."""
    size: int = 0
    """Bytes; 0 = not kept."""

    @property
    def name(self) -> str:
        """What it is called there."""
        return f"nebtui-{self.version}-{self.digest[:12]}.pyz"
