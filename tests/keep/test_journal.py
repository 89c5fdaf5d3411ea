"""The journal is private, bounded and one writer's at a time; it keeps splices, and finds them
again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nebtui.facts.declared import ProjectKey, Source
from nebtui.facts.project import Project
from nebtui.keep import journal
from nebtui.keep.journal import Journal, JournalBusyError, JournalError
from nebtui.keep.known_projects import recall_projects, remember_projects
from nebtui.keep.records import Entry, record
from nebtui.keep.reverting import JournalMismatchError, reverted

SECRET = b"hunter2-swordfish"


def entry(title: str = "a fix", **more: object) -> Entry:
    """A written entry without files."""
    return Entry(0, 1_780_000_000.0, title, "written", (), **more)  # type: ignore[arg-type]


@given(
    before=st.binary(max_size=200),
    after=st.binary(max_size=200),
    name=st.sampled_from(["compose.yaml", ".env"]),
)
def test_a_record_restores_any_bytes(before: bytes, after: bytes, name: str) -> None:
    """Whatever stood before stands again, byte for byte."""
    assert reverted(record(f"/x/{name}", before, after), after) == before


pieces = st.lists(
    st.sampled_from([b"a: 1", b"b:", b"  c: 2", b"\n", b"\r\n", b"\r", b"#", b"\xff", b"A=1"]),
    max_size=12,
)


@given(before=pieces, after=pieces, name=st.sampled_from(["compose.yaml", ".env"]))
def test_a_record_restores_any_lines(before: list[bytes], after: list[bytes], name: str) -> None:
    """All line ends, mixed and missing ones too, come back."""
    old, new = b"".join(before), b"".join(after)
    assert reverted(record(f"/x/{name}", old, new), new) == old


@given(
    lines=st.lists(st.integers(0, 999), min_size=6, max_size=30, unique=True),
    added=st.integers(1, 3),
    data=st.data(),
)
def test_a_change_is_found_again_after_an_edit_elsewhere(
    lines: list[int], added: int, data: st.DataObject
) -> None:
    """Taken back after somebody else's later edit, only nebtui's lines go."""
    text = [b"  line %d\n" % number for number in lines]
    spot = data.draw(st.integers(0, len(text)))
    other = data.draw(st.integers(0, len(text)))
    assume(abs(spot - other) > 1)
    new = [b"    added %d\n" % number for number in range(added)]
    removed = data.draw(st.booleans()) and other < len(text) and other + 1 != spot
    theirs = [*text[:other], *([] if removed else [b"  theirs\n"]), *text[other + int(removed) :]]
    shift = 0 if spot <= other else (-1 if removed else 1)
    both = [*theirs[: spot + shift], *new, *theirs[spot + shift :]]
    made = record("/x/compose.yaml", b"".join(text), b"".join([*text[:spot], *new, *text[spot:]]))
    assert reverted(made, b"".join(both)) == b"".join(theirs)


BASE = (
    b"services:\n  a:\n    image: x\n    restart: always\n  b:\n    image: x\n    restart: always\n"
)
FIXED = BASE.replace(b"  b:\n    image: x\n", b"  b:\n    image: x\n    user: '1'\n")


def test_the_twin_service_is_not_mistaken() -> None:
    """The same lines between the same lines in another service are another place."""
    made = record("/x/compose.yaml", BASE, FIXED)
    moved = FIXED.replace(b"    user: '1'\n", b"").replace(
        b"image: x\n", b"image: x\n    user: '1'\n", 1
    )
    with pytest.raises(
        JournalMismatchError, match=r"line 7 “user: '1'” is at line 4 now, next to changed lines"
    ):
        reverted(made, moved)
    renamed = FIXED.replace(b"  b:", b"  c:")
    with pytest.raises(JournalMismatchError, match="line 7"):
        reverted(made, renamed)


def test_lines_that_look_alike_are_not_guessed_between() -> None:
    """Where the change stands twice between the same lines, both places are told and none is
    taken."""
    made = record("/x/Dockerfile", b"a\nb\n", b"a\nUSER 1\nb\n")
    with pytest.raises(JournalMismatchError, match="stands at lines 2, 5 now, which look alike"):
        reverted(made, b"a\nUSER 1\nb\na\nUSER 1\nb\n")


def test_what_was_added_below_keeps_its_parent() -> None:
    """A block that somebody added to since is not taken away above the addition."""
    made = record("/x/compose.yaml", b"a: 1\n", b"a: 1\nnetworks:\n  shared:\n    external: true\n")
    with pytest.raises(JournalMismatchError, match="line 2 “networks:” and 2 more"):
        reverted(made, b"a: 1\nnetworks:\n  shared:\n    external: true\n  mine: {}\n")


def test_a_damaged_secret_is_told_masked() -> None:
    """The sentence of a refusal names the line and hides its value."""
    made = record("/x/compose.yaml", b"a: 1\n", b"a: 1\nMY_PASSWORD: hunter2\n")
    with pytest.raises(JournalMismatchError) as caught:
        reverted(made, b"a: 1\n")
    assert "MY_PASSWORD" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("after", [b"HOST_UID=1", b"HOST_UID=1\n"])
def test_the_journal_never_sees_a_neighbour_of_an_env_line(
    tmp_path: Path, end: bytes, after: bytes
) -> None:
    """Of an env file only the changed lines are kept, also where the last one had no end, and both
    sides restore."""
    line_end = end or b"\n"
    before = b"HOST_UID=0" + line_end + b"PASSWORD=" + SECRET + end
    changed = (
        before.replace(b"HOST_UID=0", b"HOST_UID=2")
        + (b"" if end else line_end)
        + after.replace(b"\n", end)
    )
    made = record("/x/.env", before, changed)
    Journal(str(tmp_path)).add(Entry(0, 0.0, "t", "written", (made,)))
    for path in tmp_path.rglob("*.json"):
        assert SECRET not in path.read_bytes()
    assert reverted(made, changed) == before


def test_an_env_file_that_grew_keeps_what_it_got() -> None:
    """Lines that a person added to the env file nebtui created stay when nebtui's go."""
    made = record("/x/.env", None, b"HOST_UID=1\nHOST_GID=2\n")
    assert reverted(made, b"A=b\nHOST_UID=1\nHOST_GID=2\nC=d\n") == b"A=b\nC=d\n"
    assert reverted(made, b"HOST_UID=1\nHOST_GID=2\n") is None
    with pytest.raises(JournalMismatchError, match="is not as nebtui left it"):
        reverted(made, b"HOST_UID=7\nHOST_GID=2\n")


