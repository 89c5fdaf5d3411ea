"""Why no nebtui answers at the far end of a connection, as the shell there tells it."""

from __future__ import annotations

import re

from nebtui.light_dataclass import dataclass

LEAST_PYTHON = "3.11"
_NONE = re.compile(rb"nebtui=none(?: (python|old)=(\d{1,2}\.\d{1,3})?)?\n")
_CHANGED = b"nebtui=changed\n"


@dataclass(frozen=True, slots=True)
class Absence:
    """No nebtui serves there."""

    why: str
    """Words for a sentence."""
    sendable: bool = False
    """One that is sent there would serve."""


def absence(line: bytes) -> Absence | None:
    """What a line tells of it, None where it is another line."""
    if line == _CHANGED:
        return Absence("the file that was sent there has changed since, and is not run", True)
    found = _NONE.fullmatch(line)
    if found is None:
        return None
    kind, version = found[1], (found[2] or b"").decode("ascii")
    if kind == b"python" and version:
        return Absence("none is installed there", True)
    if kind != b"old":
        return Absence("none is installed there")
    has = f"its Python is {version}" if version else "it has no Python"
    return Absence(f"none is installed there, and {has}: a nebtui needs {LEAST_PYTHON}")
