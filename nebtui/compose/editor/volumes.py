"""The long form of a short `volumes` item, meaning what Compose makes of the short one."""

from __future__ import annotations

import re

from nebtui.compose.editor.verbs import EditRefusedError
from nebtui.compose.yaml.writer import Value

_PART = re.compile(r"(?:\$\{[^}]*\}|[^:])+")
_PROPAGATION = frozenset(("shared", "rshared", "slave", "rslave", "private", "rprivate"))
_CONSISTENCY = frozenset(("cached", "delegated", "consistent"))


def long_volume(item: str) -> dict[str, Value]:
    """`SOURCE:TARGET[:MODES]` as a mapping. A source of one letter is a volume's name here: Compose
    reads `v:/v` as a Windows path, and writing it long is the cure."""
    parts = _PART.findall(item)
    if len(parts) not in (2, 3) or ":".join(parts) != item or "\\" in item:
        raise EditRefusedError(
            f"{item!r} is no SOURCE:TARGET or SOURCE:TARGET:MODE; write its long form by hand"
        )
    source, target = parts[:2]
    if source.startswith("$"):
        raise EditRefusedError(
            f"{item!r}: only the variable's value tells a folder from a volume; write its "
            "long form by hand"
        )
    bind = source.startswith((".", "/", "~"))
    kind = "bind" if bind else "volume"
    modes = parts[2].split(",") if len(parts) == 3 else []
    return {"type": kind, "source": source, "target": target, **_modes(item, modes, bind=bind)}


def _modes(item: str, modes: list[str], *, bind: bool) -> dict[str, Value]:
    """The keys that the modes of a short volume stand for."""
    value: dict[str, Value] = {}
    # Short binds create the folder where it is absent.
    of_bind: dict[str, Value] = {"create_host_path": True} if bind else {}
    of_volume: dict[str, Value] = {}
    for mode in modes:
        if mode == "ro":
            value["read_only"] = True
        elif mode in ("z", "Z") and bind:
            of_bind["selinux"] = mode
        elif mode in _PROPAGATION and bind:
            of_bind["propagation"] = mode
        elif mode in _CONSISTENCY:
            value["consistency"] = mode
        elif mode == "nocopy" and not bind:
            of_volume["nocopy"] = True
        elif mode != "rw":
            raise EditRefusedError(
                f"{item!r} has the mode {mode!r}, which nebtui does not know; write its "
                "long form by hand"
            )
    return {
        **value,
        **({"bind": of_bind} if of_bind else {}),
        **({"volume": of_volume} if of_volume else {}),
    }
