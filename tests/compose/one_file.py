"""The whole way of one file through the writer, and a person who is not root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nebtui.compose import replacing
from nebtui.compose.replacing import discard, ensure_writable, look, stage, swap, temporary_name

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
SOMEBODY = 1234


@contextmanager
def somebody() -> Iterator[None]:
    """Act as a plain user for a while."""
    os.setegid(SOMEBODY)
    os.seteuid(SOMEBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def put(path: Path, data: bytes | None, *, hook: replacing.Steps = lambda step: None) -> None:
    """The whole way of one file; None removes it."""
    seen = look(str(path))
    ensure_writable(seen)
    temporary = temporary_name(seen)
    try:
        if data is not None:
            stage(seen, data, temporary, hook)
        swap(seen, temporary, remove=data is None, steps=hook)
    finally:
        discard(temporary)


def others(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name.startswith(replacing.PREFIX)}
