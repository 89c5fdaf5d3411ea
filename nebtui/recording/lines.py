"""The lines of a recording: a header, then changes with their time, and now and then the whole
picture. What is read here may come from anybody."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from nebtui.facts.changes import Change
from nebtui.facts.codec import CLASS, decode, encode
from nebtui.light_dataclass import dataclass

VERSION = 1
AT, FRAME = "t", "k"
"""Keys of a line besides a change's own: seconds since the recording began; the changes of a whole
picture."""
LONGEST = 16_000_000
"""Bytes of a line that is read."""
_LAST_TIME = 4e9
"""Unix seconds after which no recording is made (2096)."""


class RecordingError(ValueError):
    """Why something is no recording, or cannot be read on: one sentence."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: which nebtui recorded which box, and when it began (Unix seconds)."""

    version: str
    host: str
    began: float


@dataclass(frozen=True, slots=True)
class TapeEntry:
    """One line: what happened `at` seconds after the recording began. `whole`: a picture of
    everything; `unknown`: changes in it that this nebtui cannot read."""

    at: float
    changes: tuple[Change, ...]
    whole: bool = False
    unknown: int = 0


def header_line(header: Header) -> bytes:
    """The header as it is written."""
    return json_line(
        {
            "nebtui": header.version,
            "recording": VERSION,
            "host": header.host,
            "began": round(header.began, 3),
            "redacted": "hosts",
        }
    )


def change_line(at: float, change: Change) -> bytes:
    """One change as it is written."""
    return json_line({AT: round(at, 3), **encode(change)})


def frame_line(at: float, changes: Iterable[Change]) -> bytes:
    """A whole picture as it is written."""
    return json_line({AT: round(at, 3), FRAME: [encode(change) for change in changes]})


def json_line(data: dict[str, Any]) -> bytes:
    """An object as one line."""
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def read_header(line: bytes, name: str) -> Header:
    """The header; raises RecordingError where the line is none. `name`: what is read."""
    data = json_object(line)
    began = time_of(data.get("began")) if data else None
    if not data or "recording" not in data or began is None:
        raise RecordingError(f"{name} is not a recording of nebtui; `nebtui record FILE` makes one")
    if data["recording"] != VERSION:
        raise RecordingError(f"{name} was recorded by a newer nebtui than this one: update nebtui")
    version, host = (str(data.get(key, ""))[:200] for key in ("nebtui", "host"))
    return Header(version, host, began)


def read_entry(line: bytes) -> TapeEntry | None:
    """The entry; None where a line holds none."""
    data = json_object(line)
    return entry_of(data) if data else None


def entry_of(data: dict[str, Any]) -> TapeEntry | None:
    """The entry that an object is; None where it is none."""
    at = time_of(data.get(AT))
    if at is None:
        return None
    frame = data.get(FRAME)
    if isinstance(frame, list):
        found = [decode(one) for one in frame]
        kept = tuple(change for change in found if change is not None)
        return TapeEntry(at, kept, whole=True, unknown=len(found) - len(kept))
    if CLASS not in data:
        return None
    change = decode(data)
    return TapeEntry(at, () if change is None else (change,), unknown=int(change is None))


def json_object(line: bytes) -> dict[str, Any] | None:
    """The object in a line, None where there is none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def time_of(value: object) -> float | None:
    """Seconds (Unix, or since the begin), None where the value is no time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value < _LAST_TIME else None
