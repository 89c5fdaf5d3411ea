"""Modules of the standard library loaded without OpenSSL, 4 MB and 10 ms that a box whose engine is
on this machine needs for nothing. Who does need it imports `ssl`, later."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def without_tls() -> Iterator[None]:
    """What is imported meanwhile does without `ssl`, now and later."""
    refusal = _NoTls()
    sys.meta_path.insert(0, refusal)
    try:
        yield
    finally:
        sys.meta_path.remove(refusal)


class _LaterTls(ModuleType):
    """Stands for `ssl` in a module until that needs something of it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # asked of any module while it is imported
            raise AttributeError(name)
        self.forget()
        return getattr(import_module("ssl"), name)

    def forget(self) -> None:
        """Whoever imports `ssl` from now on gets the real one."""
        if sys.modules.get("ssl") is self:
            del sys.modules["ssl"]


@contextmanager
def later_tls() -> Iterator[None]:
    """What is imported meanwhile loads `ssl` at the first call that needs it."""
    later = _LaterTls("ssl")
    sys.modules.setdefault("ssl", later)
    try:
        yield
    finally:
        later.forget()
