"""Digests by Python's own code. `hashlib` loads OpenSSL, 4 MB that a box whose engine is on this
machine needs for nothing; the standard library's `random` goes around it in the same way."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    return str(_SHA256(data).hexdigest())


def blake2(data: bytes, size: int) -> str:
    """Twice as many hexadecimal digits as `size` bytes."""
    return str(_BLAKE2(data, digest_size=size).hexdigest())


def _own(name: str, *modules: str) -> Any:
    """The first of the modules that this Python has; `hashlib` where it has none of its own."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except ImportError:
            continue
    return getattr(import_module("hashlib"), name)


_SHA256 = _own("sha256", "_sha2", "_sha256")  # until Python 3.11 it was `_sha256`
_BLAKE2 = _own("blake2b", "_blake2")
