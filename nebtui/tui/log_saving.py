"""Writing a log that is on screen to a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from nebtui.facts.logs import LogLine
from nebtui.text.mask import mask
from nebtui.text.terminal import plain

WARNING = "secrets that look like some are masked; others may be in it: read it first"


def place_for(title: str, now: float) -> str:
    """The absolute path of a new file in the working directory, named after a log and the time."""
    stem = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:80] or "log"
    return os.path.abspath(f"{stem}-{int(now)}.log")


def save(path: str, lines: Iterable[LogLine]) -> str:
    """Write the lines, masked and cleaned, to a file that is not there yet and that only its owner
    can read; why it could not be done, "" where it was."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for line in lines:
                file.write(f"{line.service or ''} | {plain(mask(line.text))}\n")
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return ""
