"""A patch is written whole or not at all, and what is refused is one sentence."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nebtui.fixing.patch import FileChange, Patch
from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import NotWritten, write
from nebtui.keep import Journal
from tests.fixing.boxes import NETWORK, Desk

Prepare = Callable[[Desk], object]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two projects, nothing written yet."""
    return Desk(tmp_path).set_up()


def ensure_nothing(desk: Desk) -> None:
    """All is as before, nothing lies around, nothing can be undone or recovered."""
    assert desk.state() == desk.old
    assert desk.leftovers() == []
    assert desk.journal.last() is None
    assert recover(desk.host(), desk.journal) == ()


def test_a_patch_is_written_whole(desk: Desk) -> None:
    """Network, both files and the new env file are there, journalled as one entry, and the host
    reads them again."""
    host = desk.host()
    entry = write(desk.patch(), host, desk.journal, lambda: 12.5)
    assert desk.state() == desk.new
    assert desk.journal.entries() == (entry,)
    assert (entry.number, entry.time, entry.state, entry.networks) == (
        1,
        12.5,
        "written",
        (NETWORK,),
    )
    assert host.told == [(str(desk.core), str(desk.link), str(desk.env))]
    assert desk.leftovers() == []
    assert desk.core.stat().st_mode & 0o777 == 0o640
    assert desk.env.stat().st_mode & 0o777 == 0o600
    assert desk.link.is_symlink()


def test_a_file_changed_since_the_diff_is_refused(desk: Desk) -> None:
    """Bytes that are not those of the diff stop everything, before any network is made."""
    patch = desk.patch()
    desk.link.write_bytes(b"edited")
    with pytest.raises(
        NotWritten,
        match=r"gantry.yaml was changed meanwhile; nothing was written; look at the new diff",
    ):
        write(patch, desk.host(), desk.journal)
    assert desk.state() == (desk.old[0], b"edited", None, False)
    assert desk.journal.entries() == ()


@pytest.mark.parametrize("which", ["core", "link", "env"])
@pytest.mark.parametrize("step", ["stage", "swap", "settle"])
def test_whatever_fails_takes_all_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, which: str, step: str
) -> None:
    """A full disk at any file and step leaves every file, the network and the folder as before."""
    path = getattr(desk, which)

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
        NotWritten, match=r"finds no room: .* full; nothing was written; make room and try again"
    ):
        write(desk.patch(), desk.host(), desk.journal, checkpoint=fill_up)
    ensure_nothing(desk)


def test_a_change_at_the_last_moment_takes_all_back(desk: Desk) -> None:
    """An edit of the second file while the first one is swapped wins; the first one is taken
    back."""

    def edit(step: str) -> None:
        if step == f"settle {desk.core}":
            desk.link.write_bytes(b"edited")

    with pytest.raises(NotWritten, match="was changed meanwhile; nothing was written"):
        write(desk.patch(), desk.host(), desk.journal, checkpoint=edit)
    assert desk.state() == (desk.old[0], b"edited", None, False)
    assert desk.leftovers() == []


def test_ctrl_c_takes_all_back(desk: Desk) -> None:
    """An interruption by the person is no half patch either."""

    def interrupt(step: str) -> None:
        if step == f"swap {desk.env}":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(desk.patch(), desk.host(), desk.journal, checkpoint=interrupt)
    ensure_nothing(desk)


def test_a_network_that_cannot_be_made_stops_the_patch(desk: Desk) -> None:
    """Someone else's network of that name stays, and no file is written."""
    (desk.host().folder / NETWORK).touch()
    with pytest.raises(
        NotWritten, match=r"the network nebtui-shared could not be created .*; nothing was written"
    ):
        write(desk.patch(), desk.host(), desk.journal)
    assert desk.state() == (*desk.old[:3], True)
    assert recover(desk.host(), desk.journal) == ()
    assert desk.state() == (*desk.old[:3], True)


def test_without_a_journal_nothing_is_written(desk: Desk) -> None:
    """What could not be undone is not done."""
    (desk.folder / "file").write_text("")
    with pytest.raises(NotWritten, match="nothing was written"):
        write(desk.patch(), desk.host(), Journal(str(desk.folder / "file")))
    ensure_nothing(desk)


def test_a_journal_that_fills_up_at_the_end_takes_all_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last word of the journal cannot be written, the files go back."""
    journal = desk.journal

    def full(entry: object) -> None:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(journal, "put", full)
    with pytest.raises(NotWritten, match="nothing was written"):
        write(desk.patch(), desk.host(), journal)
    ensure_nothing(desk)


def test_taking_back_that_fails_is_told_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even the way back is blocked, the sentence says so and the next start goes it."""

    def fill_up(step: str) -> None:
        if step == f"settle {desk.link}":
            monkeypatch.setattr(os, "fsync", _full)

    with pytest.raises(
        NotWritten, match=r"taking back .* failed .*; nebtui tries again at its next start"
    ):
        write(desk.patch(), desk.host(), desk.journal, checkpoint=fill_up)
    monkeypatch.undo()
    (told,) = recover(desk.host(), desk.journal)
    assert "taken back" in told
    ensure_nothing(desk)


def _full(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_one_file_by_two_names_is_refused(desk: Desk) -> None:
    """A patch that names a file and a link to it would write it twice."""
    real = desk.link.resolve()
    changes = tuple(FileChange(str(path), desk.old[1], b"x: 1\n") for path in (desk.link, real))
    with pytest.raises(
        NotWritten, match=r"is the same file as .*gantry\.yaml; nothing was written"
    ):
        write(Patch("t", (), "safe", changes), desk.host(), desk.journal)
    ensure_nothing(desk)


def test_a_pipe_in_place_of_a_file_is_refused_at_once(desk: Desk) -> None:
    """What has become a pipe since the diff was shown is never waited for."""
    patch = desk.patch()
    desk.core.unlink()
    os.mkfifo(desk.core)
    with pytest.raises(NotWritten, match="a named pipe, not a regular file; nothing was written"):
        write(patch, desk.host(), desk.journal)
    assert desk.leftovers() == []


def test_a_link_slipped_in_leads_nowhere(desk: Desk) -> None:
    """A path that becomes a link after it was looked at is refused, and the file behind the link is
    not touched."""
    outside = desk.folder / "outside"
    outside.write_bytes(desk.old[0])

    def slip(step: str) -> None:
        if step == f"network {NETWORK}":
            desk.core.unlink()
            desk.core.symlink_to(outside)

    with pytest.raises(NotWritten):
        write(desk.patch(), desk.host(), desk.journal, checkpoint=slip)
    assert outside.read_bytes() == desk.old[0]
    assert desk.link.read_bytes() == desk.old[1]
    assert desk.leftovers() == []
    recover(desk.host(), desk.journal)
    assert outside.read_bytes() == desk.old[0]
    assert recover(desk.host(), desk.journal) == ()
