"""The picture before the screen: there before Textual is, nothing typed is lost, and the terminal
is given back whatever happens."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from nebtui.cli.early_snapshot import early_snapshot
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine.first_list import FirstList, first_list
from nebtui.hosts.engine.first_question import FirstQuestion, parsed_answer
from nebtui.keep.first_page import FILE
from nebtui.keep.outlines import remember_outlines
from nebtui.settings import Settings
from nebtui.tui.pictures import covers
from tests.builders import ENGINE, box, container, project, waits
from tests.cli.test_ending import ENTER, LEAVE, read_until
from tests.engine.box import wait_for

HOME = Path(__file__).parents[2]
HEAD = b"HTTP/1.0 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n\r\n"
LISTED = [
    {
        "Id": f"{n:064}",
        "Names": [f"/early-{name}-1"],
        "State": "running",
        "Status": "Up 3 minutes",
        "Labels": {
            "com.docker.compose.project": "early",
            "com.docker.compose.service": name,
            "com.docker.compose.project.working_dir": "/nowhere",
            "com.docker.compose.project.config_files": "/nowhere/compose.yaml",
        },
        "NetworkSettings": {"Networks": {"early_default": {}}},
    }
    for n, name in enumerate(("firstborn", "secondborn"))
]
GATED = """
import importlib.abc, os, sys
gate = sys.argv.pop(1)
class Gate(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == os.environ.get("GATED", "textual"):
            sys.meta_path.remove(self)
            open(gate).readline()
            if os.environ.get("BROKEN"):
                raise RuntimeError("textual is broken")
sys.meta_path.insert(0, Gate())
from nebtui.cli import entry
entry()
"""
"""nebtui whose Textual (or the module named in GATED) is loaded only once somebody writes into a
pipe (its first argument)."""


@contextmanager
def engine(path: Path, answer: bytes | None) -> Iterator[None]:
    """Something behind a Unix socket that gives every question the same answer; None = none."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                asked, _ = server.accept()
                if answer is None:
                    kept.append(asked)
                    continue
            except OSError:
                return
            with asked, suppress(OSError):  # who only looks whether somebody is there hangs up
                asked.recv(65536)
                asked.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    with closing(server):
        yield


class Opened:
    """nebtui on a terminal of its own, its Textual behind a gate."""

    def __init__(self, folder: Path, **environ: str) -> None:
        gate = folder / "gate"
        gate.unlink(missing_ok=True)
        os.mkfifo(gate)
        self._gate = os.open(gate, os.O_RDWR)  # so that nobody waits for the other end
        self.screen, self.terminal = pty.openpty()
        self.before = termios.tcgetattr(self.terminal)
        self.process = subprocess.Popen(
            [sys.executable, "-c", GATED, str(gate)],
            cwd=folder,
            env={
                **os.environ,
                "DOCKER_HOST": f"unix://{folder / 'engine.sock'}",
                "NEBTUI_CONFIG": str(folder / "config.toml"),
                "NEBTUI_STATE": str(folder / "state"),
                "PYTHONPATH": str(HOME),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LC_ALL": "C.UTF-8",
                "COLUMNS": "100",
                "LINES": "30",
                **environ,
            },
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )

    def load_textual(self) -> None:
        """Open the gate."""
        os.write(self._gate, b"\n")

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        for descriptor in (self.screen, self.terminal, self._gate):
            os.close(descriptor)


def _own_terminal() -> None:
    """In the child: the terminal controls it."""
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def chunked(items: object) -> bytes:
    """The engine's answer."""
    return HEAD + json.dumps(items).encode()


def test_names_stand_before_textual_is_loaded_and_early_keys_are_acted_on(tmp_path: Path) -> None:
    """The names are there while Textual is not; what is typed meanwhile is not echoed; it opens
    the help once Textual stands; `q` gives the terminal back as it was."""
    with engine(tmp_path / "engine.sock", chunked(LISTED)):
        opened = Opened(tmp_path)
        try:
            seen = read_until(opened.screen, b"secondborn", 20)
            assert ENTER in seen
            assert b"firstborn" in seen
            assert not termios.tcgetattr(opened.terminal)[3] & termios.ECHO
            os.write(opened.screen, b"?")
            opened.load_textual()
            later = read_until(opened.screen, b"everywhere", 30)
            assert b"everywhere" in later
            assert ENTER not in later  # it would clear what stands there
            os.write(opened.screen, b"q")
            assert LEAVE in read_until(opened.screen, LEAVE, 10)
            assert opened.process.wait(10) == 0
            assert termios.tcgetattr(opened.terminal) == opened.before
        finally:
            opened.close()


def test_an_unchanged_box_is_shown_before_anything_that_draws_is_loaded(tmp_path: Path) -> None:
    """The page of the last time, though the containers are older; with one that runs no more it is
    drawn anew."""
    older = [{**item, "Status": "Up 4 minutes"} for item in LISTED]
    ended = [older[0], {**older[1], "State": "exited", "Status": "Exited (1) 2 seconds ago"}]
    turns = (LISTED, "textual"), (older, "nebtui.facts.observed"), (ended, "textual")
    pages = []
    for listed, gated in turns:
        with engine(tmp_path / "engine.sock", chunked(listed)):
            opened = Opened(tmp_path, GATED=gated)
            try:
                pages.append(read_until(opened.screen, b"\x1b[30;1H", 20))
                wait_for((tmp_path / "state" / FILE).exists, "the page is kept")
            finally:
                opened.close()
        (tmp_path / "engine.sock").unlink()
    assert b"secondborn" in pages[0]
    assert pages[1] == pages[0]
    assert pages[2] != pages[0]


@pytest.mark.parametrize("end", ["an error", "a signal", "ctrl+c"])
def test_the_terminal_is_given_back_where_textual_never_comes(tmp_path: Path, end: str) -> None:
    """The alternate screen is left, what is typed is echoed again, and the error is on the plain
    screen."""
    with engine(tmp_path / "engine.sock", chunked(LISTED)):
        opened = Opened(tmp_path, BROKEN="1")
        try:
            read_until(opened.screen, b"secondborn", 20)
            if end == "an error":
                opened.load_textual()
            elif end == "a signal":
                opened.process.terminate()
            else:
                os.write(opened.screen, b"\x03")
            seen = read_until(opened.screen, b"is broken" if end == "an error" else LEAVE, 20)
            assert opened.process.wait(10) != 0
            assert seen.count(LEAVE) == 1
            assert (b"textual is broken" in seen.partition(LEAVE)[2]) is (end == "an error")
            assert termios.tcgetattr(opened.terminal) == opened.before
        finally:
            opened.close()


@pytest.mark.parametrize(
    ("answer", "environ"),
    [
        (None, {}),
        (b"HTTP/1.0 500 Oops\r\n\r\n[]", {}),
        (HEAD + b"{", {}),
        (chunked([]), {}),
        (chunked(LISTED), {"TERM": "xterm", "COLORTERM": ""}),
        (chunked(LISTED), {"NO_COLOR": "1"}),
        (chunked(LISTED), {"DOCKER_HOST": "ssh://nobody@nowhere.invalid"}),
        (chunked(LISTED), {"DOCKER_HOST": "", "DOCKER_CONTEXT": "no-such-context"}),
    ],
    ids=[
        *("silent engine", "refusal", "no JSON", "nothing to show", "few colours", "no colours"),
        *("remote engine", "no such context"),
    ],
)
def test_it_is_left_out_without_a_word(
    tmp_path: Path, answer: bytes | None, environ: dict[str, str]
) -> None:
    """Where it cannot be shown the terminal is as the shell left it until Textual comes."""
    with engine(tmp_path / "engine.sock", answer):
        opened = Opened(tmp_path, BROKEN="1", **environ)
        try:
            opened.load_textual()
            seen = read_until(opened.screen, b"textual is broken", 20)
            assert b"textual is broken" in seen
            assert ENTER not in seen
            assert opened.process.wait(10) != 0
            assert termios.tcgetattr(opened.terminal) == opened.before
        finally:
            opened.close()


def test_the_engine_is_asked_once_and_for_so_long_only(tmp_path: Path) -> None:
    """An answer that does not come is a TimeoutError, an absent socket an OSError."""
    path = tmp_path / "engine.sock"
    with pytest.raises(OSError, match="No such file"):
        FirstQuestion(str(path), 5)
    with engine(path, None), pytest.raises(TimeoutError):
        FirstQuestion(str(path), 0.01).answer()
    (tmp_path / "engine.sock").unlink()
    with engine(path, chunked(LISTED)):
        found = first_list(FirstQuestion(str(path), 20).answer())
    assert [c.service for c in found.containers] == ["firstborn", "secondborn"]
    assert (found.engine.version, found.engine.api_version) == ("20.10.24", "1.41")


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", HEAD, HEAD + b"null", b"HTTP/1.0 404 Not\r\n\r\n[]", b"\xff\r\n\r\n"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    """With the one error that the caller expects."""
    with pytest.raises(ValueError, match=r"."):
        parsed_answer(data, "unix:///x")


def test_rows_stand_where_the_last_run_had_them(tmp_path: Path) -> None:
    """Services in the order of their file, those without a container too; projects that the engine
    does not name only while their files are there and in a searched folder."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other/compose.yaml").write_text("services: {}")
    folder = str(tmp_path / "other")
    searched = project(
        "found",
        Service("x"),
        key=ProjectKey("found", folder, (f"{folder}/compose.yaml",)),
        sources=frozenset({"search"}),
    )
    core = project("core", Service("web", depends_on=waits("db")), Service("db"), Service("job"))
    gone = project("gone", Service("y"))
    remember_outlines(str(tmp_path), (core, gone, searched))
    listed = FirstList(
        ENGINE,
        (container("core/db", working_dir="/core", config_files=("/core/compose.yaml",)),),
    )
    settings = Settings(state_dir=str(tmp_path), roots=(str(tmp_path),))
    known = early_snapshot(listed, settings, "")
    assert [key.name for key in known.projects] == ["core", "found"]
    assert list(known.projects[core.key].services) == ["web", "db", "job"]
    assert known.projects[core.key].services["web"].depends_on == waits("db")
    assert [k.name for k in early_snapshot(listed, Settings(state_dir=str(tmp_path)), "").projects]
    only = early_snapshot(listed, settings, "found")
    assert [key.name for key in only.projects] == ["found"]
    elsewhere = early_snapshot(listed, Settings(state_dir=str(tmp_path)), "")
    assert [key.name for key in elsewhere.projects] == ["core"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"key": 1}]', "null", "[[]]", "[" * 100_000])