def test_comparison_is_bounded() -> None:
    """Two long texts without a common line are compared in no time."""
    before, after = b"a\nb\n" * 100_000, b"b\na\na\n" * 100_000
    assert reverted(record("/x/y", before, after), after) == before


def test_folder_and_files_are_private(tmp_path: Path) -> None:
    """The state folder and the journal are 0700, its files 0600, whatever the umask; a wide journal
    is closed."""
    mask = os.umask(0)
    try:
        kept = Journal(str(tmp_path / "a" / "state"))
        with kept.lock():
            kept.add(entry())
        (tmp_path / "a" / "state" / "journal").chmod(0o755)
        with kept.lock():
            pass
    finally:
        os.umask(mask)
    for folder in ("a", "a/state", "a/state/journal"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "a" / "state" / "journal").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every field outlives the run, bytes that are no text too."""
    made = record("/x/y", b"\xff\0old", b"new\n")
    kept = Journal(str(tmp_path)).add(
        Entry(0, 1.5, "títle", "written", (made,), ("net",), ("rule a/b",), 7)
    )
    assert Journal(str(tmp_path)).entries() == (kept,)
    assert kept.number == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"version": 99}', "a newer nebtui wrote it"),
        ('{"number": 2}', "an older nebtui wrote it"),
        ('{"version": 1, "number"', "damaged"),
        ("[]", "damaged"),
        ('{"version": "x"}', "damaged"),
        ('{"version": 1, "number": 2, "state": "odd"}', "damaged"),
        ("", "damaged"),
    ],
)
def test_what_cannot_be_read_is_told_and_left(tmp_path: Path, text: str, why: str) -> None:
    """A newer, older, half-written or foreign entry is ignored with a note, and its number is not
    taken again."""
    kept = Journal(str(tmp_path))
    kept.add(entry("first"))
    strange = tmp_path / "journal" / "000002.json"
    strange.write_text(text)
    assert [e.title for e in kept.entries()] == ["first"]
    (told,) = kept.unread()
    assert why in told
    assert "entry 2" in told
    assert kept.add(entry("third")).number == 3
    assert strange.read_text() == text


def test_the_journal_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest entries go, but one that recovery still needs; numbers are not used again."""
    monkeypatch.setattr(journal, "_KEPT", 5)
    kept = Journal(str(tmp_path))
    kept.add(Entry(0, 0.0, "interrupted", "writing", ()))
    for number in range(9):
        kept.add(entry(str(number)))
    assert [e.number for e in kept.entries()] == [1, 7, 8, 9, 10]


