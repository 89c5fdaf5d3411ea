"""The writing process is killed right before every step; the next start finds whole files and
settles the patch."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import undo, write
from nebtui.keep import journal
from tests.fixing.boxes import NETWORK, Desk

CORE, LINK, ENV = "box/core/compose.yaml", "box/gantry.yaml", "box/core/.env"
TAKEN_BACK = (
    *("journal", f"network {NETWORK}"),
    *(f"{step} {path}" for path in (CORE, LINK, ENV) for step in ("stage", "fill", "sync")),
    *(f"swap {CORE}", f"settle {CORE}", f"swap {LINK}", f"settle {LINK}", f"swap {ENV}"),
)
"""Steps of a write before which its death leaves some file old: the next start takes the patch
back."""
STANDS = (f"settle {ENV}", "commit", "reread")
"""All files are new: the next start lets the patch stand."""
UNDO_TAKEN_BACK = (
    "journal",
    *(f"{step} {path}" for path in (CORE, LINK) for step in ("stage", "fill", "sync")),
    *(f"swap {CORE}", f"settle {CORE}", f"swap {LINK}", f"settle {LINK}", f"swap {ENV}"),
)
UNDO_STANDS = (f"settle {ENV}", "commit", "clean", "forget", "release", "reread")
RECOVERY = (
    *(
        f"{step} {path}"
        for path in (CORE, LINK)
        for step in ("stage", "fill", "sync", "swap", "settle")
    ),
)
"""Steps of the next start that takes back a write whose first two files were swapped."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two projects, nothing written yet."""
    return Desk(tmp_path).set_up()


def die(verb: str, desk: Desk, step: str) -> None:
    """Run the verb in a process that is killed right before the step."""
    command = [sys.executable, "-m", "tests.fixing.dying", verb, str(desk.folder), step]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def ensure_whole(desk: Desk) -> None:
    """Each file is whole old or whole new; nobody lost its mode, its link or a part."""
    for found, *known in zip(desk.state()[:3], desk.old[:3], desk.new[:3], strict=True):
        assert found in known
    assert desk.core.stat().st_mode & 0o777 == 0o640
    assert desk.link.is_symlink()


def ensure_settled(desk: Desk, *, stands: bool) -> None:
    """Files, network and journal say the same; nothing lies around, and there is nothing more to
    recover."""
    assert desk.state() == (desk.new if stands else desk.old)
    assert desk.leftovers() == []
    ensure_whole(desk)
    assert (desk.journal.last() is not None) == stands
    assert {entry.state for entry in desk.journal.entries()} <= {"written" if stands else "undone"}
    assert recover(desk.host(), desk.journal) == ()
    if stands:
        entry = desk.journal.last()
        assert entry is not None
        assert undo(entry, desk.host(), desk.journal) == ()
        assert desk.state() == desk.old


def test_the_steps_are_these(desk: Desk) -> None:
    """The lists of this page name every step there is: none is left untested."""
    seen: list[str] = []

    def note(step: str) -> None:
        seen.append(step.replace(f"{desk.folder}/", ""))

    entry = write(desk.patch(), desk.host(), desk.journal, checkpoint=note)
    assert set(seen) == {*TAKEN_BACK, *STANDS}
    seen.clear()
    undo(entry, desk.host(), desk.journal, note)
    assert set(seen) == {*UNDO_TAKEN_BACK, *UNDO_STANDS}
    die("write", desk, f"swap {ENV}")
    seen.clear()
    recover(desk.host(), desk.journal, note)
    assert set(seen) == set(RECOVERY)


@pytest.mark.parametrize("step", TAKEN_BACK)
def test_a_write_killed_half_way_is_taken_back(desk: Desk, step: str) -> None:
    """Killed before the last file is new, the patch is taken back: files, network and
    temporaries."""
    die("write", desk, step)
    ensure_whole(desk)
    told = recover(desk.host(), desk.journal)
    assert len(told) == (0 if step == "journal" else 1)
    assert all("was interrupted" in sentence and "taken back" in sentence for sentence in told)
    ensure_settled(desk, stands=False)


