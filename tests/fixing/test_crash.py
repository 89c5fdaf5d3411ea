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
from tests.fixing.sandbox import NETWORK, FixSandbox

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
def box(tmp_path: Path) -> FixSandbox:
    """Two projects, nothing written yet."""
    return FixSandbox(tmp_path).set_up()


def die(verb: str, box: FixSandbox, step: str) -> None:
    """Run the verb in a process that is killed right before the step."""
    command = [sys.executable, "-m", "tests.fixing.dying", verb, str(box.folder), step]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def ensure_whole(box: FixSandbox) -> None:
    """Each file is whole old or whole new; nobody lost its mode, its link or a part."""
    for found, *known in zip(box.state()[:3], box.old[:3], box.new[:3], strict=True):
        assert found in known
    assert box.core.stat().st_mode & 0o777 == 0o640
    assert box.link.is_symlink()


def ensure_settled(box: FixSandbox, *, stands: bool) -> None:
    """Files, network and journal say the same; nothing lies around, and there is nothing more to
    recover."""
    assert box.state() == (box.new if stands else box.old)
    assert box.leftovers() == []
    ensure_whole(box)
    assert (box.journal.last() is not None) == stands
    assert {entry.state for entry in box.journal.entries()} <= {"written" if stands else "undone"}
    assert recover(box.host(), box.journal) == ()
    if stands:
        entry = box.journal.last()
        assert entry is not None
        assert undo(entry, box.host(), box.journal) == ()
        assert box.state() == box.old


def test_the_steps_are_these(box: FixSandbox) -> None:
    """The lists of this page name every step there is: none is left untested."""
    seen: list[str] = []

    def note(step: str) -> None:
        seen.append(step.replace(f"{box.folder}/", ""))

    entry = write(box.patch(), box.host(), box.journal, checkpoint=note)
    assert set(seen) == {*TAKEN_BACK, *STANDS}
    seen.clear()
    undo(entry, box.host(), box.journal, note)
    assert set(seen) == {*UNDO_TAKEN_BACK, *UNDO_STANDS}
    die("write", box, f"swap {ENV}")
    seen.clear()
    recover(box.host(), box.journal, note)
    assert set(seen) == set(RECOVERY)


@pytest.mark.parametrize("step", TAKEN_BACK)
def test_a_write_killed_half_way_is_taken_back(box: FixSandbox, step: str) -> None:
    """Killed before the last file is new, the patch is taken back: files, network and
    temporaries."""
    die("write", box, step)
    ensure_whole(box)
    told = recover(box.host(), box.journal)
    assert len(told) == (0 if step == "journal" else 1)
    assert all("was interrupted" in sentence and "was undone" in sentence for sentence in told)
    ensure_settled(box, stands=False)


@pytest.mark.parametrize("step", STANDS)
def test_a_write_killed_at_the_end_stands(box: FixSandbox, step: str) -> None:
    """Killed when all files are new, the patch stands and can be undone."""
    die("write", box, step)
    assert box.state() == box.new
    told = recover(box.host(), box.journal)
    assert [sentence for sentence in told if "stands as entry 1" not in sentence] == []
    ensure_settled(box, stands=True)


@pytest.mark.parametrize("step", UNDO_TAKEN_BACK)
def test_an_undo_killed_half_way_did_not_happen(box: FixSandbox, step: str) -> None:
    """An undo killed before its last file is taken back, and can be asked for again."""
    write(box.patch(), box.host(), box.journal)
    die("undo", box, step)
    ensure_whole(box)
    told = recover(box.host(), box.journal)
    assert [sentence for sentence in told if "it was undone" not in sentence] == []
    assert len(told) == (0 if step == "journal" else 1)
    ensure_settled(box, stands=True)


@pytest.mark.parametrize("step", UNDO_STANDS)
def test_an_undo_killed_at_the_end_is_done(box: FixSandbox, step: str) -> None:
    """An undo killed when its files are written is finished at the next start, the network
    included."""
    write(box.patch(), box.host(), box.journal)
    die("undo", box, step)
    ensure_whole(box)
    told = recover(box.host(), box.journal)
    assert [sentence for sentence in told if "it is done" not in sentence] == []
    ensure_settled(box, stands=False)


@pytest.mark.parametrize("step", RECOVERY)
def test_a_recovery_that_is_killed_too_is_done_by_the_next(box: FixSandbox, step: str) -> None:
    """Recovery may die at any of its own steps: the start after that one settles the patch."""
    die("write", box, f"swap {ENV}")
    die("recover", box, step)
    ensure_whole(box)
    (told,) = recover(box.host(), box.journal)
    assert "it was undone" in told
    ensure_settled(box, stands=False)


@pytest.mark.parametrize("verb", ["write", "undo", "recover"])
def test_a_death_at_any_system_call_is_settled(tmp_path: Path, verb: str) -> None:
    """Killed before each single call that changes a file, inside the steps too, all is whole and
    all is settled."""
    command = [sys.executable, "-m", "tests.fixing.dying", verb, str(tmp_path)]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    desks = [FixSandbox(folder) for folder in tmp_path.iterdir()]
    assert len(desks) > 20
    for box in desks:
        ensure_whole(box)
        recover(box.host(), box.journal)
        ensure_settled(box, stands=box.journal.last() is not None)


def test_a_file_edited_after_the_death_keeps_the_edit(box: FixSandbox) -> None:
    """What a person edits between the death and the next start stays; only the patch is taken
    out."""
    die("write", box, f"swap {LINK}")
    box.core.write_bytes(box.core.read_bytes().replace(b"services:\n", b"# mine\nservices:\n"))
    box.link.write_bytes(b"# mine too\r\n" + box.link.read_bytes())
    recover(box.host(), box.journal)
    assert box.core.read_bytes() == b"# mine\n" + box.old[0]
    assert box.link.read_bytes() == b"# mine too\r\n" + box.old[1]
    assert box.journal.last() is None


def test_a_conflict_after_the_death_is_told_and_left(box: FixSandbox) -> None:
    """Where the changed line itself was edited since, nothing is touched, one sentence says so,
    once."""
    die("write", box, f"swap {LINK}")
    edited = box.core.read_bytes().replace(b"[default, nebtui-shared]", b"[nebtui-shared]")
    box.core.write_bytes(edited)
    (told,) = recover(box.host(), box.journal)
    assert "line 4" in told
    assert "left as they are" in told
    assert box.core.read_bytes() == edited
    assert box.leftovers() == []
    assert recover(box.host(), box.journal) == ()
    standing = box.journal.last()
    assert standing is not None
    assert [item.path for item in standing.files] == [str(box.core)]


def test_a_write_in_progress_is_no_interrupted_one(
    box: FixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second nebtui that starts while the first one writes does not take it back."""
    monkeypatch.setattr(journal, "_PATIENCE", 0.0)
    told: list[tuple[str, ...]] = []

    def start_another(step: str) -> None:
        if step == "commit":
            told.append(recover(box.host(), box.journal))

    write(box.patch(), box.host(), box.journal, checkpoint=start_another)
    assert told == [()]
    assert box.state() == box.new
