"""A box without an engine: projects from files, settled, and a hand's work where an engine would
act."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork
from nebtui.facts.changes import Change, PathsSeen, ProjectGone, ProjectSeen, Settled
from nebtui.hosts.files import FilesHost

COMPOSE = """name: shop
services:
  web:
    image: nginx:1.27
    volumes: ["./data:/data"]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with one project."""
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "data").mkdir()
    return tmp_path


def until(
    changes: Iterator[Change], wanted: Callable[[Change], bool], seconds: float = 10.0
) -> list[Change]:
    """Changes up to the wanted one."""
    deadline = time.monotonic() + seconds
    seen: list[Change] = []
    for change in changes:
        seen.append(change)
        if wanted(change):
            return seen
        assert time.monotonic() < deadline, seen
    raise AssertionError(seen)


def test_files_are_read_and_settled(shop: Path) -> None:
    """The project and the paths it mounts come before Settled, and then the stream ends by
    itself."""
    host = FilesHost((str(shop),), (), {})
    seen = list(host.changes())
    host.close()
    assert isinstance(seen[-1], Settled)
    (project,) = [change.project for change in seen if isinstance(change, ProjectSeen)]
    assert (project.name, project.view, list(project.services)) == ("shop", "reader", ["web"])
    (paths,) = [change.paths for change in seen if isinstance(change, PathsSeen)]
    assert [path.path for path in paths] == [str(shop / "data")]


def test_an_edit_is_seen_and_a_removal_too(shop: Path) -> None:
    """Following, a changed file is told again at once when asked for, and a removed project is told
    gone."""
    host = FilesHost((str(shop),), (), {}, follow=True)
    changes = host.changes()
    until(changes, lambda change: isinstance(change, Settled))
    file = shop / "compose.yaml"
    file.write_text(COMPOSE.replace("1.27", "1.28"))
    host.reread((str(file),))
    until(
        changes,
        lambda c: isinstance(c, ProjectSeen) and c.project.services["web"].image == "nginx:1.28",
    )
    os.remove(file)
    host.reread((str(file),))
    until(
        changes,
        lambda c: (
            isinstance(c, ProjectGone)
            or (isinstance(c, ProjectSeen) and c.project.problem is not None)
        ),
    )
    host.close()


def test_nothing_is_done_without_an_engine(shop: Path) -> None:
    """An action answers with the command to run by hand and fails."""
    host = FilesHost((str(shop),), (), {})
    (progress,) = host.do(CreateNetwork("llm"))
    assert (progress.done, progress.exit_code) == (True, 1)
    assert "docker network create --label nebtui.created=1 llm" in progress.text