@pytest.mark.parametrize("step", STANDS)
def test_a_write_killed_at_the_end_stands(desk: Desk, step: str) -> None:
    """Killed when all files are new, the patch stands and can be undone."""
    die("write", desk, step)
    assert desk.state() == desk.new
    told = recover(desk.host(), desk.journal)
    assert [sentence for sentence in told if "stands as entry 1" not in sentence] == []
    ensure_settled(desk, stands=True)


@pytest.mark.parametrize("step", UNDO_TAKEN_BACK)
def test_an_undo_killed_half_way_did_not_happen(desk: Desk, step: str) -> None:
    """An undo killed before its last file is taken back, and can be asked for again."""
    write(desk.patch(), desk.host(), desk.journal)
    die("undo", desk, step)
    ensure_whole(desk)
    recover(desk.host(), desk.journal)
    ensure_settled(desk, stands=True)


@pytest.mark.parametrize("step", UNDO_STANDS)
def test_an_undo_killed_at_the_end_is_done(desk: Desk, step: str) -> None:
    """An undo killed when its files are written is finished at the next start, the network
    included."""
    write(desk.patch(), desk.host(), desk.journal)
    die("undo", desk, step)
    ensure_whole(desk)
    recover(desk.host(), desk.journal)
    ensure_settled(desk, stands=False)


@pytest.mark.parametrize("step", RECOVERY)
def test_a_recovery_that_is_killed_too_is_done_by_the_next(desk: Desk, step: str) -> None:
    """Recovery may die at any of its own steps: the start after that one settles the patch."""
    die("write", desk, f"swap {ENV}")
    die("recover", desk, step)
    ensure_whole(desk)
    recover(desk.host(), desk.journal)
    ensure_settled(desk, stands=False)


@pytest.mark.parametrize("verb", ["write", "undo", "recover"])
def test_a_death_at_any_system_call_is_settled(tmp_path: Path, verb: str) -> None:
    """Killed before each single call that changes a file, inside the steps too, all is whole and
    all is settled."""
    command = [sys.executable, "-m", "tests.fixing.dying", verb, str(tmp_path)]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    desks = [Desk(folder) for folder in tmp_path.iterdir()]
    assert len(desks) > 20
    for desk in desks:
        ensure_whole(desk)
        recover(desk.host(), desk.journal)
        ensure_settled(desk, stands=desk.journal.last() is not None)


def test_a_file_edited_after_the_death_keeps_the_edit(desk: Desk) -> None:
    """What a person edits between the death and the next start stays; only the patch is taken
    out."""
    die("write", desk, f"swap {LINK}")
    desk.core.write_bytes(desk.core.read_bytes().replace(b"services:\n", b"# mine\nservices:\n"))
    desk.link.write_bytes(b"# mine too\r\n" + desk.link.read_bytes())
    recover(desk.host(), desk.journal)
    assert desk.core.read_bytes() == b"# mine\n" + desk.old[0]
    assert desk.link.read_bytes() == b"# mine too\r\n" + desk.old[1]
    assert desk.journal.last() is None


def test_a_conflict_after_the_death_is_told_and_left(desk: Desk) -> None:
    """Where the changed line itself was edited since, nothing is touched, one sentence says so,
    once."""
    die("write", desk, f"swap {LINK}")
    edited = desk.core.read_bytes().replace(b"[default, nebtui-shared]", b"[nebtui-shared]")
    desk.core.write_bytes(edited)
    (told,) = recover(desk.host(), desk.journal)
    assert "line 4" in told
    assert "left as they are" in told
    assert desk.core.read_bytes() == edited
    assert desk.leftovers() == []
    assert recover(desk.host(), desk.journal) == ()
    standing = desk.journal.last()
    assert standing is not None
    assert [item.path for item in standing.files] == [str(desk.core)]


def test_a_write_in_progress_is_no_interrupted_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second nebtui that starts while the first one writes does not take it back."""
    monkeypatch.setattr(journal, "_PATIENCE", 0.0)
    told: list[tuple[str, ...]] = []

    def start_another(step: str) -> None:
        if step == "commit":
            told.append(recover(desk.host(), desk.journal))

    write(desk.patch(), desk.host(), desk.journal, checkpoint=start_another)
    assert told == [()]
    assert desk.state() == desk.new
