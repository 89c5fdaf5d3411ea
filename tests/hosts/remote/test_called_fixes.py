"""A port that only another box calls, published on loopback: mended where the file is. The far side
does not see who calls, and finds out itself what it publishes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.analysis.fleet import BoxFacts, crossed
from nebtui.facts.declared import Service
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import diff_lines
from nebtui.fixing.proposal import Wish
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.host import RemoteHost
from nebtui.rules.rule import Finding
from nebtui.store import Follower
from tests import builders

RULE = "unreachable-box-service"
FILE = """\
services:
  llm:  # the model
    image: c
    ports:
      - "127.0.0.1:8000:8000"
      - "9000:9000"
"""
MENDED = FILE.replace("127.0.0.1:", "")


@dataclass
class Called:
    """A far box and one that calls it."""

    folder: Path
    follower: Follower
    desk: RemoteDesk

    @property
    def file(self) -> Path:
        """What is to be mended."""
        return self.folder / "box/compose.yaml"

    def seen(self, port: int = 8000) -> Snapshot:
        """The far box as it is seen here, beside one of which a service calls it."""
        web = Service("web", environment={"URL": f"http://gpu1:{port}"})
        near = builders.box(builders.project("shop", web))
        boxes = (
            BoxFacts("near", near, frozenset({"near"})),
            BoxFacts(
                *("gpu1", self.follower.snapshot, frozenset({"gpu1"})), self.desk.away_for_callers
            ),
        )
        return crossed(boxes)[1]

    def found(self) -> Finding:
        """What is found here on that box."""
        (finding,) = (f for f in rules.find(self.seen()) if f.rule == RULE)
        return finding


@contextmanager
def called(tmp_path: Path, *flags: str) -> Iterator[Called]:
    """Both, once the far one's picture is here; its file lies in a home folder."""
    folder = tmp_path / "disk-" / "home" / "alice"
    (folder / "box").mkdir(parents=True)
    (folder / "box/compose.yaml").write_text(FILE)
    argv = (sys.executable, "-m", "tests.hosts.remote.far_files", str(folder), *flags)
    host = RemoteHost(argv, dict(os.environ), "ssh://gpu1", ("ssh", "gpu1"))
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        yield Called(folder, follower, host.desk)
    finally:
        follower.stop()
        host.close()


def test_planned_written_and_undone_there(tmp_path: Path) -> None:
    """One line in the diff, its proof there; then the bytes, the journal there, and back."""
    with called(tmp_path) as box:
        finding = box.found()
        assert finding.applicability == "unsafe"
        wish = Wish((finding,))
        proposal = box.desk.propose(wish)
        assert proposal.writable, proposal
        changed = [line for line in diff_lines(proposal.files) if line[:2] in ("+ ", "- ")]
        assert changed == ['-      - "127.0.0.1:8000:8000"', '+      - "8000:8000"']
        assert any("finding gone" in check.message for check in proposal.proof.checks)
        assert "alice" not in repr(proposal)
        assert box.file.read_text() == FILE
        entry = box.desk.write(wish, proposal)
        assert box.file.read_text() == MENDED
        assert [e.number for e in box.desk.journal().entries] == [entry.number]
        assert box.desk.undo(entry) == ()
        assert box.file.read_text() == FILE


def test_together_with_others(tmp_path: Path) -> None:
    """`F` and `nebtui fix` ask for many at once; what the box itself calls is mended on another."""
    with called(tmp_path) as box:
        calls = replace(box.found(), subject="near:80", fix="on near: start what should listen")
        wish = Wish((*rules.find(box.seen()), calls), many=True)
        proposal = box.desk.propose(wish)
        left = {one.finding.key: one.reason for one in proposal.left}
        assert left[calls.key] == "on near: start what should listen"
        assert RULE in {finding.rule for finding in proposal.findings}
        assert box.desk.propose(Wish((calls,))).reason == calls.fix
        box.desk.write(wish, proposal)
        assert '- "8000:8000"' in box.file.read_text()


def test_a_file_that_changed_since_it_was_shown(tmp_path: Path) -> None:
    """Is not written: the digest is of other bytes."""
    with called(tmp_path) as box:
        wish = Wish((box.found(),))
        proposal = box.desk.propose(wish)
        box.file.write_text(f"# mine\n{FILE}")
        with pytest.raises(WriteError, match="not what was shown"):
            box.desk.write(wish, proposal)
        assert box.file.read_text() == f"# mine\n{FILE}"


def test_what_is_not_so_there(tmp_path: Path) -> None:
    """A near side that says that a port is called changes nothing by it: one that is published for
    all, that nobody has, that is no number, of a service that is not there."""
    with called(tmp_path) as box:
        finding = box.found()
        assert finding.project is not None
        for other in (
            replace(finding, subject="9000"),
            replace(finding, subject="7000"),
            replace(finding, subject="99999"),
            replace(finding, service="stranger"),
            replace(finding, project=replace(finding.project, name="stranger")),
        ):
            proposal = box.desk.propose(Wish((other,)))
            assert "does not find it" in proposal.reason, other.subject[:20]
            assert not proposal.digest
        assert box.file.read_text() == FILE


def test_an_older_nebtui_there(tmp_path: Path) -> None:
    """By hand, with where; it would not find what it does not see."""
    with called(tmp_path, "--older") as box:
        finding = box.found()
        assert finding.applicability == "display"
        assert finding.fix is not None
        assert "does not mend what other boxes call" in finding.fix
        assert finding.fix.endswith("`ssh -t gpu1 nebtui` reads and mends them there")
        assert box.desk.away == ""
        assert box.desk.propose(Wish((finding,))).reason == finding.fix
