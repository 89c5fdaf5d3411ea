"""`nebtui --version`: the commit where one is known, the release alone everywhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nebtui import __version__
from nebtui.cli.version import version_line
from tests.cli.sandbox import CliSandbox
from tests.cli.test_check_in_ci import git

PLAIN = f"nebtui {__version__}"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package in a checkout with one commit."""
    folder = tmp_path / "checkout" / "nebtui"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("")
    git(folder.parent, "init")
    git(folder.parent, "add", "-A")
    git(folder.parent, "commit", "-m", "one")
    return folder


def test_in_a_checkout(package: Path) -> None:
    """The commit, and whether files differ from it; a hook's repository is not taken for it."""
    clean = version_line(package, {**os.environ, "GIT_DIR": "/nonexistent"})
    assert re.fullmatch(rf"{re.escape(PLAIN)} \(commit [0-9a-f]{{12}}\)", clean)
    (package / "a.py").write_text("changed")
    assert version_line(package, os.environ) == f"{clean[:-1]}, files changed since)"


def test_as_built(package: Path) -> None:
    """What the build wrote down goes before any repository; what is no commit is not shown."""
    (package / "commit.txt").write_text("0123456789abcdef\n")
    assert version_line(package, {}) == f"{PLAIN} (commit 0123456789ab)"
    for wrong in (b"\x1b[2J", b"\xff", b"v1"):
        (package / "commit.txt").write_bytes(wrong)
        assert "\x1b" not in version_line(package, os.environ)


def test_without_a_commit(package: Path, tmp_path: Path) -> None:
    """The release alone: without git, without a repository, in one further up, in a broken one."""
    assert version_line(package, {"PATH": "/nonexistent"}) == PLAIN
    assert version_line(tmp_path / "nebtui", os.environ) == PLAIN
    inner = package / "lib" / "nebtui"
    inner.mkdir(parents=True)
    assert version_line(inner, os.environ) == PLAIN
    (package.parent / ".git" / "HEAD").unlink()
    assert version_line(package, os.environ) == PLAIN


def test_as_it_is_called(sandbox: CliSandbox) -> None:
    """One line, exit 0, nothing on standard error, before and behind other options."""
    for words in (("--version",), ("--no-engine", "--version")):
        told = sandbox.run(*words)
        assert (told.status, told.err) == (0, "")
        assert told.out.startswith(PLAIN)
        assert len(told.out.splitlines()) == 1
