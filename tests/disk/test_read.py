"""Reading a file gives its text or one clear sentence, and never hangs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nebtui.disk.read import MAX_BYTES, UnreadableError, overlay, read_text


def test_text_and_exact_bytes(tmp_path: Path) -> None:
    """The bytes come back exactly, a BOM and CRLF included."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert read_text(str(path)) == ("\ufeffa: 1\r\n", b"\xef\xbb\xbfa: 1\r\n")


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A folder, a FIFO, a device, an absent file and bad UTF-8 are each refused with their
    reason."""
    fifo, binary = tmp_path / "fifo", tmp_path / "binary"
    os.mkfifo(fifo)
    binary.write_bytes(b"ok\n\xff\xfe")
    reasons = {
        str(tmp_path): "directory",
        str(fifo): "named pipe",
        "/dev/zero": "device",
        str(tmp_path / "none"): "does not exist",
        str(binary): "UTF-8",
        "/a\0b": "valid path",
    }
    for path, reason in reasons.items():
        with pytest.raises(UnreadableError, match=reason):
            read_text(path)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """A file above the limit is not read."""
    path = tmp_path / "big"
    with open(path, "wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableError, match="larger"):
        read_text(str(path))


def test_an_overlay_hides_the_disk(tmp_path: Path) -> None:
    """Texts of an overlay are seen instead of the files."""
    path = tmp_path / "a"
    path.write_text("disk")
    assert overlay({str(path): "edit"})(str(path)) == "edit"
    assert overlay({})(str(path)) == "disk"
