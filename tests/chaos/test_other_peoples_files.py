"""What another user wrote is not believed, and nothing is written where a link leads meanwhile."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nebtui.facts.changes import ContainerSeen, ProjectSeen
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import WriteError
from nebtui.fixing.patch import Patch
from nebtui.fixing.watch import Watched, verdict
from nebtui.fixing.writing import write
from nebtui.keep.journal import Journal, JournalError
from nebtui.keep.known_projects import recall_projects
from nebtui.rules.rule import Recreate
from nebtui.store import fold_all
from tests.fixing.sandbox import FixSandbox

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def box(tmp_path: Path) -> FixSandbox:
    """Two projects, and one entry in the journal."""
    made = FixSandbox(tmp_path).set_up()
    write(made.patch(), made.host(), made.journal)
    return made


@as_root
def test_a_journal_of_another_user_is_not_used(box: FixSandbox) -> None:
    """A forged entry would make root write what its author likes: nothing of it is read."""
    os.chown(box.folder / "state" / "journal", 4242, 4242)
    journal = Journal(str(box.folder / "state"))
    assert journal.entries() == ()
    (why,) = journal.unread()
    assert "belongs to user 4242" in why
    assert "NEBTUI_STATE" in why
    with pytest.raises(JournalError, match="belongs to user 4242"), journal.lock():
        pass


@as_root
def test_an_entry_of_another_user_is_not_used(box: FixSandbox) -> None:
    """One forged file in a folder of one's own is left alone, and named."""
    (entry,) = (box.folder / "state" / "journal").glob("*.json")
    os.chown(entry, 4242, 4242)
    assert box.journal.entries() == ()
    assert "belongs to user 4242" in box.journal.unread()[0]


def test_a_journal_behind_a_link_is_not_used(box: FixSandbox) -> None:
    """A link in place of the folder leads to somebody's choice of entries."""
    folder = box.folder / "state" / "journal"
    folder.rename(box.folder / "elsewhere")
    folder.symlink_to(box.folder / "elsewhere")
    assert box.journal.entries() == ()
    assert "is a link" in box.journal.unread()[0]


@as_root
def test_remembered_projects_of_another_user_are_not_read(tmp_path: Path) -> None:
    """The list of projects is as trusted as the journal."""
    path = tmp_path / "projects.json"
    path.write_text('[{"name": "a", "working_dir": "/", "files": ["/etc/passwd"]}]')
    assert len(recall_projects(str(tmp_path))) == 1
    os.chown(path, 4242, 4242)
    assert recall_projects(str(tmp_path)) == {}


def test_the_same_bytes_behind_a_new_link_are_not_written(tmp_path: Path) -> None:
    """A file that became a link after its diff was shown is refused, whatever it leads to."""
    box = FixSandbox(tmp_path).set_up()
    planned = box.patch()
    files = tuple(replace(c, real_path=os.path.realpath(c.path)) for c in planned.files)
    victim = tmp_path / "victim.yaml"
    victim.write_bytes(box.core.read_bytes())
    box.core.unlink()
    box.core.symlink_to(victim)
    before = victim.read_bytes()
    with pytest.raises(WriteError, match=r"leads to .*victim.yaml now"):
        write(replace(planned, files=files), box.host(), box.journal)
    assert victim.read_bytes() == before


@pytest.mark.parametrize(
    ("state", "code", "expected"),
    [
        ("created", None, "written"),
        ("restarting", 1, "written"),
        ("exited", 1, "written"),
        ("dead", 1, "written"),
        ("running", None, "seen"),
        ("exited", 0, "seen"),
    ],
)
def test_only_what_works_is_seen_to_work(state: str, code: int | None, expected: str) -> None:
    """A container that was merely created after the write shows nothing of a fix."""
    key = ProjectKey("p", "/p", ("/p/compose.yaml",))
    container = Container(
        "c",
        "p-a-1",
        state=state,
        created=10.0,
        project="p",
        service="a",
        working_dir="/p",
        inspection=Inspection(exit_code=code),
    )
    snapshot = fold_all(
        Snapshot(),
        (ProjectSeen(Project(key, services={"a": Service("a")})), ContainerSeen(container)),
    )
    patch = Patch("t", (), "safe", recreate=(Recreate(key, ("a",)),))
    assert verdict(snapshot, Watched(patch, 5.0, 1), 20.0).state == expected
