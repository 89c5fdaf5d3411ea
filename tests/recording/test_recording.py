"""A box recorded and read again: the file, its pictures, its end, and what nobody recorded."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.analysis.redaction import Redaction
from nebtui.facts import changes
from nebtui.facts.changes import Change, CollectorFailed, Settled
from nebtui.facts.event import ContainerEvent
from nebtui.facts.samples import ContainerSample
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts import bounds
from nebtui.hosts import recorded as recorded_host
from nebtui.hosts.recorded import RecordedHost
from nebtui.hosts.simulated import SimulatedHost
from nebtui.recording.lines import (
    LONGEST,
    Header,
    RecordingError,
    change_line,
    header_line,
    read_entry,
)
from nebtui.recording.tape import Tape, open_tape
from nebtui.recording.writer import FRAME_EVERY, Recorder, create
from nebtui.report import json_output
from nebtui.store import fold_all, folded, settle
from tests.builders import ENGINE, container
from tests.clock import HandClock

BEGAN = 1_780_000_000.0
HEADER = b'{"nebtui":"0.1.0","recording":1,"host":"box","began":1780000000.0,"redacted":"hosts"}\n'
GOLDEN = sorted((Path(__file__).parents[1] / "recordings").glob("*.jsonl"))


def recorded(file: Path, seen: list[tuple[float, Change]]) -> Path:
    """A recording of changes that happened so many seconds after its begin."""
    now = [BEGAN]
    recorder = Recorder(create(str(file)), "box", lambda: now[0])
    snapshot = Snapshot()
    for at, change in seen:
        now[0] = BEGAN + at
        snapshot = folded(snapshot, change)
        recorder.take(change, snapshot)
    recorder.close()
    return file


def die(at: float) -> tuple[float, Change]:
    """A container that ends."""
    return at, changes.EventSeen(ContainerEvent(BEGAN + at, "shop-web-1", "die", 1))


OPENING: list[tuple[float, Change]] = [
    (0.1, changes.EngineSeen(ENGINE)),
    (0.2, changes.ContainersListed((container("shop/web"),))),
    (0.5, changes.Settled()),
]


def at_end(file: Path) -> Snapshot:
    """The picture at the end of a recording."""
    with closing(RecordedHost(open_tape(str(file)), follow=False)) as host:
        return settle(host)


def lines(file: Path) -> list[dict[str, object]]:
    """What stands in a recording."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_recording_begins_with_a_picture_and_has_another_each_five_minutes(
    tmp_path: Path,
) -> None:
    """The header names the box and the time; a line a change with its time; a picture where a
    reader may begin."""
    late = [die(FRAME_EVERY + 1), die(FRAME_EVERY + 2)]
    file = recorded(tmp_path / "x.jsonl", [*OPENING, die(3.0), *late])
    header, *rest = lines(file)
    assert header == {**json.loads(HEADER), "nebtui": header["nebtui"]}
    assert [line.get("c", "picture") for line in rest] == [
        "picture",
        "ContainersListed",
        "Settled",
        "EventSeen",
        "EventSeen",
        "picture",
        "EventSeen",
    ]
    assert [line["t"] for line in rest] == [0.1, 0.2, 0.5, 3.0, 301.0, 301.0, 302.0]


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
def test_what_was_recorded_is_read(name: str, tmp_path: Path) -> None:
    """Compressed by its suffix, found compressed by its first bytes; readable by its owner only."""
    file = recorded(tmp_path / name, [*OPENING, die(3.0)])
    assert (file.read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")
    assert file.stat().st_mode & 0o777 == 0o600
    (tmp_path / "renamed").write_bytes(file.read_bytes())
    snapshot = at_end(tmp_path / "renamed")
    assert (snapshot.engine, snapshot.settled, snapshot.failures) == (ENGINE, True, {})
    assert [event.action for event in snapshot.histories["shop-web-1"]] == ["die"]


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    """Neither a file nor what a link names."""
    (tmp_path / "link").symlink_to(tmp_path / "other")
    for name in ("link", "x"):
        (tmp_path / "x").touch()
        with pytest.raises(FileExistsError):
            create(str(tmp_path / name))
    assert not (tmp_path / "other").exists()


def test_one_that_is_begun_later_knows_what_was_before(tmp_path: Path) -> None:
    """The first line is the picture of everything, not just of what is new."""
    snapshot = fold_all(Snapshot(), [change for _, change in OPENING])
    recorder = Recorder(create(str(tmp_path / "x")), "box", lambda: BEGAN)
    last = changes.CollectorFailed("x", "why")
    recorder.take(last, folded(snapshot, last))
    recorder.close()
    read = at_end(tmp_path / "x")
    assert (read.containers, read.failures) == (snapshot.containers, {"x": "why"})


def test_a_recorded_demo_box_has_its_findings_and_edges(tmp_path: Path) -> None:
    """Recorded while a minute went by: at its end there is exactly what the live box has then."""
    clock = HandClock()
    host = SimulatedHost("all", folder=str(tmp_path / "demo"), clock=clock)
    recorder = Recorder(create(str(tmp_path / "x.gz")), "demo", clock.now)
    live = Snapshot()
    for change in host.changes():
        live = folded(live, change)
        recorder.take(change, live)
        if isinstance(change, Settled):
            clock.advance(60.0)
        if isinstance(change, changes.Sampled) and change.at >= clock.now() - 1:
            host.close()
    recorder.close()
    read = at_end(tmp_path / "x.gz")
    found, again = rules.find(live), rules.find(read)
    named = [(f.rule, f.at, f.target, f.severity, f.message, f.applicability) for f in found]
    assert len(named) > 10
    assert [
        (f.rule, f.at, f.target, f.severity, f.message, f.applicability) for f in again
    ] == named
    assert json_output.graph(read) == json_output.graph(live)
    one = Redaction()
    kept = {key: one.fact(made) for key, made in live.containers.items()}
    assert read.containers == kept
    assert read.histories == live.histories


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.name)
def test_recordings_of_every_release_are_read(file: Path) -> None:
    """For ever: nothing in them is unknown, and they show what they showed."""
    told = [read_entry(line) for line in file.read_bytes().splitlines(keepends=True)[1:]]
    assert all(entry is not None and entry.unknown == 0 for entry in told)
    snapshot = at_end(file)
    assert snapshot.failures == {}
    assert len(snapshot.containers) == 23
    assert {f.rule for f in rules.find(snapshot)} >= {"isolated-networks", "missing-host-gateway"}


