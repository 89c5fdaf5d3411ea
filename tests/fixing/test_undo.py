"""Undo takes one entry back whole, the last or an older one, or says what is in the way."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from argparse import Namespace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.cli import undo as undo_verb
from nebtui.cli.boxes import chosen_boxes
from nebtui.cli.errors import CommandError
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.patch import Patch
from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import undo, write
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.settings import Settings
from tests.fixing.sandbox import CORE, JOINED, NETWORK, FixSandbox


@pytest.fixture
def box(tmp_path: Path) -> FixSandbox:
    """Two projects, nothing written yet."""
    return FixSandbox(tmp_path).set_up()


def edit(
    box: FixSandbox,
    path: Path,
    after: bytes,
    title: str = "an edit",
    networks: tuple[str, ...] = (),
) -> Entry:
    """Write one file as a patch of its own."""
    before = path.read_bytes() if path.exists() else None
    patch = Patch(title, (), "safe", (FileChange(str(path), before, after),), networks)
    return write(patch, box.host(), box.journal)


@settings(max_examples=50, deadline=None)
@given(
    before=st.none() | st.binary(max_size=60),
    after=st.binary(max_size=60),
    name=st.sampled_from(["a.yaml", ".env"]),
)
def test_write_then_undo_is_the_identity(before: bytes | None, after: bytes, name: str) -> None:
    """Whatever the bytes were, they are again; a file that was not there is gone."""
    with tempfile.TemporaryDirectory() as folder:
        box = FixSandbox(Path(folder))
        path = box.folder / name
        if before is not None:
            path.write_bytes(before)
        entry = edit(box, path, after)
        assert path.read_bytes() == after
        undo(entry, box.host(), box.journal)
        assert (path.read_bytes() if path.exists() else None) == before
        assert box.leftovers() == []


def test_the_last_entry_is_taken_back_whole(box: FixSandbox) -> None:
    """Files byte for byte with mode and link, the created file gone, the network gone, and the
    entry is undone."""
    entry = write(box.patch(), box.host(), box.journal)
    host = box.host()
    assert undo(entry, host, box.journal) == ()
    assert box.state() == box.old
    assert box.core.stat().st_mode & 0o777 == 0o640
    assert box.link.is_symlink()
    assert [e.state for e in box.journal.entries()] == ["undone"]
    assert host.told == [(str(box.core), str(box.link), str(box.env))]
    with pytest.raises(JournalMismatchError, match="entry 1 is not there to undo"):
        undo(entry, box.host(), box.journal)


def test_an_older_entry_is_taken_out_below_a_later_one(box: FixSandbox) -> None:
    """The lines of the older fix are found where the later one moved them, and the later one can
    still be undone."""
    first = edit(box, box.core, CORE + JOINED)
    later = edit(box, box.core, (CORE + JOINED).replace(b"services:\n", b"name: core\nservices:\n"))
    undo(first, box.host(), box.journal)
    assert box.core.read_bytes() == b"name: core\n" + CORE
    undo(later, box.host(), box.journal)
    assert box.core.read_bytes() == CORE


def test_an_entry_below_a_later_one_in_the_same_lines_is_refused(box: FixSandbox) -> None:
    """The sentence names the line and the entry to undo first; nothing is changed."""
    first = edit(box, box.core, CORE + JOINED)
    edit(box, box.core, (CORE + JOINED).replace(b"[default, ", b"["))
    before = box.core.read_bytes()
    with pytest.raises(
        JournalMismatchError,
        match=r"line 4 “networks: .*” is not as nebtui left it; nothing.*`nebtui undo 2` first",
    ):
        undo(first, box.host(), box.journal)
    assert box.core.read_bytes() == before


def test_an_edit_by_hand_in_one_file_stops_the_undo_of_all(box: FixSandbox) -> None:
    """All or none: a conflict in the second file leaves the first one as it is."""
    entry = write(box.patch(), box.host(), box.journal)
    box.env.write_bytes(b"HOST_UID=7\n")
    state = box.state()
    with pytest.raises(JournalMismatchError, match="undo it by hand"):
        undo(entry, box.host(), box.journal)
    assert box.state() == state
    assert box.journal.last() == entry


def test_a_change_at_the_last_moment_stops_the_undo_of_all(box: FixSandbox) -> None:
    """A file edited while undo writes keeps the edit, and the fix stays whole."""
    entry = write(box.patch(), box.host(), box.journal)

    def change(step: str) -> None:
        if step == f"settle {box.core}":
            box.link.write_bytes(b"edited")

    with pytest.raises(WriteError, match="was changed meanwhile; nothing was undone"):
        undo(entry, box.host(), box.journal, change)
    assert box.state() == (box.new[0], b"edited", *box.new[2:])
    assert box.leftovers() == []
    assert box.journal.entries() == (entry,)


def test_a_network_in_use_is_removed_later(box: FixSandbox) -> None:
    """It stays while it has members, is told, and goes at a later start when it is free."""
    entry = write(box.patch(), box.host(), box.journal)
    network = box.host().folder / NETWORK
    network.write_text("core-chroma-1")
    assert undo(entry, box.host(), box.journal) == ("has members",)
    recover(box.host(), box.journal)
    assert network.exists()
    network.write_text("")
    recover(box.host(), box.journal)
    assert not network.exists()
    assert box.journal.entries()[0].networks == ()


def test_a_network_another_fix_needs_is_handed_over(box: FixSandbox) -> None:
    """The fix that made the network is undone, the one that joins it later keeps it, and its undo
    removes it."""
    maker = edit(box, box.core, CORE + JOINED, "make", (NETWORK,))
    joiner = edit(box, box.link, box.link.read_bytes() + b"\n" + JOINED, "join")
    (told,) = undo(maker, box.host(), box.journal)
    assert "“join” (entry 2) uses it" in told
    assert (box.host().folder / NETWORK).exists()
    heir = box.journal.get(joiner.number)
    assert heir is not None
    assert undo(heir, box.host(), box.journal) == ()
    assert not (box.host().folder / NETWORK).exists()


def test_a_path_that_leads_elsewhere_is_refused(box: FixSandbox) -> None:
    """A link that was turned to another file is not followed."""
    entry = write(box.patch(), box.host(), box.journal)
    other = box.folder / "other.yaml"
    other.write_bytes(box.link.read_bytes())
    box.link.unlink()
    box.link.symlink_to(other)
    with pytest.raises(
        JournalMismatchError, match=r"leads to .*other\.yaml now instead of .*docker-compose\.yml"
    ):
        undo(entry, box.host(), box.journal)
    assert other.read_bytes() == box.new[1]


def _arguments(**more: object) -> Namespace:
    given: dict[str, object] = {
        "list": False,
        "read_only": False,
        "no_engine": True,
        "number": None,
        "format": "text",
        "project": None,
        "host": [],
        "boxes": chosen_boxes(Namespace(host=[]), Settings(), {}),
    }
    return Namespace(**{**given, **more})


def test_the_verb_lists_masked_and_takes_back(
    box: FixSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """`undo --list` hides secrets, `undo N` takes that one back, and nothing left to undo is no
    failure."""
    verb_settings = Settings(state_dir=str(box.folder / "state"))
    edit(box, box.core, CORE + JOINED, "set API_KEY=sk-12345")
    assert undo_verb.run(_arguments(list=True), verb_settings, {}) == 0
    assert undo_verb.run(_arguments(list=True, format="json"), verb_settings, {}) == 0
    listed = capsys.readouterr().out
    assert "API_KEY" in listed
    assert "sk-12345" not in listed
    assert json.loads(listed[listed.index("{") :])["entries"][0]["files"] == [str(box.core)]
    assert undo_verb.run(_arguments(number=1), verb_settings, {}) == 0
    assert box.core.read_bytes() == CORE
    assert undo_verb.run(_arguments(number=1), verb_settings, {}) == 0
    assert undo_verb.run(_arguments(), verb_settings, {}) == 0
    told = capsys.readouterr().out
    assert "entry 1 was undone already" in told
    assert told.endswith("nothing left to undo\n")


def test_the_verb_tells_what_is_in_the_way(
    box: FixSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """A conflict is one sentence and exit status 2; an unreadable entry is a note."""
    verb_settings = Settings(state_dir=str(box.folder / "state"))
    edit(box, box.core, CORE + JOINED)
    (box.folder / "state" / "journal" / "000009.json").write_text('{"version": 9}')
    box.core.write_bytes(b"services: {}\n")
    with pytest.raises(
        CommandError, match=r"compose\.yaml was changed since: line 4 .*; undo it by hand"
    ):
        undo_verb.run(_arguments(), verb_settings, {})
    assert "entry 9 of the journal is ignored: a newer nebtui wrote it" in capsys.readouterr().err


def test_a_journal_that_fills_up_at_the_end_stops_the_undo(
    box: FixSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the journal cannot say that the entry is undone, the fix stays whole."""
    entry = write(box.patch(), box.host(), box.journal)
    journal = box.journal

    def full(written: object) -> None:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(journal, "put", full)
    with pytest.raises(WriteError, match="nothing was undone"):
        undo(entry, box.host(), journal)
    assert box.state() == box.new
    assert box.journal.entries() == (entry,)
    assert box.leftovers() == []