def test_spoiled_outlines_are_none(tmp_path: Path, text: str) -> None:
    """The engine's list alone is shown then."""
    (tmp_path / "outlines.json").write_text(text)
    listed = FirstList(ENGINE, (container("core/db", working_dir="/core"),))
    found = early_snapshot(listed, Settings(state_dir=str(tmp_path)), "")
    assert [key.name for key in found.projects] == ["core"]


def test_outlines_hold_no_values(tmp_path: Path) -> None:
    """What a service is given, and how it is started, stays in its file."""
    service = Service(
        "db", environment={"PASSWORD": "hunter2"}, command=("--pw", "hunter2"), image="hunter2"
    )
    remember_outlines(str(tmp_path), (project("core", service),))
    assert "hunter2" not in (tmp_path / "outlines.json").read_text()
    assert (tmp_path / "outlines.json").stat().st_mode & 0o777 == 0o600


def test_what_is_shown_stays_until_as_much_is_known() -> None:
    """No row of the first frame goes and comes again."""
    core, web = project("core", Service("db")), project("web", Service("site"))
    early = box(core, web, container("core/db"))
    assert not covers(box(core, container("core/db")), early)
    assert not covers(box(core, web), early)
    assert covers(box(core, web, container("core/db")), early)
    assert covers(Snapshot(settled=True), early)
    assert covers(Snapshot(engine_problem="it is gone"), early)
    assert covers(Snapshot(), Snapshot())