def changed(text: bytes) -> Iterator[bytes]:
    """A recording with one line of each kind that is wrong."""
    good = change_line(1.0, changes.EngineSeen(ENGINE))
    yield HEADER + text + b"\n" + good + b'{"t":2,"c":"Settled"}\n'


WRONG = (
    b"",
    b"\xff\xfe\x00",
    b"[]",
    b"{",
    b'{"t":"1","c":"Settled"}',
    b'{"t":1e999,"c":"Settled"}',
    b'{"t":-1,"c":"Settled"}',
    b'{"t":1,"c":["Settled"]}',
    b'{"t":1,"k":{"c":"Settled"}}',
    b'{"t":1,"k":[[],null,7]}',
    b'{"t":1,"c":"PathsSeen","paths":' + b"[" * 100_000,
    b'{"t":1,"c":"PathsSeen","paths":' + b'[{"path":"/","exists":true,"parents":' * 5000,
    b'{"t":1,"c":"Sampled","at":' + b"9" * 5000 + b"}",
    b'{"t":1,"c":"ContainerGone","id":"\\ud800"}',
)


@pytest.mark.parametrize("text", WRONG, ids=lambda text: str(text[:24]))
def test_a_wrong_line_costs_that_line(text: bytes, tmp_path: Path) -> None:
    """Whatever it holds; the lines around it are shown."""
    for number, data in enumerate(changed(text)):
        file = tmp_path / str(number)
        file.write_bytes(data)
        snapshot = at_end(file)
        assert snapshot.engine is not None
        assert snapshot.settled


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello\n",
        bytes(range(256)) * 50,
        b"[" * 100_000 + b"\n",
        b'{"recording":1}\n',
        b'{"recording":2,"began":1}\n',
        b'{"recording":1,"began":"today"}\n',
        b'{"recording":1,"began":1e300}\n',
        b"x" * (LONGEST + 10),
        gzip.compress(b"hello\n", mtime=0),
        gzip.compress(HEADER, mtime=0)[:20],
        b"\x1f\x8b nothing compressed",
    ],
    ids=lambda data: str(data[:20]),
)
def test_what_is_no_recording_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    """One sentence that names the file."""
    file = tmp_path / "x"
    file.write_bytes(data)
    with pytest.raises(RecordingError, match=str(file)) as refused:
        open_tape(str(file))
    assert "\n" not in str(refused.value)


