"""Fixes over a line that is cut, to a far side that says anything, and for a near side that asks
for anything."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nebtui import rules
from nebtui.facts.codec import encode_fact
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import JournalSeen, UnknownOutcomeError, WriteError
from nebtui.fixing.local_desk import LocalDesk
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.hosts.clock import MACHINE
from nebtui.hosts.remote import desk as remote_desk
from nebtui.hosts.remote.connections import Connections
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.fix_lines import FIX, wish_line
from nebtui.hosts.serving.fixes import FixAnswers
from nebtui.hosts.serving.wanted import ToldBox
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.rules.rule import Finding
from nebtui.store import folded, settle, unfold
from tests.hosts.remote.test_lines import JSON

AI = ProjectKey("ai", "/ai", ("/ai/compose.yaml",))
WISH = Wish((Finding("missing-network", "error", AI, "web", "", "m", (), "safe"),))
SHOWN = Proposal("joins the network", WISH.findings, digest="d", newest=3)
ENTRY = Entry(4, 5.0, "joins the network", "written", ())
Reply = dict[str, Any] | None
"""What answers a request; {} = the line is cut, None = it is cut and is back at once."""


class SpokenLine(Connections):
    """A line that stands, at whose other end these answers are given in turn."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(("true",), {}, "ssh://gpu1", lambda _: None, lambda: None, MACHINE)
        self.features = frozenset((FIX,))
        self.asked: list[dict[str, Any]] = []
        self._replies = [*replies]
        self.exchange.connected(self._listened)

    def _listened(self, line: bytes) -> None:
        asked = json.loads(line)
        self.asked.append(asked)
        reply = self._replies.pop(0)
        # Its lock is held by who asks: the answer comes from another thread, as it does in truth.
        if reply:
            told = {"id": asked["id"], **reply}
            threading.Thread(target=self.exchange.answered, args=(told,)).start()
            return
        threading.Thread(target=self._cut, args=(reply is None,)).start()

    def _cut(self, back: bool) -> None:
        self.exchange.lost()
        if back:
            self.exchange.connected(self._listened)


def desk(*replies: Reply) -> RemoteDesk:
    """The desk at the near end of it."""
    return RemoteDesk(SpokenLine(*replies), "its files are on gpu1")


SETTLED: dict[str, Any] = {"recovered": []}


def journal(*entries: Entry) -> dict[str, Any]:
    """What the journal answers."""
    return {"journal": encode_fact(JournalSeen(entries))}


@pytest.mark.parametrize(
    ("seen", "stands"),
    [
        ((ENTRY,), True),
        ((), False),
        ((replace(ENTRY, number=3),), False),
        ((replace(ENTRY, title="another one"),), False),
        ((replace(ENTRY, state="undone"),), False),
    ],
)
def test_a_line_that_is_cut_while_it_writes(seen: tuple[Entry, ...], stands: bool) -> None:
    """It is said to be unknown; the journal there knows it once the line is back."""
    with pytest.raises(UnknownOutcomeError, match="unknown whether “joins the network”") as lost:
        desk(None, SETTLED, journal(*seen)).write(WISH, SHOWN)
    assert lost.value.look() == (ENTRY if stands else None)


def test_an_entry_that_is_being_written_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nebtui that was asked goes on with what it has begun."""
    monkeypatch.setattr(remote_desk, "PAUSE", 0.0)
    writing = replace(ENTRY, state="writing")
    with pytest.raises(UnknownOutcomeError) as lost:
        desk(
            *(None, SETTLED, journal(writing), SETTLED, None),
            *(SETTLED, journal(writing), SETTLED, journal(ENTRY)),
        ).write(WISH, SHOWN)
    assert lost.value.look() == ENTRY


def test_a_line_that_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays unknown, and where one looks by hand is said."""
    monkeypatch.setattr(remote_desk, "BACK", 0.0)
    with pytest.raises(UnknownOutcomeError) as lost:
        desk({}).write(WISH, SHOWN)
    with pytest.raises(UnknownOutcomeError, match="nebtui undo --list"):
        lost.value.look()


@pytest.mark.parametrize("state", ["written", "undone"])
def test_a_line_that_is_cut_while_it_undoes(state: Any) -> None:
    """The entry stands, or does not."""
    with pytest.raises(UnknownOutcomeError, match="was undone") as lost:
        desk(None, SETTLED, journal(replace(ENTRY, state=state))).undo(ENTRY)
    assert lost.value.look() == (ENTRY if state == "written" else None)


def test_nobody_there() -> None:
    """Nothing is done, and it is said."""
    link = SpokenLine()
    link.exchange.lost()
    gone = RemoteDesk(link, "x")
    assert "not connected" in gone.away
    assert "not connected" in gone.propose(WISH).reason
    assert "not connected" in gone.taking_back(ENTRY).reason
    with pytest.raises(WriteError, match="nothing was done"):
        gone.write(WISH, SHOWN)
    assert gone.recover() == ()
    assert link.asked == []


@given(st.dictionaries(st.sampled_from(("plan", "written", "journal", "undone", "error")), JSON))
def test_whatever_the_far_side_answers(reply: dict[str, Any]) -> None:
    """A sentence, or an answer of the right shape; nothing else comes of it."""
    reply = {"x": 1, **reply}
    assert set(desk(reply).propose(WISH).findings) <= set(WISH.findings)
    with suppress(OSError):
        assert isinstance(desk(reply).write(WISH, SHOWN), Entry)
    with suppress(OSError):
        assert isinstance(desk(reply).journal(), JournalSeen)
    with suppress(OSError):
        assert all(isinstance(one, str) for one in desk(reply).undo(ENTRY))
    assert isinstance(desk(reply).taking_back(ENTRY).reason, str)


