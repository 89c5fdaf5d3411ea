"""What keeps a container apart from its host: as declared, or as the engine has it."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Isolation:
    """Rights and namespaces of a container."""

    read_only: bool = False
    """Its root file system is read-only."""
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    """Capabilities in capitals, without `CAP_`."""
    cap_drop: tuple[str, ...] = ()
    pid: str = ""
    """The process namespace: `host`, `service:NAME`, `container:NAME`; "" = its own."""
    security_opt: tuple[str, ...] = ()
    tmpfs: tuple[str, ...] = ()
    """`/path` or `/path:options`."""

    @property
    def no_new_privileges(self) -> bool:
        """Set-uid programs give no further rights. The engine takes `=` for `:`, and no value for
        true."""
        options = (option.replace("=", ":", 1) for option in self.security_opt)
        return any(
            name == "no-new-privileges" and value.lower() in ("", "true", "1", "t")
            for name, _, value in (option.partition(":") for option in options)
        )
