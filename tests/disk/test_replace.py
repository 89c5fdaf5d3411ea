"""One file is replaced with all that it carries; nothing else is touched."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from nebtui.disk.replace import read_state, replace_file, temporary_name
from tests.disk.one_file import SOMEBODY, as_root, others, put

ACL_NAME = "system.posix_acl_access"
ANY = 0xFFFFFFFF
ACL = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", *entry)
    for entry in ((1, 6, ANY), (2, 4, SOMEBODY), (4, 4, ANY), (0x10, 4, ANY), (0x20, 0, ANY))
)
"""user::rw-, user:1234:r--, group::r--, mask::r--, other::---"""


def test_mode_and_attributes_stay(tmp_path: Path) -> None:
    """Mode bits, extended attributes and the access list of the old file are those of the new
    one."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    try:
        os.setxattr(path, "user.note", b"mine")
        os.setxattr(path, ACL_NAME, ACL)
    except OSError as error:
        pytest.skip(f"this file system keeps no such attributes: {error}")
    before = path.stat().st_mode
    put(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode == before
    assert os.getxattr(path, "user.note") == b"mine"
    assert os.getxattr(path, ACL_NAME) == ACL
    assert others(tmp_path) == set()


def test_the_access_list_of_the_folder_is_not_added(tmp_path: Path) -> None:
    """A default access list of the folder does not open a file that was closed."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    path.chmod(0o600)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", ACL)
    except OSError as error:
        pytest.skip(f"this file system keeps no access lists: {error}")
    put(path, b"new")
    assert ACL_NAME not in os.listxattr(path)
    assert path.stat().st_mode & 0o777 == 0o600


@as_root
def test_the_owner_stays(tmp_path: Path) -> None:
    """Written by root, a person's file stays that person's."""
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"old")
    os.chown(path, SOMEBODY, SOMEBODY + 1)
    put(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (SOMEBODY, SOMEBODY + 1)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind a chain of links is replaced; the links stand as before."""
    target = tmp_path / "deep" / "compose.yaml"
    target.parent.mkdir()
    target.write_bytes(b"old")
    (tmp_path / "middle").symlink_to("deep/compose.yaml")
    (tmp_path / "link").symlink_to("middle")
    put(tmp_path / "link", b"new")
    assert target.read_bytes() == b"new"
    assert os.readlink(tmp_path / "link") == "middle"
    assert others(tmp_path) == others(target.parent) == set()


@pytest.mark.parametrize(
    ("name", "mode"), [(".env", 0o600), ("compose.override.yaml", 0o644), ("gpu.env", 0o600)]
)
def test_the_mode_of_a_new_file(tmp_path: Path, name: str, mode: int) -> None:
    """A new env file is its owner's only; another file obeys the umask."""
    mask = os.umask(0o022)
    try:
        put(tmp_path / name, b"new")
        assert (tmp_path / name).stat().st_mode & 0o777 == mode
        os.umask(0o027)
        put(tmp_path / f"tight-{name}", b"new")
        assert (tmp_path / f"tight-{name}").stat().st_mode & 0o777 == mode & ~0o027
    finally:
        os.umask(mask)


@as_root
def test_a_new_file_of_root_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    """`sudo nebtui` leaves no file of root in a person's folder."""
    os.chown(tmp_path, SOMEBODY, SOMEBODY)
    put(tmp_path / ".env", b"new")
    assert (tmp_path / ".env").stat().st_uid == SOMEBODY


def test_a_removed_file_can_come_back_as_it_was(tmp_path: Path) -> None:
    """Removal moves the very file aside, so that an interrupted one loses nothing."""
    path = tmp_path / ".env"
    path.write_bytes(b"ours")
    seen = read_state(str(path))
    aside = temporary_name(seen)
    replace_file(seen, aside, remove=True, checkpoint=lambda step: None)
    assert not path.exists()
    assert Path(aside).read_bytes() == b"ours"
