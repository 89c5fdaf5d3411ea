"""Whether an NVIDIA library is on the machine, before anything is loaded to ask it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.hosts.gpu import source


def test_a_library_in_a_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried there, and only one that can be loaded counts."""
    name = "libnebtui-nowhere.so.1"
    monkeypatch.setattr(source, "NVML_LIBRARY", name)
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere:{tmp_path}")
    assert not source.nvml_library()
    (tmp_path / name).write_text("no library")
    assert source._is_named(name)
    assert not source.nvml_library()


def test_a_library_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The linker's cache, or its own folders, have the C library under some name."""
    names = ("libc.so.6", "libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1", "ld-musl-aarch64.so.1")
    assert any(source._is_named(name) for name in names)
