"""The whole way of one file through the writer, and a person who is not root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nebtui.disk import replace
from nebtui.disk.replace import (
    discard,
    ensure_writable,
    read_state,
    replace_file,
    stage,
    temporary_name,
)

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


def put(path: Path, data: bytes | None, *, hook: replace.Checkpoint = lambda step: None) -> None:
    """The whole way of one file; None removes it."""
    seen = read_state(str(path))
    ensure_writable(seen)
    temporary = temporary_name(seen)
    try:
        if data is not None:
            stage(seen, data, temporary, hook)
        replace_file(seen, temporary, remove=data is None, checkpoint=hook)
    finally:
        discard(temporary)


def others(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name.startswith(replace.PREFIX)}
