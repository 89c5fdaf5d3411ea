"""Fixes where the disk is: planned, written and taken back by the far side, shown here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import diff_lines
from nebtui.fixing.local_desk import LocalDesk
from nebtui.fixing.proposal import Wish
from nebtui.fixing.recreate import up_actions
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.rules.rule import Finding
from nebtui.store import Follower, settle

BY = ("ssh", "gpu1")


@dataclass
class FarDisk:
    """A box in another process, with a disk of its own in a home folder."""

    folder: Path
    follower: Follower
    desk: RemoteDesk
    host: RemoteHost

    @property
    def snapshot(self) -> Snapshot:
        """As it is told here."""
        return self.follower.snapshot

    def finding(self, rule: str, place: str) -> Finding:
        """What is found here of what is told."""
        found = rules.find(self.snapshot)
        return next(f for f in found if (f.rule, str(f.at)) == (rule, place))

    def files(self) -> dict[str, bytes]:
        """Everything on its disk, and how it is there."""
        return files(self.folder / "box")

    @property
    def journal(self) -> Journal:
        """Its own, on its disk."""
        return Journal(str(self.folder / "state"))


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def far_disk(tmp_path: Path, *flags: str) -> Iterator[FarDisk]:
    """The box, once its picture is here."""
    folder = tmp_path / "disk-" / "home" / "alice"
    folder.mkdir(parents=True)
    argv = (sys.executable, "-m", "tests.hosts.remote.far_side", str(folder), *flags)
    host = RemoteHost(argv, dict(os.environ), "ssh://gpu1", BY)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        yield FarDisk(folder, follower, host.desk, host)
    finally:
        follower.stop()
        host.close()


def on_this_disk(folder: Path, wish: Callable[[Snapshot], Wish]) -> dict[str, bytes]:
    """What the same fix makes of the same files on the disk of this process."""
    host = SimulatedHost("all", folder=str(folder / "box"))
    snapshot = settle(host)
    desk = LocalDesk(host, Journal(str(folder / "state")), "nebtui-shared", lambda: snapshot)
    desk.write(wish(snapshot), desk.propose(wish(snapshot)))
    host.close()
    return files(folder / "box")


def joining(snapshot: Snapshot) -> Wish:
    """That conductor reaches what it names."""
    found = rules.find(snapshot)
    wanted = ("isolated-networks", "gantry/conductor")
    return Wish((next(f for f in found if (f.rule, str(f.at)) == wanted),))


def test_written_there_as_it_would_be_here(tmp_path: Path) -> None:
    """The proposal shows what is written, and writes nothing; what is written are the same bytes as
    on a disk of this machine; undone, every byte is as before."""
    with far_disk(tmp_path) as far:
        before = far.files()
        wish = joining(far.snapshot)
        proposal = far.desk.propose(wish)
        assert proposal.writable, proposal
        assert proposal.findings == wish.findings
        told = diff_lines(proposal.files)
        assert any(line.startswith("+ ") for line in told)
        assert "alice" not in repr(proposal)
        assert any("finding gone" in check.message for check in proposal.proof.checks)
        assert far.files() == before
        entry = far.desk.write(wish, proposal)
        assert (entry.title, entry.state) == (proposal.title, "written")
        assert far.files() == on_this_disk(tmp_path / "near", joining)
        (kept,) = far.journal.entries()
        assert kept.number == entry.number
        (told_entry,) = far.desk.journal().entries
        assert told_entry == entry
        assert not any(item.splices for item in told_entry.files)
        back = far.desk.taking_back(entry)
        assert [one.hunks for one in back.files] != [()]
        assert far.desk.undo(entry) == ()
        assert far.files() == before


def test_what_was_written_is_brought_up_there(tmp_path: Path) -> None:
    """Its `up` is asked for by the names that were told, and the finding is gone from here."""
    with far_disk(tmp_path) as far:
        wish = joining(far.snapshot)
        proposal = far.desk.propose(wish)
        far.desk.write(wish, proposal)
        for up in up_actions(far.snapshot, proposal.recreate):
            *_, last = far.host.do(up)
            assert last.exit_code == 0, last.text

        def mended(seen: Snapshot) -> bool:
            return wish.findings[0].key not in {f.key for f in rules.find(seen)}

        assert far.follower.until(mended, 30)


def test_a_file_that_changed_underneath(tmp_path: Path) -> None:
    """Nothing is written over what nobody saw: neither on a plan that is not right any more, nor a
    plan of something else."""
    with far_disk(tmp_path) as far:
        wish = joining(far.snapshot)
        proposal = far.desk.propose(wish)
        changed = far.folder / "box" / proposal.files[0].path.partition("/box/")[2]
        changed.write_bytes(b"# mine\n" + changed.read_bytes())
        edited = far.files()
        with pytest.raises(WriteError, match="nothing was written"):
            far.desk.write(wish, proposal)
        other = Wish((far.finding("missing-host-gateway", "infer/litellm"),))
        with pytest.raises(WriteError, match="not what was shown"):
            far.desk.write(other, far.desk.propose(wish))
        assert far.files() == edited
        assert far.journal.entries() == ()
        far.desk.write(wish, far.desk.propose(wish))
        assert far.files() != edited


def test_many_at_once(tmp_path: Path) -> None:
    """What is left is named by the findings that were asked about; what is found no more too."""
    with far_disk(tmp_path) as far:
        found = rules.find(far.snapshot)
        gone = Finding("missing-network", "error", found[0].project, "gone", "x", "m", (), "safe")
        proposal = far.desk.propose(Wish((*found, gone), many=True, unsafe=False))
        assert proposal.writable
        assert set(proposal.findings) < set(found)
        reasons = {one.finding.key: one.reason for one in proposal.left}
        assert "does not find it" in reasons[gone.key]
        assert any(one.unsafe for one in proposal.left)
        alone = far.desk.propose(Wish((gone,)))
        assert "does not find it" in alone.reason
        assert not alone.digest


def test_a_role_is_marked_there(tmp_path: Path) -> None:
    """A service of the box, and no other."""
    with far_disk(tmp_path) as far:
        key = next(key for key, _ in far.snapshot.services() if key.service == "ingest")
        wish = Wish(sandbox=key)
        far.desk.write(wish, far.desk.propose(wish))
        assert any(b"nebtui.role" in text for text in far.files().values())
        stranger = far.desk.propose(Wish(sandbox=ServiceKey(key.project, "stranger")))
        assert "no service stranger" in stranger.reason


def test_the_override_file_is_brought_up_there(tmp_path: Path) -> None:
    """A project that has one file more by then is known under the key that it was told by."""
    with far_disk(tmp_path) as far:
        wish = Wish((far.finding("missing-host-gateway", "infer/litellm"),), override=True)
        proposal = far.desk.propose(wish)
        assert proposal.writable, proposal
        far.desk.write(wish, proposal)
        (up,) = up_actions(far.snapshot, proposal.recreate)
        *_, last = far.host.do(up)
        assert "no project" not in last.text


def test_a_box_that_is_served_read_only(tmp_path: Path) -> None:
    """It plans, and writes nothing."""
    with far_disk(tmp_path, "--read-only") as far:
        before = far.files()
        wish = joining(far.snapshot)
        proposal = far.desk.propose(wish)
        assert proposal.writable
        with pytest.raises(WriteError, match="--read-only"):
            far.desk.write(wish, proposal)
        assert far.desk.recover() == ()
        assert far.files() == before


def test_an_older_nebtui_there(tmp_path: Path) -> None:
    """It says where the files are mended by hand, as before, and is asked for nothing."""
    with far_disk(tmp_path, "--old") as far:
        assert far.desk.away.endswith("its files are on gpu1: `ssh -t gpu1 nebtui` reads and "
                                      "mends them there")  # fmt: skip
        assert far.desk.propose(joining(far.snapshot)).reason.startswith(far.desk.away)
        with pytest.raises(WriteError, match="ssh -t gpu1 nebtui"):
            far.desk.journal()


def test_what_was_interrupted_there(tmp_path: Path) -> None:
    """Is settled by the far side when it is asked to."""
    with far_disk(tmp_path) as far:
        wish = joining(far.snapshot)
        entry = far.desk.write(wish, far.desk.propose(wish))
        journal = far.journal
        (kept,) = journal.entries()
        journal.put(replace(kept, state="writing"))
        (told,) = far.desk.recover()
        assert f"stands as entry {entry.number}" in told
