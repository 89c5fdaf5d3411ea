"""Files of the kernel that stay open: each read gives what the file holds now, at a fifth of the
cost of opening it again."""

from __future__ import annotations

import os
import resource
from collections.abc import Collection
from contextlib import suppress

from nebtui.hosts.kernel.cgroup import BLOCK, read

SHARE = 4
"""One in so many of the descriptors that this process may have is used for it."""
MOST = 1024


def allowed() -> int:
    """How many files may stay open: `RLIMIT_NOFILE` is 1,024 in many sessions."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, soft // SHARE)


class KeptFiles:
    """For one thread. Files beyond the number that may stay open are opened for each read."""

    def __init__(self, most: int | None = None) -> None:
        """`most`: how many stay open, None for as many as are allowed."""
        self._most = allowed() if most is None else most
        self._open: dict[str, int] = {}

    def read(self, path: str) -> str:
        """The file's text, a block of it at most; "" where it is gone or forbidden."""
        kept = self._open.get(path)
        try:
            if kept is None:
                if len(self._open) >= self._most:
                    return read(path)
                kept = self._open[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            return os.pread(kept, BLOCK, 0).decode("utf-8", "replace")
        except (OSError, ValueError):  # ENODEV: of a group that was removed
            self._close(path)
            return ""

    def keep(self, folders: Collection[str]) -> None:
        """Close what lies in none of these folders."""
        for path in [path for path in self._open if os.path.dirname(path) not in folders]:
            self._close(path)

    def close(self) -> None:
        """Close all of them."""
        self.keep(())

    def _close(self, path: str) -> None:
        kept = self._open.pop(path, None)
        if kept is not None:
            with suppress(OSError):
                os.close(kept)