@pytest.mark.parametrize(
    ("loaded", "absent"),
    [
        (
            "nebtui.cli nebtui.cli.screen nebtui.tui.first_frame nebtui.keep.outlines "
            "nebtui.compose.discovery.labelled",
            "textual rich docker requests ruamel asyncio nebtui.rules nebtui.report nebtui.store",
        ),
        (
            "nebtui.cli nebtui.cli.screen nebtui.cli.app nebtui.cli.looking nebtui.hosts.live "
            "nebtui.tui.app",
            "docker requests ruamel pynvml prometheus_client nebtui.rules.table nebtui.report "
            "nebtui.hosts.followed nebtui.fixing.desk nebtui.compose.editor nebtui.keep.baselines "
            "nebtui.analysis.startup.races nebtui.tui.widgets.gpus nebtui.tui.crossing_boxes",
        ),
        (
            "nebtui.tui.app nebtui.tui.guide nebtui.hosts.live nebtui.hosts.followed nebtui.rules "
            "nebtui.rules.table nebtui.knowledge.entry nebtui.knowledge.servers",
            "ctypes gzip zipfile nebtui.hosts.remote nebtui.hosts.engine.tunnel nebtui.hosts.gpu."
            "nvml nebtui.hosts.gpu.sysfs nebtui.tour.progress nebtui.recording",
        ),
    ],
    ids=["the first frame", "the first paint", "a local box without GPUs"],
)
def test_what_the_first_pictures_wait_for(loaded: str, absent: str) -> None:
    """Neither libraries nor rooms that they do not need are loaded before them."""
    code = (
        "import importlib, sys\n"
        f"for name in {loaded.split()}: importlib.import_module(name)\n"
        f"print([name for name in {absent.split()} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_local_box_loads_no_openssl() -> None:
    """Neither asyncio nor the engine's HTTP brings it: 4 MB, and 10 ms of each start."""
    code = (
        "import sys; from nebtui.cli.app import _ready; from nebtui.settings import load; "
        "_ready(load({}), {'TERM': 'xterm'}); "
        "import nebtui.tui.app, nebtui.tui.guide, nebtui.hosts.live, nebtui.hosts.followed; "
        "print([name for name in ('ssl', '_ssl', '_hashlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
