"""What a service of one box needs of another box: where it names it, and what is there."""

from __future__ import annotations

from typing import Literal

from nebtui.facts.declared import Origin, ServiceKey
from nebtui.light_dataclass import dataclass

Across = Literal["published", "loopback", "elsewhere", "stopped", "nobody", "unseen", "unknown"]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A service names another box. `target`: who publishes the port there, None where nobody or
    no service of a project does."""

    box: str
    source: ServiceKey
    host: str
    port: int
    other: str
    target: ServiceKey | None
    answer: Across
    by: str = ""
    """Who has the port where no service of a project does: `stack shop/web`, `a program of gpu1`;
    "" for nobody."""
    text: str = ""
    """The text that names it, masked."""
    origin: Origin | None = None
    """Where that text stands; None where only the container has it."""
    away: str = ""
    """Where the files of the other box are, and what reads them there; "" where they can be mended
    from here, or where its facts tell."""

    only: tuple[str, ...] = ()
    """The addresses of the other box on which alone it is published, where the one that is called
    is another, or may be; () otherwise."""

    @property
    def who(self) -> str:
        """Who has the port there."""
        return str(self.target) if self.target else self.by or "a container of no project"

    @property
    def broken(self) -> bool:
        """It cannot work as it stands."""
        return self.answer in ("loopback", "elsewhere", "stopped", "nobody")

    @property
    def told(self) -> str:
        """What is there, and what would mend it."""
        match self.answer:
            case "published":
                return f"{self._has}; a firewall between them would not be seen from here"
            case "loopback":
                publish = "publish it" if self.target else "let it listen"
                return f"{self._has} on 127.0.0.1 only: {publish} on {self.host} too"
            case "elsewhere":
                there = ", ".join(self.only)
                return f"{self._has} on {there} only: call it there, or publish it on {self.host}"
            case "stopped":
                return f"{self.who} has it, and does not run"
            case "nobody" if self.by:
                return f"{self.by}, and publishes it there alone (mode: host)"
            case "nobody":
                return f"nothing on {self.other} listens on port {self.port}"
            case "unseen":
                return (
                    f"no container of {self.other} publishes port {self.port}; a program of that "
                    "machine would not be seen from here"
                )
        if self.only:
            there = ", ".join(self.only)
            return (
                f"{self._has} on {there} only; what {self.host} means there is not seen from here"
            )
        return f"{self.other} does not answer now"

    @property
    def _has(self) -> str:
        return f"{self.who} {'publishes' if self.target else 'has'} it"

    def __str__(self) -> str:
        place = f"{self.host}:{self.port}"
        return f"{self.box} {self.source} → {self.other} {place}: {self.told}"
