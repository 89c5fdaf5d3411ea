"""What the journal says of a patch: splices (what stood where, what stands there now), never whole
files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Literal

from nebtui.keep.anchors import Anchor, Lines, shared
from nebtui.light_dataclass import dataclass
from nebtui.text.digest import sha256
from nebtui.text.mask import is_env

State = Literal["writing", "written", "undone"]

ABSENT = ""
"""In place of a digest: the file does not exist."""
_COMPARISONS = 4_000_000
"""Lines times lines above which the changed middle of a file is one splice: the comparison must
stay bounded."""


@dataclass(frozen=True, slots=True)
class SpliceRecord:
    """At byte `start` of the old text `old` stood; `new` stands there now (Latin-1 text of the
    bytes)."""

    start: int
    old: str
    new: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a patch: what changed, and the digests of the whole bytes before and after
    (ABSENT = no file)."""

    path: str
    place: str
    """Where the path led when it was written (links followed)."""
    temporary: str
    """The file that stands beside it while it is written; a killed process may have left it."""
    before: str
    after: str
    splices: tuple[SpliceRecord, ...]

    @property
    def created(self) -> bool:
        return self.before == ABSENT

    @property
    def removed(self) -> bool:
        return self.after == ABSENT


@dataclass(frozen=True, slots=True)
class UpRecord:
    """The services of one project that a patch concerns: what to bring up once it is undone."""

    project: str
    working_dir: str
    files: tuple[str, ...]
    services: tuple[str, ...]
    force: bool = False
    stack: bool = False
    """Swarm runs the project, and is to deploy it again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One keystroke or one `fix --write`; with `undoes`, the taking back of that entry while it
    lasts."""

    number: int
    time: float
    title: str
    state: State
    files: tuple[FileRecord, ...]
    networks: tuple[str, ...] = ()
    """Networks that nebtui creates for it; while it is being written they may not exist yet."""
    findings: tuple[str, ...] = ()
    undoes: int = 0
    ups: tuple[UpRecord, ...] = ()

    @property
    def unfinished(self) -> bool:
        """Its files are taken back, and a network that was made for it is still in use."""
        return self.state == "undone" and bool(self.networks)

    @property
    def projects(self) -> tuple[str, ...]:
        """The names of those of which it mends something, or has to do with services."""
        places = (found.partition(" ")[2].partition("/")[0] for found in self.findings)
        names = (*places, *(up.project for up in self.ups))
        return tuple(dict.fromkeys(name for name in names if name))

    def concerns(self, project: str) -> bool:
        """True if it mends something of a project of that name, or has to do with its services."""
        return project in self.projects

    def names(self, text: str) -> bool:
        """True if the text stands in what it wrote."""
        return any(text in splice.new for item in self.files for splice in item.splices)


def outlined(entry: Entry) -> Entry:
    """The entry without what it changed: which files, and nothing of what stands in them."""
    files = (replace(item, temporary="", splices=()) for item in entry.files)
    return replace(entry, files=tuple(files))


def digest(data: bytes | None) -> str:
    """The digest of a file's bytes; ABSENT for a file that does not exist."""
    return ABSENT if data is None else sha256(data)


def record(
    path: str, before: bytes | None, after: bytes | None, place: str = "", temporary: str = ""
) -> FileRecord:
    """What the journal keeps of one file: the changed lines, and never a line next to them."""
    env = is_env(path)
    old, new = Lines(before or b"", env=env), Lines(after or b"", env=env)
    splices = []
    for start, end, new_start, new_end in _changed(old, new):
        anchor = new.anchor(new_start, new_end - new_start)
        splices.append(
            SpliceRecord(
                start, _text(old.data[start:end]), _text(new.data[new_start:new_end]), anchor
            )
        )
    return FileRecord(
        path,
        place or os.path.realpath(path),
        temporary,
        digest(before),
        digest(after),
        tuple(splices),
    )


def _changed(old: Lines, new: Lines) -> Iterator[tuple[int, int, int, int]]:
    """The byte ranges that differ: (from, to) in the old text and in the new one.

    Lines are compared without their ends: a last line `KEY=secret` that gets an end because a line
    is added after it is not changed but for that end.
    """
    for tag, i1, i2, j1, j2 in _compared(old.bare, new.bare):
        if tag != "equal":
            yield old.starts[i1], old.starts[i2], new.starts[j1], new.starts[j2]
            continue
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            if old.lines[i] != new.lines[j]:
                length = len(old.bare[i])
                yield (
                    old.starts[i] + length,
                    old.starts[i + 1],
                    new.starts[j] + length,
                    new.starts[j + 1],
                )


def _compared(
    old: Sequence[bytes], new: Sequence[bytes]
) -> Iterator[tuple[str, int, int, int, int]]:
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    yield "equal", 0, head, 0, head
    if len(middle) * len(other) > _COMPARISONS:
        yield "replace", head, head + len(middle), head, head + len(other)
    else:
        for tag, i1, i2, j1, j2 in SequenceMatcher(
            None, middle, other, autojunk=False
        ).get_opcodes():
            yield tag, head + i1, head + i2, head + j1, head + j2
    yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)


def _text(data: bytes) -> str:
    return data.decode("latin-1")
