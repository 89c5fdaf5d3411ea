"""Modules of the standard library loaded without OpenSSL, 4 MB and 10 ms that a box whose engine is
on this machine needs for nothing. What does need it imports `ssl` itself, later."""

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
    """Import a module that does without `ssl` where there is none."""
    refusal = _NoTls()
    sys.meta_path.insert(0, refusal)
    try:
        import_module(name)
    finally:
        sys.meta_path.remove(refusal)
