"""Replaces, creates and removes one file: whole old or whole new at every instant, with all that
the file carried.

A file is looked at, its successor is staged beside it, and one rename swaps them if it is still the
file looked at.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from nebtui.compose.attributes import Uncopied, give_to_folder_owner, make_like
from nebtui.compose.files import ABSENT, Unreadable, read_regular
from nebtui.compose.marks import MAX_BYTES
from nebtui.compose.secrets import is_env

PREFIX = ".nebtui-"
Steps = Callable[[str], None]
"""Called with the name of each step right before it is taken, so that tests can end the process
there."""


class Unwritable(OSError):
    """A file that cannot be written as it has to be: what is so, and what to do. The file is
    unchanged."""

    def __init__(self, path: str, what: str, advice: str) -> None:
        super().__init__(f"{path} {what}; {advice}")
        self.path = path
        self.what = what
        self.advice = advice


class Changed(Unwritable):
    """The file is not the one that was looked at when the edit was planned."""

    def __init__(self, path: str, what: str = "was changed meanwhile") -> None:
        super().__init__(path, what, "look at the new diff")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was looked at; `data` None = it does not exist."""

    path: str
    place: str
    """Where the links of the path lead."""
    data: bytes | None
    identity: tuple[int, ...] = ()
    """Device, inode and time of the last change, of content and attributes alike."""
    names: int = 0
    """How many names (hard links) the file has."""

    @property
    def folder(self) -> str:
        return os.path.dirname(self.place)


def look(path: str) -> Seen:
    """A file's bytes and identity, bounded and never waiting; raises Unreadable, Changed or
    Unwritable."""
    try:
        place = os.path.realpath(path)
    except ValueError:
        raise Unreadable(path, "is not a valid path") from None
    try:
        data, status = read_regular(place, follow=False)
    except Unreadable as error:
        if error.message == ABSENT and not os.path.lexists(place):
            if os.path.lexists(path):
                what = f"is a link to {place}, which does not exist"
                raise Unwritable(path, what, "create that file or remove the link") from None
            return Seen(path, place, None)
        if os.path.islink(place):
            raise Changed(path, "became a link while it was read") from None
        raise Unreadable(path, error.message, error.line) from None
    return Seen(
        path, place, data, (status.st_dev, status.st_ino, status.st_ctime_ns), status.st_nlink
    )


def ensure_writable(seen: Seen) -> None:
    """Refuse early what could not be replaced whole; raises Unwritable."""
    if seen.data is None:
        return
    if seen.names > 1:
        what = f"has {seen.names} names (hard links), and replacing it would part them"
        raise Unwritable(
            seen.path, what, "edit it by hand, or give it an inode of its own (cp -p, mv)"
        )
    try:
        # Nothing is written through it: it asks the kernel about mode, read-only mounts and
        # immutable files at once.
        os.close(os.open(seen.place, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC))
    except OSError as error:
        raise _explained(seen, error) from None


def temporary_name(seen: Seen) -> str:
    """A name beside the file that nothing else has."""
    return os.path.join(seen.folder, f"{PREFIX}{secrets.token_hex(8)}")


def stage(seen: Seen, data: bytes, temporary: str, steps: Steps) -> None:
    """Put the new bytes beside the file, on disk, with the file's mode, owner and attributes;
    raises Unwritable. What it leaves when it fails is for `discard`."""
    if len(data) > MAX_BYTES:
        what = f"would grow above {MAX_BYTES // 1_000_000} MB"
        raise Unwritable(seen.path, what, "split it into several files")
    # Secrets stay with their owner; the mode of a file that is replaced is set before it gets its
    # name.
    mode = 0o600 if seen.data is not None or is_env(seen.path) else 0o644
    steps(f"stage {seen.path}")
    ensure_same(seen)  # a folder that became a link would get the staged file
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, mode), "wb") as stream:
            steps(f"fill {seen.path}")
            stream.write(data)
            stream.flush()
            steps(f"sync {seen.path}")
            if seen.data is None:
                give_to_folder_owner(stream.fileno(), seen.folder)
            else:
                make_like(stream.fileno(), seen.place)
            os.fsync(stream.fileno())
    except OSError as error:
        raise _explained(seen, error) from None


def swap(seen: Seen, temporary: str, *, remove: bool, steps: Steps) -> None:
    """Let the staged file take the place, or with `remove` the file leave it for `temporary`;
    raises Changed or Unwritable, and nothing is changed then. Between the comparison and the rename
    lie microseconds and no open file."""
    steps(f"swap {seen.path}")
    ensure_same(seen)
    try:
        if remove:
            os.rename(seen.place, temporary)
        elif seen.data is None:
            put_new(temporary, seen.place)
        else:
            os.replace(temporary, seen.place)
        steps(f"settle {seen.path}")
        sync_folder(seen.folder)
    except FileExistsError:
        raise Changed(seen.path, "was created meanwhile") from None
    except OSError as error:
        raise _explained(seen, error) from None


def ensure_same(seen: Seen) -> None:
    """Raise Changed if the path does not lead to the very file that was looked at."""
    try:
        now = look(seen.path)
    except OSError:
        raise Changed(seen.path, "became something else meanwhile") from None
    if now != seen:
        raise Changed(seen.path)


def put_new(temporary: str, place: str) -> None:
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


def _explained(seen: Seen, error: OSError) -> Unwritable:
    """The one sentence for what the kernel refused."""
    if isinstance(error, Unwritable):
        return error
    path, folder = seen.path, seen.folder
    if isinstance(error, Uncopied):
        return Unwritable(path, f"cannot be replaced: {error.strerror}", _OVERRIDE)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Unwritable(
                path, "finds no room: the disk or the quota is full", "make room and try again"
            )
        case errno.EROFS:
            return Unwritable(
                path, "is on a read-only file system", "mount it writable, or --override elsewhere"
            )
        case errno.EBUSY:
            what = "is mounted by itself, so it cannot be replaced as a whole"
            return Unwritable(path, what, "run nebtui where its folder is")
        case errno.ENOENT | errno.ENOTDIR:
            return Unwritable(path, f"has no folder any more ({folder})", "look at the new diff")
        case errno.EACCES | errno.EPERM if not os.access(
            folder, os.W_OK | os.X_OK, effective_ids=True
        ):
            return Unwritable(path, f"is in a folder you may not write to ({folder})", _OVERRIDE)
        case errno.EPERM:
            what = (
                "may not be replaced: it or its folder is immutable (lsattr), or another's "
                "in a sticky folder"
            )
            return Unwritable(path, what, "change that with chattr or chmod, or edit another file")
        case errno.EACCES:
            return Unwritable(path, "is not writable for you", _OVERRIDE)
    why = (error.strerror or str(error)).lower()
    return Unwritable(path, f"cannot be written: {why}", "try again, or edit it by hand")
