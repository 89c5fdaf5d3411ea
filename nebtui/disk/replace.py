"""Replaces, creates and removes one file: whole old or whole new at every instant, with all that
the file carried.

A file is looked at, its successor is staged beside it, and one rename swaps them if it is still the
file looked at.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress

from nebtui.disk.attributes import AttributeCopyError, give_to_folder_owner, make_like
from nebtui.disk.read import ABSENT, MAX_BYTES, UnreadableError, read_regular
from nebtui.light_dataclass import dataclass
from nebtui.text.mask import is_env

PREFIX = ".nebtui-"
Checkpoint = Callable[[str], None]
"""Called with the name of each step right before it is taken, so that tests can end the process
there."""


class UnwritableError(OSError):
    """A file that cannot be written as it has to be: what is so, and what to do. The file is
    unchanged."""

    def __init__(self, path: str, what: str, advice: str) -> None:
        super().__init__(f"{path} {what}; {advice}")
        self.path = path
        self.what = what
        self.advice = advice


class ConflictError(UnwritableError):
    """The file is not the one that was looked at when the edit was planned."""

    def __init__(self, path: str, what: str = "was changed meanwhile") -> None:
        super().__init__(path, what, "look at the new diff")


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was looked at; `data` None = it does not exist."""

    path: str
    real_path: str
    """Where the links of the path lead."""
    data: bytes | None
    identity: tuple[int, ...] = ()
    """Device, inode and time of the last change, of content and attributes alike."""
    names: int = 0
    """How many names (hard links) the file has."""

    @property
    def folder(self) -> str:
        return os.path.dirname(self.real_path)


def read_state(path: str) -> FileState:
    """A file's bytes and identity, bounded and never waiting; raises UnreadableError, ConflictError
    or UnwritableError."""
    try:
        real_path = os.path.realpath(path)
    except ValueError:
        raise UnreadableError(path, "is not a valid path") from None
    try:
        data, status = read_regular(real_path, follow=False)
    except UnreadableError as error:
        if error.message == ABSENT and not os.path.lexists(real_path):
            if os.path.lexists(path):
                what = f"is a link to {real_path}, which does not exist"
                raise UnwritableError(path, what, "create that file or remove the link") from None
            return FileState(path, real_path, None)
        if os.path.islink(real_path):
            raise ConflictError(path, "became a link while it was read") from None
        raise UnreadableError(path, error.message, error.line) from None
    return FileState(
        path, real_path, data, (status.st_dev, status.st_ino, status.st_ctime_ns), status.st_nlink
    )


def ensure_writable(seen: FileState) -> None:
    """Refuse early what could not be replaced whole; raises UnwritableError."""
    if seen.data is None:
        return
    if seen.names > 1:
        what = f"has {seen.names} names (hard links), and replacing it would part them"
        raise UnwritableError(
            seen.path, what, "edit it by hand, or give it an inode of its own (cp -p, mv)"
        )
    try:
        # Nothing is written through it: it asks the kernel about mode, read-only mounts and
        # immutable files at once.
        os.close(
            os.open(seen.real_path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        )
    except OSError as error:
        raise _explained(seen, error) from None


def temporary_name(seen: FileState) -> str:
    """A name beside the file that nothing else has."""
    return os.path.join(seen.folder, f"{PREFIX}{os.urandom(8).hex()}")


def stage(seen: FileState, data: bytes, temporary: str, checkpoint: Checkpoint) -> None:
    """Put the new bytes beside the file, on disk, with the file's mode, owner and attributes;
    raises UnwritableError. What it leaves when it fails is for `discard`."""
    if len(data) > MAX_BYTES:
        what = f"would grow above {MAX_BYTES // 1_000_000} MB"
        raise UnwritableError(seen.path, what, "split it into several files")
    # Secrets stay with their owner; the mode of a file that is replaced is set before it gets its
    # name.
    mode = 0o600 if seen.data is not None or is_env(seen.path) else 0o644
    checkpoint(f"stage {seen.path}")
    ensure_same(seen)  # a folder that became a link would get the staged file
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, mode), "wb") as stream:
            checkpoint(f"fill {seen.path}")
            stream.write(data)
            stream.flush()
            checkpoint(f"sync {seen.path}")
            if seen.data is None:
                give_to_folder_owner(stream.fileno(), seen.folder)
            else:
                make_like(stream.fileno(), seen.real_path)
            os.fsync(stream.fileno())
    except OSError as error:
        raise _explained(seen, error) from None


