"""Takes a recorded change out of a file's bytes: exactly, or at the place where it stands after
other edits."""

from __future__ import annotations

from collections.abc import Sequence

from nebtui.keep.anchors import Anchor, Lines, shared
from nebtui.keep.records import FileRecord, SpliceRecord, digest
from nebtui.text.mask import is_env, mask, mask_env


class JournalMismatchError(ValueError):
    """A journal entry no longer fits its file; one sentence names file, lines and reason."""


def reverted(record: FileRecord, current: bytes | None) -> bytes | None:
    """The bytes without the recorded change (None = the file goes); edits elsewhere in the file are
    kept.

    Raises JournalMismatchError where a changed line no longer stands, or not at one place only.
    """
    if current is None:
        if not record.removed:
            raise JournalMismatchError(f"{record.path} was removed since")
        return _exact(record, b"")
    if digest(current) == record.after:
        return None if record.created else _exact(record, current)
    if record.created and not is_env(record.path):
        # What was added to it may stand below what would go.
        raise JournalMismatchError(f"{record.path} was changed since nebtui created it")
    if record.removed:
        raise JournalMismatchError(f"{record.path} was created anew since")
    return _rebased(record, current)


def _exact(record: FileRecord, current: bytes) -> bytes:
    for splice in record.splices:
        new, old = _bytes(splice.new), _bytes(splice.old)
        # Starts are those of the old text, and everything before this splice is the old text again.
        current = current[: splice.start] + old + current[splice.start + len(new) :]
    if digest(current) != record.before:
        raise JournalMismatchError(f"the journal entry for {record.path} does not restore it")
    return current


def _rebased(record: FileRecord, current: bytes) -> bytes:
    text = Lines(current, env=is_env(record.path))
    end = 0
    pieces: list[bytes] = []
    for splice in record.splices:
        start = text.starts[_found(record, splice, text)] + splice.anchor.lead
        if start < end:
            raise JournalMismatchError(
                f"{record.path} was changed since: {_explanation(record, splice)} changed its order"
            )
        pieces += [current[end:start], _bytes(splice.old)]
        end = start + len(_bytes(splice.new))
    return b"".join([*pieces, current[end:]])


def _found(record: FileRecord, splice: SpliceRecord, text: Lines) -> int:
    """The index of the line where the splice stands now."""
    spot, new = splice.anchor, _bytes(splice.new)
    standing = [
        index
        for index in range(len(text.lines) + 1)
        if text.keys[index : index + len(spot.lines)] == spot.lines
        and text.data.startswith(new, text.starts[index] + spot.lead)
    ]
    env = is_env(record.path)
    scores = {index: score for index in standing if (score := _score(spot, text, index, env=env))}
    top = max(scores.values(), default=0)
    best = [index for index, score in scores.items() if score == top]
    if len(best) == 1:
        return best[0]
    message = _explanation(record, splice)
    if best:
        raise JournalMismatchError(
            f"{record.path} was changed since: {message} stands at {_numbers(best)} now, "
            "which look alike"
        )
    if standing and new:
        raise JournalMismatchError(
            f"{record.path} was changed since: {message} is at {_numbers(standing)} now, "
            "next to changed lines"
        )
    raise JournalMismatchError(
        f"{record.path} was changed since: {message} is not as nebtui left it"
    )


def _score(spot: Anchor, text: Lines, first: int, *, env: bool) -> int:
    """How well a place fits; 0 = it is another place.

    Both neighbours must stand: a line added right below may belong to what would be taken away. The
    lines of an env file belong to nobody but themselves.
    """
    last = first + len(spot.lines)
    above, below = text.around(first, last)
    up, down = shared(spot.above, above), shared(spot.below, below)
    if env and last > first:
        return 1 + up + down
    if not (up and down) or text.chain(first, last) != spot.chain:
        return 0
    return up + down


def is_original(record: FileRecord, current: bytes) -> bool:
    """True if a file that is neither as before nor as after was edited before anything of the
    change reached it: what stood at each place stands there, between the same lines."""
    text = Lines(current, env=is_env(record.path))
    # Where only a line end changed, the splice next to it tells.
    return all(
        _stands_old(splice, text) for splice in record.splices if (splice.old + splice.new).strip()
    )


def _stands_old(splice: SpliceRecord, text: Lines) -> bool:
    spot, old = splice.anchor, _bytes(splice.old).splitlines(keepends=True)
    return any(
        text.lines[first : first + len(old)] == old
        and all(map(shared, (spot.above, spot.below), text.around(first, first + len(old))))
        for first in range(len(text.lines) - len(old) + 1)
    )


def _explanation(record: FileRecord, splice: SpliceRecord) -> str:
    """The splice in a sentence, its secrets masked."""
    number = splice.anchor.line
    lines = [
        text for text in _bytes(splice.new).decode(errors="replace").splitlines() if text.strip()
    ]
    if not lines:
        return (
            f"the place at line {number} where lines were removed"
            if splice.old.strip()
            else f"line {number}"
        )
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    hide = mask_env if is_env(record.path) else mask
    return f"line {number} “{hide(lines[0]).strip()}”{more}"


def _numbers(indexes: Sequence[int]) -> str:
    shown = ", ".join(str(index + 1) for index in indexes[:5])
    return f"line{'s' if len(indexes) > 1 else ''} {shown}"


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
