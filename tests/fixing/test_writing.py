"""A patch is written whole or not at all, and what is refused is one sentence."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.patch import Patch
from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import write
from nebtui.keep.journal import Journal
from tests.fixing.sandbox import NETWORK, FixSandbox

Prepare = Callable[[FixSandbox], object]


@pytest.fixture
def box(tmp_path: Path) -> FixSandbox:
    """Two projects, nothing written yet."""
    return FixSandbox(tmp_path).set_up()


def ensure_nothing(box: FixSandbox) -> None:
    """All is as before, nothing lies around, nothing can be undone or recovered."""
    assert box.state() == box.old
    assert box.leftovers() == []
    assert box.journal.last() is None
    assert recover(box.host(), box.journal) == ()


def test_a_patch_is_written_whole(box: FixSandbox) -> None:
    """Network, both files and the new env file are there, journalled as one entry, and the host
    reads them again."""
    host = box.host()
    entry = write(box.patch(), host, box.journal, lambda: 12.5)
    assert box.state() == box.new
    assert box.journal.entries() == (entry,)
    assert (entry.number, entry.time, entry.state, entry.networks) == (
        1,
        12.5,
        "written",
        (NETWORK,),
    )
    assert host.told == [(str(box.core), str(box.link), str(box.env))]
    assert box.leftovers() == []
    assert box.core.stat().st_mode & 0o777 == 0o640
    assert box.env.stat().st_mode & 0o777 == 0o600
    assert box.link.is_symlink()


def test_a_file_changed_since_the_diff_is_refused(box: FixSandbox) -> None:
    """Bytes that are not those of the diff stop everything, before any network is made."""
    patch = box.patch()
    box.link.write_bytes(b"edited")
    with pytest.raises(
        WriteError,
        match=r"gantry.yaml was changed meanwhile; nothing was written; look at the new diff",
    ):
        write(patch, box.host(), box.journal)
    assert box.state() == (box.old[0], b"edited", None, False)
    assert box.journal.entries() == ()


@pytest.mark.parametrize("which", ["core", "link", "env"])
@pytest.mark.parametrize("step", ["stage", "swap", "settle"])
def test_whatever_fails_takes_all_back(
    box: FixSandbox, monkeypatch: pytest.MonkeyPatch, which: str, step: str
) -> None:
    """A full disk at any file and step leaves every file, the network and the folder as before."""
    path = getattr(box, which)

    def fill_up(name: str) -> None:
        if name == f"{step} {path}":
            real = os.fsync

            def full(descriptor: int) -> None:
                monkeypatch.setattr(os, "fsync", real)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            if step == "swap":
                path.parent.joinpath("x").touch()  # another file of the folder is nobody's business
            monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(
        WriteError, match=r"finds no room: .* full; nothing was written; make room and try again"
    ):
        write(box.patch(), box.host(), box.journal, checkpoint=fill_up)
    ensure_nothing(box)


def test_a_change_at_the_last_moment_takes_all_back(box: FixSandbox) -> None:
    """An edit of the second file while the first one is swapped wins; the first one is taken
    back."""

    def edit(step: str) -> None:
        if step == f"settle {box.core}":
            box.link.write_bytes(b"edited")

    with pytest.raises(WriteError, match="was changed meanwhile; nothing was written"):
        write(box.patch(), box.host(), box.journal, checkpoint=edit)
    assert box.state() == (box.old[0], b"edited", None, False)
    assert box.leftovers() == []


def test_ctrl_c_takes_all_back(box: FixSandbox) -> None:
    """An interruption by the person is no half patch either."""

    def interrupt(step: str) -> None:
        if step == f"swap {box.env}":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(box.patch(), box.host(), box.journal, checkpoint=interrupt)
    ensure_nothing(box)


def test_a_network_that_cannot_be_made_stops_the_patch(box: FixSandbox) -> None:
    """Someone else's network of that name stays, and no file is written."""
    (box.host().folder / NETWORK).touch()
    with pytest.raises(
        WriteError, match=r"the network nebtui-shared could not be created .*; nothing was written"
    ):
        write(box.patch(), box.host(), box.journal)
    assert box.state() == (*box.old[:3], True)
    assert recover(box.host(), box.journal) == ()
    assert box.state() == (*box.old[:3], True)


def test_without_a_journal_nothing_is_written(box: FixSandbox) -> None:
    """What could not be undone is not done."""
    (box.folder / "file").write_text("")
    with pytest.raises(WriteError, match="nothing was written"):
        write(box.patch(), box.host(), Journal(str(box.folder / "file")))
    ensure_nothing(box)


def test_a_journal_that_fills_up_at_the_end_takes_all_back(
    box: FixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last word of the journal cannot be written, the files go back."""
    journal = box.journal

    def full(entry: object) -> None:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(journal, "put", full)
    with pytest.raises(WriteError, match="nothing was written"):
        write(box.patch(), box.host(), journal)
    ensure_nothing(box)


def test_taking_back_that_fails_is_told_and_tried_again(
    box: FixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even the way back is blocked, the sentence says so and the next start goes it."""

    def fill_up(step: str) -> None:
        if step == f"settle {box.link}":
            monkeypatch.setattr(os, "fsync", _full)

    with pytest.raises(
        WriteError, match=r"taking back .* failed .*; nebtui tries again at its next start"
    ):
        write(box.patch(), box.host(), box.journal, checkpoint=fill_up)
    monkeypatch.undo()
    (told,) = recover(box.host(), box.journal)
    assert "undone" in told
    ensure_nothing(box)


def _full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_one_file_by_two_names_is_refused(box: FixSandbox) -> None:
    """A patch that names a file and a link to it would write it twice."""
    real = box.link.resolve()
    changes = tuple(FileChange(str(path), box.old[1], b"x: 1\n") for path in (box.link, real))
    with pytest.raises(
        WriteError, match=r"is the same file as .*gantry\.yaml; nothing was written"
    ):
        write(Patch("t", (), "safe", changes), box.host(), box.journal)
    ensure_nothing(box)


def test_a_pipe_in_place_of_a_file_is_refused_at_once(box: FixSandbox) -> None:
    """What has become a pipe since the diff was shown is never waited for."""
    patch = box.patch()
    box.core.unlink()
    os.mkfifo(box.core)
    with pytest.raises(WriteError, match="a named pipe, not a regular file; nothing was written"):
        write(patch, box.host(), box.journal)
    assert box.leftovers() == []


def test_a_link_slipped_in_leads_nowhere(box: FixSandbox) -> None:
    """A path that becomes a link after it was looked at is refused, and the file behind the link is
    not touched."""
    outside = box.folder / "outside"
    outside.write_bytes(box.old[0])

    def slip(step: str) -> None:
        if step == f"network {NETWORK}":
            box.core.unlink()
            box.core.symlink_to(outside)

    with pytest.raises(WriteError):
        write(box.patch(), box.host(), box.journal, checkpoint=slip)
    assert outside.read_bytes() == box.old[0]
    assert box.link.read_bytes() == box.old[1]
    assert box.leftovers() == []
    recover(box.host(), box.journal)
    assert outside.read_bytes() == box.old[0]
    assert recover(box.host(), box.journal) == ()