def replace_file(seen: FileState, temporary: str, *, remove: bool, checkpoint: Checkpoint) -> None:
    """Let the staged file take the place, or with `remove` the file leave it for `temporary`;
    raises ConflictError or UnwritableError, and nothing is changed then. Between the comparison and
    the rename lie microseconds and no open file."""
    checkpoint(f"swap {seen.path}")
    ensure_same(seen)
    try:
        if remove:
            os.rename(seen.real_path, temporary)
        elif seen.data is None:
            link_exclusive(temporary, seen.real_path)
        else:
            os.replace(temporary, seen.real_path)
        checkpoint(f"settle {seen.path}")
        sync_folder(seen.folder)
    except FileExistsError:
        raise ConflictError(seen.path, "was created meanwhile") from None
    except OSError as error:
        raise _explained(seen, error) from None


def ensure_same(seen: FileState) -> None:
    """Raise ConflictError if the path does not lead to the very file that was looked at."""
    try:
        now = read_state(seen.path)
    except OSError:
        raise ConflictError(seen.path, "became something else meanwhile") from None
    if now != seen:
        raise ConflictError(seen.path)


def link_exclusive(temporary: str, place: str) -> None:
    """Give a file a name that nothing has; raises FileExistsError or OSError."""
    try:
        os.link(temporary, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        # A file system without hard links (FAT, some FUSE): a look is the best there is.
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, "File exists", place) from None
        os.rename(temporary, place)
        return
    os.unlink(temporary)


def discard(temporary: str) -> None:
    """Remove a staged or displaced file, if it is there; raises OSError."""
    if os.path.basename(temporary).startswith(PREFIX):
        with suppress(FileNotFoundError):
            if stat.S_ISREG(os.lstat(temporary).st_mode):
                os.unlink(temporary)


def sync_folder(folder: str) -> None:
    """Have a rename on disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (
            errno.EINVAL,
            errno.ENOTSUP,
        ):  # network file systems that know no such thing
            raise
    finally:
        os.close(descriptor)


_OVERRIDE = "use its owner's account, or --override to leave it as it is"


def _explained(seen: FileState, error: OSError) -> UnwritableError:
    """The one sentence for what the kernel refused."""
    if isinstance(error, UnwritableError):
        return error
    path, folder = seen.path, seen.folder
    if isinstance(error, AttributeCopyError):
        return UnwritableError(path, f"cannot be replaced: {error.strerror}", _OVERRIDE)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return UnwritableError(
                path, "finds no room: the disk or the quota is full", "make room and try again"
            )
        case errno.EROFS:
            return UnwritableError(
                path, "is on a read-only file system", "mount it writable, or --override elsewhere"
            )
        case errno.EBUSY:
            what = "is mounted by itself, so it cannot be replaced as a whole"
            return UnwritableError(path, what, "run nebtui where its folder is")
        case errno.ENOENT | errno.ENOTDIR:
            what = f"has no folder any more ({folder})"
            return UnwritableError(path, what, "look at the new diff")
        case errno.EACCES | errno.EPERM if not os.access(
            folder, os.W_OK | os.X_OK, effective_ids=True
        ):
            return UnwritableError(
                path, f"is in a folder you may not write to ({folder})", _OVERRIDE
            )
        case errno.EPERM:
            what = (
                "may not be replaced: it or its folder is immutable (lsattr), or another's "
                "in a sticky folder"
            )
            return UnwritableError(
                path, what, "change that with chattr or chmod, or edit another file"
            )
        case errno.EACCES:
            return UnwritableError(path, "is not writable for you", _OVERRIDE)
    why = (error.strerror or str(error)).lower()
    return UnwritableError(path, f"cannot be written: {why}", "try again, or edit it by hand")
