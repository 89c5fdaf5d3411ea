"""What cannot be replaced whole is refused with one sentence, and nothing is touched."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.disk.read import MAX_BYTES, UnreadableError
from nebtui.disk.replace import ConflictError, UnwritableError, read_state
from tests.disk.one_file import SOMEBODY, as_root, others, put, somebody


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody can reach; pytest's own are root's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@as_root
def test_an_owner_that_cannot_be_kept_is_a_refusal(public: Path) -> None:
    """A file of another owner that one may write is not silently made one's own."""
    path = public / "compose.yaml"
    path.write_bytes(b"old")
    path.chmod(0o666)
    public.chmod(0o777)
    with somebody(), pytest.raises(UnwritableError, match="its owner 0:0 cannot be kept"):
        put(path, b"new")
    assert (path.read_bytes(), path.stat().st_uid, others(public)) == (b"old", 0, set())


def test_an_attribute_that_cannot_be_kept_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An access list or label that may not be copied stops the write."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError as error:
        pytest.skip(f"this file system keeps no attributes: {error}")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(UnwritableError, match=r"user\.note cannot be kept"):
        put(path, b"new")
    assert (path.read_bytes(), others(tmp_path)) == (b"old", set())


def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    """No file appears where a link points to nothing."""
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(
        UnwritableError, match=r"is a link to .*elsewhere, which does not exist; create that file"
    ):
        put(tmp_path / "link", b"new")
    assert not (tmp_path / "elsewhere").exists()


def test_hard_links_are_refused(tmp_path: Path) -> None:
    """A file with two names is not parted into two files."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    os.link(path, tmp_path / "second")
    with pytest.raises(
        UnwritableError, match=r"has 2 names \(hard links\), and replacing it would part them"
    ):
        put(path, b"new")
    assert path.stat().st_nlink == 2


def test_a_file_that_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """A file to be created that somebody else creates at the last moment is left alone."""
    path = tmp_path / ".env"

    def appear(step: str) -> None:
        if step.startswith("swap"):
            path.write_bytes(b"theirs")

    with pytest.raises(ConflictError):
        put(path, b"ours", hook=appear)
    assert path.read_bytes() == b"theirs"
    assert others(tmp_path) == set()


@pytest.mark.parametrize(
    "way", ["bytes", "link", "folder link", "pipe", "gone", "same bytes, other file", "mode"]
)
def test_what_changed_between_look_and_swap_is_left(tmp_path: Path, way: str) -> None:
    """Whatever the path has become meanwhile, it is refused as changed, and nothing outside is
    touched."""
    folder, outside = tmp_path / "project", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    path, secret = folder / "compose.yaml", outside / "compose.yaml"
    path.write_bytes(b"old")
    secret.write_bytes(b"old")

    def change(step: str) -> None:
        if not step.startswith("swap"):
            return
        match way:
            case "bytes":
                path.write_bytes(b"edited")
            case "mode":
                path.chmod(0o600)
            case "folder link":
                folder.rename(tmp_path / "moved")
                folder.symlink_to(outside)
            case _:
                path.unlink()
        match way:
            case "link":
                path.symlink_to(secret)
            case "pipe":
                os.mkfifo(path)
            case "same bytes, other file":
                path.write_bytes(b"old")

    with pytest.raises(ConflictError, match="meanwhile; look at the new diff"):
        put(path, b"new", hook=change)
    assert secret.read_bytes() == b"old"
    assert others(outside) == set()


@as_root
@pytest.mark.parametrize(("folder_mode", "mode"), [(0o555, 0o644), (0o755, 0o444)])
def test_what_may_not_be_written_is_refused(public: Path, folder_mode: int, mode: int) -> None:
    """A folder or file that is closed to the user is not written, and the way out is told."""
    path = public / "compose.yaml"
    path.write_bytes(b"old")
    for place, bits in ((path, mode), (public, folder_mode)):
        os.chown(place, SOMEBODY, SOMEBODY)
        place.chmod(bits)
    with (
        somebody(),
        pytest.raises(UnwritableError, match=r"may not write|not writable for you.*--override"),
    ):
        put(path, b"new")
    assert (path.read_bytes(), others(public)) == (b"old", set())


@as_root
def test_an_immutable_file_is_refused(tmp_path: Path) -> None:
    """`chattr +i` is respected and named."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    if (
        shutil.which("chattr") is None
        or subprocess.run(["chattr", "+i", path], check=False).returncode
    ):
        pytest.skip("no immutable files here")
    try:
        with pytest.raises(UnwritableError, match="immutable"):
            put(path, b"new")
        assert others(tmp_path) == set()
    finally:
        subprocess.run(["chattr", "-i", path], check=True)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "the disk or the quota is full"),
        (errno.EDQUOT, "quota is full"),
        (errno.EROFS, "read-only file"),
    ],
)
def test_a_full_disk_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    """What the kernel refuses while the file is staged is one sentence, and no temporary stays."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwritableError, match=told):
        put(path, b"new")
    assert (path.read_bytes(), others(tmp_path)) == (b"old", set())


def test_hostile_paths_are_refused_at_once(tmp_path: Path) -> None:
    """A pipe, a socket, a folder, a device, a loop of links, a NUL in the name and 50 MB: a reason,
    never a wait."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with open(tmp_path / "big", "wb") as stream:
        stream.truncate(50_000_000)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        reasons = {
            str(tmp_path / "pipe"): "a named pipe, not a regular file",
            str(tmp_path / "socket"): "a socket, not a regular file",
            str(tmp_path): "a directory, not a regular file",
            "/dev/zero": "a device, not a regular file",
            str(tmp_path / "big"): "larger than",
            str(tmp_path / "nul\0"): "not a valid path",
        }
        for path, reason in reasons.items():
            with pytest.raises(UnreadableError, match=reason):
                read_state(path)
    with pytest.raises(OSError, match="link"):
        read_state(str(tmp_path / "loop"))


def test_a_file_does_not_grow_above_what_can_be_read(tmp_path: Path) -> None:
    """What could not be read again is not written."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    with pytest.raises(UnwritableError, match="would grow above"):
        put(path, b"x" * (MAX_BYTES + 1))
    assert path.read_bytes() == b"old"