def test_a_number_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without the lock an entry never takes the place of another one."""
    one, other = Journal(str(tmp_path)), Journal(str(tmp_path))
    one.add(entry("one"))
    monkeypatch.setattr(other, "_files", dict)  # as it looked before the other process wrote
    assert other.add(entry("other")).number == 2
    assert [e.title for e in one.entries()] == ["one", "other"]


def test_only_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the lock, writing is refused with a sentence; a dead process
    holds nothing."""
    monkeypatch.setattr(journal, "_PATIENCE", 0.0)
    code = (
        "import sys; from nebtui.keep.journal import Journal\n"
        f"with Journal({str(tmp_path)!r}).lock():\n    print('held', flush=True); "
        "sys.stdin.read()\n"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[1]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(JournalBusyError, match="another nebtui is writing; try again"),
            Journal(str(tmp_path)).lock(),
        ):
            pass
        holder.kill()
    with Journal(str(tmp_path)).lock():
        pass


def test_what_a_killed_writer_of_the_journal_left_is_removed(tmp_path: Path) -> None:
    """Half a journal file of a dead process goes when the next one writes."""
    kept = Journal(str(tmp_path))
    kept.add(entry())
    (tmp_path / "journal" / ".nebtui-abc").write_text("{")
    with kept.lock():
        pass
    assert sorted(os.listdir(tmp_path / "journal")) == ["000001.json", "lock"]


def test_an_unusable_state_folder_is_one_sentence(tmp_path: Path) -> None:
    """A file in place of the folder, or a link in place of the lock, is refused with a way out."""
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(JournalError, match=r"cannot be used .*NEBTUI_STATE"),
        Journal(str(tmp_path / "file")).lock(),
    ):
        pass
    kept = Journal(str(tmp_path / "state"))
    kept.add(entry())
    (tmp_path / "state" / "journal" / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError), kept.lock():
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_projects_are_remembered(tmp_path: Path) -> None:
    """Projects of earlier runs come back while their first file is there; a damaged list is no
    list."""
    path = tmp_path / "compose.yaml"
    path.touch()
    key, gone = (
        ProjectKey("a", str(tmp_path), (str(path),)),
        ProjectKey("b", "/no", ("/no/compose.yaml",)),
    )
    state, ran = tmp_path / "state", frozenset[Source](("label",))
    merely_searched = Project(ProjectKey("c", "/c", ("/c/compose.yaml",)), frozenset(("search",)))
    remember_projects(str(state), (merely_searched,))
    assert recall_projects(str(state)) == {}
    remember_projects(str(state), (Project(key, ran, env_files=("/prod.env",)), Project(gone, ran)))
    assert recall_projects(str(state)) == {key: ("/prod.env",)}
    assert len(json.loads((state / "projects.json").read_text())) == 2
    (state / "projects.json").write_text("[")
    assert recall_projects(str(state)) == {}