def test_a_folder_or_an_absent_file_is_none(tmp_path: Path) -> None:
    """Said as the system says it."""
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(RecordingError, match="cannot be read"):
            open_tape(str(path))


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_one_that_was_cut_off_is_shown_up_to_there(cut: int, tmp_path: Path) -> None:
    """nebtui was killed while it wrote: what is whole is shown, and that something is missing is
    said where it can be told."""
    whole = recorded(tmp_path / "x.gz", [*OPENING, *(die(n / 7) for n in range(7, 300))])
    (tmp_path / "cut").write_bytes(whole.read_bytes()[:-cut])
    snapshot = at_end(tmp_path / "cut")
    assert snapshot.engine == ENGINE
    assert "cut off" in snapshot.failures["recording"]
    plain = recorded(tmp_path / "x.jsonl", [*OPENING, die(1.0)])
    (tmp_path / "plain").write_bytes(plain.read_bytes()[:-cut])
    assert at_end(tmp_path / "plain").engine == ENGINE


def test_a_line_without_end_is_read_no_further(tmp_path: Path) -> None:
    """What stands before it is shown."""
    file = recorded(tmp_path / "x", OPENING)
    with file.open("ab") as more:
        more.write(b'{"t":1,"c":"' + b"x" * LONGEST + b'"}\n{"t":2,"c":"Settled"}\n')
    assert "16 MB" in at_end(file).failures["recording"]


MANY = 300
FLOODS: dict[str, Callable[[int], Change]] = {
    "events": lambda n: changes.EventSeen(ContainerEvent(1.0, f"c{n}", "die")),
    "readings": lambda n: changes.Sampled(1.0, (ContainerSample(f"c{n}", 1.0),)),
    "containers": lambda n: changes.ContainerSeen(container("shop/web", id=f"c{n}")),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_more_containers_than_any_box_has_end_with_one_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What there is up to the limit is shown, then why not more; a file is refused at once."""
    monkeypatch.setattr(bounds, "MOST", MANY)
    monkeypatch.setattr(recorded_host, "MOST", MANY)
    file = tmp_path / "x"
    flood = (change_line(1.0, FLOODS[kind](number)) for number in range(MANY + 5))
    file.write_bytes(HEADER + b"".join(flood) + b'{"t":2,"c":"Settled"}\n')
    with closing(RecordedHost(open_tape(str(file)), follow=False)) as host:
        told = list(host.changes())
    assert isinstance(told[-1], Settled)
    assert isinstance(told[-2], CollectorFailed)
    assert f"more than {MANY} containers" in told[-2].reason
    with (
        closing(RecordedHost(open_tape(str(file)))) as again,
        pytest.raises(RecordingError, match="more than"),
    ):
        again.check()


def test_a_million_containers_in_one_line_are_not_made(tmp_path: Path) -> None:
    """The line is left out, which is said; what stands around it is shown."""
    file = tmp_path / "x"
    many = b",".join([b"{}"] * 1_000_000)
    huge = b'{"t":1,"c":"ContainersListed","containers":[' + many + b"]}\n"
    file.write_bytes(HEADER + change_line(1.0, changes.EngineSeen(ENGINE)) + huge)
    snapshot = at_end(file)
    assert snapshot.engine == ENGINE
    assert "left out" in snapshot.failures["recording"]


def test_a_later_recording_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    """Unknown classes are left out, and that is said once."""
    file = recorded(tmp_path / "x", OPENING)
    with file.open("ab") as more:
        more.write(b'{"t":1,"c":"NotYetInvented","x":1}\n{"t":2,"c":"NorThis"}\n')
    snapshot = at_end(file)
    assert snapshot.containers.keys() == {"shop-web-1"}
    assert "left out" in snapshot.failures["recording"]


def test_a_pipe_is_read_while_it_is_written() -> None:
    """What came in stays findable; nothing waits for the end."""
    read, write = os.pipe()
    os.write(write, HEADER + b'{"t":1,"c":"Settled"}\n')
    with closing(Tape(io.FileIO(read), "pipe")) as tape:
        assert tape.live
        place = tape.frame(0.0)[1]
        loader = threading.Thread(target=tape.load)
        loader.start()
        assert tape.wait(place, 5.0)
        entry, place = tape.entry(place)
        assert entry is not None
        assert entry.changes == (Settled(),)
        assert not tape.wait(place, 0.01)
        os.write(write, b'{"t":2,"c":"Settled"}\n')
        assert tape.wait(place, 5.0)
        os.close(write)
        loader.join(5.0)
        assert tape.complete
        assert not tape.live
        assert (tape.start, tape.end) == (1.0, 2.0)


def test_a_header_is_one_line() -> None:
    """Whatever the box is called."""
    assert header_line(Header("1", "a\nb", 1.0)).count(b"\n") == 1
