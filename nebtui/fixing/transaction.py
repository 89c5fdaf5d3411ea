"""Several files changed as one: all are looked at, then all staged, then all swapped; the journal
knows each name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nebtui.disk.replace import (
    Checkpoint,
    ConflictError,
    FileState,
    UnwritableError,
    discard,
    ensure_writable,
    read_state,
    replace_file,
    stage,
    temporary_name,
)
from nebtui.fixing.file_change import FileChange
from nebtui.keep.records import FileRecord, record
from nebtui.light_dataclass import dataclass


def no_checkpoint(step: str) -> None:
    """Takes each step without a stop."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file as it was looked at, its new bytes, and where they are staged (a file that goes is put
    there)."""

    seen: FileState
    after: bytes | None
    temporary: str

    def record(self) -> FileRecord:
        """What the journal keeps of it."""
        return record(
            self.seen.path, self.seen.data, self.after, self.seen.real_path, self.temporary
        )


def stage_all(changes: Iterable[FileChange]) -> tuple[StagedFile, ...]:
    """Look at every file, and refuse what cannot be written. Raises ConflictError, UnwritableError
    or UnreadableError."""
    result: dict[str, StagedFile] = {}
    for change in changes:
        seen = read_state(change.path)
        if seen.data != change.before:
            raise ConflictError(change.path)
        if change.real_path and seen.real_path != change.real_path:
            raise ConflictError(change.path, f"leads to {seen.real_path} now")
        if seen.real_path in result:
            other = result[seen.real_path].seen.path
            raise UnwritableError(
                change.path, f"is the same file as {other}", "name it one way in every project"
            )
        ensure_writable(seen)
        result[seen.real_path] = StagedFile(seen, change.after, temporary_name(seen))
    return tuple(result.values())


def commit(
    many: Sequence[StagedFile],
    checkpoint: Checkpoint = no_checkpoint,
    touched: set[str] | None = None,
) -> None:
    """Stage all, then swap all. Raises ConflictError or UnwritableError; what was done till then is
    for the caller to take back: the paths in `touched`, which may be new, and everything staged."""
    touched = set() if touched is None else touched
    for move in many:
        if move.after is not None:
            stage(move.seen, move.after, move.temporary, checkpoint)
    for move in many:
        touched.add(move.seen.path)
        try:
            replace_file(
                move.seen, move.temporary, remove=move.after is None, checkpoint=checkpoint
            )
        except ConflictError:
            touched.discard(move.seen.path)  # it is somebody else's text now, and none of ours
            raise


def remove_temporaries(files: Iterable[FileRecord]) -> None:
    """Remove what was staged or displaced; raises OSError."""
    for item in files:
        discard(item.temporary)
