"""Kernel files that stay open: what they hold now, never more of them than allowed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.hosts.kernel.kept_files import KeptFiles, allowed


def files_open(folder: Path) -> set[str]:
    """Names of the files below a folder that this process has open."""
    links = (f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd"))
    paths = {os.readlink(link) for link in links if os.path.islink(link)}
    return {os.path.basename(path) for path in paths if path.startswith(str(folder))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(f"{name} 1\n")
    return tmp_path


@pytest.fixture
def kept() -> Iterator[KeptFiles]:
    files = KeptFiles(2)
    yield files
    files.close()


def test_what_it_holds_now(folder: Path, kept: KeptFiles) -> None:
    """Read again and again from the same descriptor."""
    path = folder / "a" / "a"
    assert kept.read(str(path)) == "a 1\n"
    path.write_text("a 22\n")
    assert kept.read(str(path)) == "a 22\n"
    assert files_open(folder) == {"a"}


def test_no_more_than_allowed(folder: Path, kept: KeptFiles) -> None:
    """What is beyond is read all the same."""
    assert [kept.read(str(folder / one / one)) for one in "abc"] == ["a 1\n", "b 1\n", "c 1\n"]
    assert files_open(folder) == {"a", "b"}
    kept.keep({str(folder / "b")})
    assert files_open(folder) == {"b"}
    kept.close()
    assert files_open(folder) == set()


def test_gone(folder: Path, kept: KeptFiles) -> None:
    """Nothing, also where a name cannot be one."""
    assert kept.read(str(folder / "none")) == ""
    assert kept.read("a\0b") == ""
    assert kept.read(str(folder)) == ""
    assert files_open(folder) == set()


def test_a_part_of_what_a_process_may_have() -> None:
    """Others need descriptors too."""
    assert 0 < allowed() <= 1024