def test_more_findings_than_are_asked_for_at_once() -> None:
    """Are not sent: the far side would end the connection."""
    link = SpokenLine()
    many = replace(WISH, findings=WISH.findings * 2000, many=True)
    assert "too many" in RemoteDesk(link, "x").propose(many).reason
    assert link.asked == []


@dataclass
class ServedDisk:
    """The demo box on a disk, and what asks it."""

    folder: Path
    host: SimulatedHost
    snapshot: Snapshot
    gone: bool = False
    read_only: bool = False
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, data: dict[str, Any]) -> dict[str, Any]:
        """The answer."""
        box = ToldBox()
        for change in unfold(self.snapshot):
            box.tell(change)
        answers = FixAnswers(
            self._desk,
            box,
            lambda line: self.told.append(json.loads(line)),
            lambda: self.gone,
            read_only=self.read_only,
        )
        answers.answer(9, data)
        return self.told.pop()

    def _desk(self, picture: Callable[[], Snapshot]) -> LocalDesk:
        return LocalDesk(self.host, Journal(str(self.folder / "state")), "shared", picture)

    def wish(self) -> dict[str, Any]:
        """A wish that can be granted."""
        found = rules.find(self.snapshot)
        return wish_line(Wish((next(f for f in found if f.rule == "missing-host-gateway"),)))

    def files(self) -> dict[str, bytes]:
        """What stands on it."""
        return {str(p): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[ServedDisk]:
    """In a folder that nothing is known of."""
    host = SimulatedHost("all", folder=str(tmp_path / "box"))
    yield ServedDisk(tmp_path, host, settle(host))
    host.close()


def test_nobody_waits_for_it_any_more(disk: ServedDisk) -> None:
    """What was not begun when the line was cut is not written: who asked will look and find
    nothing, and may ask again."""
    plan = disk.ask({"plan": disk.wish()})["plan"]
    before = disk.files()
    disk.gone = True
    refused = disk.ask({"write": disk.wish(), "digest": plan["digest"]})
    assert "Nobody waits" in refused["error"]
    assert disk.files() == before
    disk.gone = False
    assert disk.ask({"write": disk.wish(), "digest": plan["digest"]})["written"]["number"] == 1
    assert disk.files() != before


KEY = encode_fact(ProjectKey("core", "/etc", ("/etc/passwd",)))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"plan": {"findings": [{"rule": "no-rule", "project": KEY}]}}, "nothing that the nebtui"),
        (
            {"plan": {"findings": [{"rule": "root-image", "project": KEY, "service": "x"}]}},
            "does not find it",
        ),
        ({"plan": {"sandbox": {"project": KEY, "service": "chroma"}}}, "no project core"),
        ({"plan": {"findings": [], "files": ["/etc/passwd"]}}, "nothing that the nebtui"),
        ({"plan": {"findings": [], "many": True}}, "does not find it"),
        ({"plan": 3}, "nothing that the nebtui"),
        ({"write": {"findings": []}}, "nothing that the nebtui"),
        ({"write": {"findings": []}, "digest": 3}, "nothing that the nebtui"),
        ({"write": {"findings": []}, "digest": "x" * 64}, "does not find it"),
        ({"undo": 12}, "no such entry"),
        ({"undo": "../../etc/passwd"}, "no such entry"),
        ({"undoing": True}, "no such entry"),
    ],
)
def test_what_is_refused(disk: ServedDisk, asked: dict[str, Any], why: str) -> None:
    """Nothing but what this box finds by itself can be named; nothing is written."""
    before = disk.files()
    answer = disk.ask(asked)
    assert why in answer["error"], answer
    assert answer["id"] == 9
    assert disk.files() == before


def test_a_digest_that_was_made_up(disk: ServedDisk) -> None:
    """Is that of no plan."""
    before = disk.files()
    refused = disk.ask({"write": disk.wish(), "digest": "0" * 64})
    assert "not what was shown" in refused["error"]
    assert disk.files() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sampled_from(("plan", "write", "undoing", "undo", "journal", "recover")), JSON, JSON)
def test_whatever_is_asked(disk: ServedDisk, verb: str, what: object, digest: object) -> None:
    """It is answered, and nothing is written."""
    before = disk.files()
    assert disk.ask({verb: what, "digest": digest})["id"] == 9
    after = {path: text for path, text in disk.files().items() if not path.endswith("/lock")}
    assert after == {path: text for path, text in before.items() if not path.endswith("/lock")}


def test_home_folders_and_secrets_stay_there(tmp_path: Path) -> None:
    """In the diff, in sentences, in the journal; a finding that is about a path is found all the
    same."""
    folder = tmp_path / "x-" / "home" / "alice"
    folder.mkdir(parents=True)
    host = SimulatedHost("all", folder=str(folder / "box"))
    box = ServedDisk(folder, host, settle(host))
    told = ToldBox()
    near = Snapshot()
    for change in unfold(box.snapshot):
        near = folded(near, told.tell(change))
    found = next(f for f in rules.find(near) if f.rule == "foreign-user")
    assert "alice" not in repr(found)
    asked = wish_line(Wish((found,)))
    plan = box.ask({"plan": asked})["plan"]
    assert plan["digest"], plan
    box.ask({"write": asked, "digest": plan["digest"]})
    seen = box.ask({"journal": True})["journal"]
    back = box.ask({"undoing": seen["entries"][0]["number"]})
    host.close()
    assert "alice" not in json.dumps([plan, seen, back])
