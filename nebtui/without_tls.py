"""Modules of the standard library loaded without OpenSSL, 4 MB and 10 ms that a box whose engine is
on this machine needs for nothing. Who does need it imports `ssl`, later."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from threading import get_ident
from types import ModuleType


class _NoTls:
    """Finds no `ssl` for one thread; the others may be about to reach an engine by TLS."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """ImportError for `ssl`, as where Python was built without it."""
        if name == "ssl" and get_ident() == self._thread:
            raise ImportError("not needed here")


def load_without_tls(name: str) -> None:
    """Import a module that does without `ssl` where there is none, and goes on without it."""
    refusal = _NoTls()
    sys.meta_path.insert(0, refusal)
    try:
        import_module(name)
    finally:
        sys.meta_path.remove(refusal)


class _LaterTls(ModuleType):
    """Stands for `ssl` in one module until that needs something of it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # asked of any module while it is imported
            raise AttributeError(name)
        self.forget()
        return getattr(import_module("ssl"), name)

    def forget(self) -> None:
        """Whoever imports `ssl` from now on gets the real one."""
        if sys.modules.get("ssl") is self:
            del sys.modules["ssl"]


def load_with_later_tls(name: str) -> None:
    """Import a module that names `ssl` but needs it only in some calls."""
    if "ssl" in sys.modules:
        import_module(name)
        return
    later = _LaterTls("ssl")
    sys.modules["ssl"] = later
    try:
        import_module(name)
    finally:
        later.forget()
