"""The Xid errors that the kernel log still holds: they came before anybody looked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from nebtui.facts.gpu import XidEvent

MOST = 20_000
"""Records read at most: the kernel keeps a few thousand."""
RECORD = 8192
"""Bytes of the longest record (`/dev/kmsg` refuses a smaller buffer)."""
_XID = re.compile(
    rb"(?P<priority>\d+),\d+,(?P<at>\d+),[^;\n]*;"
    rb"NVRM: Xid \((?:PCI:)?(?P<place>[0-9a-fA-F:.]+)\): (?P<number>\d{1,5})\b"
)


def errors(path: str, booted: float) -> Iterator[tuple[str, XidEvent]]:
    """The errors in a kernel log (`/dev/kmsg`), oldest first, each with the PCI place of its device
    (`0000:01:00`). `booted`: Unix seconds at which its times begin. Nothing where it may not be
    read: that takes root, or kernel.dmesg_restrict=0."""
    for match in _XID.finditer(_read(path)):
        # Facility 0 is the kernel; what programs write into the log has another.
        if int(match["priority"]) < 8:
            event = XidEvent(booted + int(match["at"]) / 1e6, int(match["number"]))
            yield place(match["place"].decode()), event


def place(text: str) -> str:
    """A PCI place without its function, as the kernel log writes it: NVML's has a longer domain
    (`00000000:01:00.0`)."""
    domain, _, rest = text.lower().partition(":")
    return f"{domain[-4:]}:{rest.partition('.')[0]}"


def _read(path: str) -> bytes:
    """What the log holds now, a record a line; b"" where it may not be read."""
    records: list[bytes] = []
    try:
        log = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        for _ in range(MOST):
            try:
                record = os.read(log, RECORD)
            except BrokenPipeError:
                continue  # overwritten while it was read: the next record follows
            if not record:
                break
            records.append(record)
    except OSError:
        pass  # the end of the log (EAGAIN)
    finally:
        os.close(log)
    return b"".join(records)
