"""What every kind of host promises: one set of tests for all of them (`nebtui/host.py`)."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, Probe, RemoveNetwork, Up
from nebtui.facts.changes import ProjectSeen, Settled
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host, LogRequest
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.files import FilesHost
from nebtui.hosts.live import LiveHost
from nebtui.hosts.recorded import RecordedHost
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.simulated import SimulatedHost
from nebtui.recording.tape import open_tape
from nebtui.recording.writer import Recorder, create
from nebtui.store import folded, settle
from tests.clock import HandClock
from tests.fakes import FakeHost

TEXT = "name: shop\nservices:\n  web:\n    image: nginx:1.27\n"


def live(folder: Path) -> Host:
    """The live box with an engine that does not answer."""
    nowhere = Endpoint(f"unix://{folder}/no.sock")
    return LiveHost((str(folder),), (), {"PATH": "/nowhere"}, endpoint=nowhere)


def files(folder: Path) -> Host:
    """The box of files alone."""
    return FilesHost((str(folder),), (), {"PATH": "/nowhere"})


def simulated(folder: Path) -> Host:
    """The demo box."""
    return SimulatedHost("all", folder=str(folder / "demo"), clock=HandClock())


def fake(folder: Path) -> Host:
    """The host of the pure tests: it must keep the promises that it stands in for."""
    host = files(folder)
    snapshot = settle(host)
    host.close()
    return FakeHost(snapshot)


def recorded(folder: Path) -> Host:
    """The box of files alone, recorded."""
    host, picture = files(folder), Snapshot()
    recorder = Recorder(create(str(folder / "x.jsonl")), "box", host.now)
    for change in host.changes():
        picture = folded(picture, change)
        recorder.take(change, picture)
    recorder.close()
    host.close()
    return RecordedHost(open_tape(str(folder / "x.jsonl")))


def remote(folder: Path) -> Host:
    """The box of files alone, served by another process."""
    words = (sys.executable, "-m", "nebtui", "serve", "-", "--no-engine")
    script = f'cd "$0" && exec {shlex.join(words)}'
    own = {**os.environ, "PYTHONPATH": os.getcwd(), "NEBTUI_STATE": str(folder / "state")}
    argv = ("sh", "-c", script, str(folder))
    return RemoteHost(argv, own, "ssh://gpu1", ("ssh", "gpu1"))


@pytest.fixture(
    params=[live, files, simulated, recorded, fake, remote], ids=lambda make: make.__name__
)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    """One of each kind, over a folder with a project."""
    (tmp_path / "compose.yaml").write_text(TEXT)
    make: Callable[[Path], Host] = request.param
    return make(tmp_path)


def project_of(host: Host) -> Project:
    """The first project of the first picture; the host is closed by the caller."""
    changes = takewhile(lambda change: not isinstance(change, Settled), host.changes())
    return next(change.project for change in changes if isinstance(change, ProjectSeen))


def test_the_first_picture_ends_with_settled(host: Host) -> None:
    """A first complete picture is told, and closing, also twice, ends it."""
    snapshot = settle(host)
    assert snapshot.settled
    assert snapshot.projects
    host.close()
    host.close()


def test_an_action_ends_with_its_outcome(host: Host) -> None:
    """The last word of every action is done with an exit code; nothing raises."""
    project = project_of(host)
    for action in (Up(project.key), CreateNetwork("n"), RemoveNetwork("n"), Probe("c", ("true",))):
        progress = list(host.do(action))
        assert [p.done for p in progress].count(True) == 1
        assert progress[-1].done
        assert all(isinstance(word, str) for word in host.command(action))
    host.close()


def test_a_project_is_read_with_other_texts(host: Host) -> None:
    """Texts in place of files give another model; the key stays and nothing is written."""
    project = project_of(host)
    path = project.key.files[0]
    before = Path(path).read_bytes()
    name = next(iter(project.services))
    fresh = host.read_with(project, {path: f"services:\n  {name}:\n    image: other:1\n"})
    assert fresh.key == project.key
    if host.files_away:
        assert fresh.problem is not None
        assert host.files_away in fresh.problem.message
        host.close()
        return
    assert fresh.services[name].image == "other:1"
    assert host.read_with(project, {}).services.keys() == project.services.keys()
    assert Path(path).read_bytes() == before
    host.close()


def test_compose_is_asked_or_not(host: Host) -> None:
    """Compose's model has the project's services; where no Compose is asked there is no error."""
    project = project_of(host)
    validation = host.validate(project, {})
    assert validation.error == ""
    services = validation.config["services"] if validation.config else project.services
    assert services.keys() == project.services.keys()
    assert validation.asked == (validation.config is not None)
    host.close()


def test_a_host_has_a_clock_and_rereads_what_it_is_told(host: Host) -> None:
    """Time is Unix seconds; files that no project depends on are no matter."""
    assert host.now() > 1_000_000_000
    host.reread(("/nothing/here",))
    host.close()


def test_a_log_is_given_or_refused_with_a_sentence(host: Host) -> None:
    """What is there is given and the log ends; a host that has none gives one note that says
    why. After `close` nothing comes, also where it is followed."""
    project = project_of(host)
    services = tuple(ServiceKey(project.key, name) for name in project.services)
    log = host.logs(LogRequest(services, follow=False))
    lines: list[LogLine] = []
    while not log.ended:
        lines += log.take(1000)
        log.wait(1.0)
    if host.kind in ("files", "recorded", "remote"):
        assert [line.source for line in lines] == ["note"]
        assert lines[0].text.endswith(".")
    assert {line.service for line in lines} <= {*services, None}
    followed = host.logs(LogRequest(services))
    followed.close()
    followed.wait(0.0)
    followed.take(1000)
    assert followed.ended or host.kind in ("files", "recorded")
    host.close()
