"""A test for a server of which only a port is known: what it serves is tried in its container."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.action import Action, Cancel, Probe, Progress
from nebtui.facts import changes
from nebtui.facts.observed import Image
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.batch import plan_one
from nebtui.rules.rule import Options
from nebtui.store import fold_all
from tests.builders import container
from tests.fakes import FakeHost
from tests.rules import cases

FILE = """\
services:
  web:
    image: mine:1
  app:
    image: mine:1
    depends_on: [web]
"""


class Answering(FakeHost):
    """A host whose containers answer some paths, and nothing on a closed port."""

    def __init__(self, snapshot: Snapshot, paths: tuple[str, ...]) -> None:
        super().__init__(snapshot)
        self.paths = paths
        self.asked: list[str] = []

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        assert isinstance(action, Probe)
        line = " ".join(action.argv)
        self.asked.append(line)
        url = next((word for word in action.argv if word.startswith("http://")), "")
        path = "/" + url.split("/", 3)[3] if url else ""
        code = 0 if ":8000" in url and path in self.paths else 1
        yield Progress("", done=True, exit_code=code)


def box(folder: Path) -> Snapshot:
    """A web server in a container with curl, of which only a port is known."""
    page = cases.Case("missing-healthcheck", "x", {"a/compose.yaml": FILE}, ["engine"], [], {})
    web = container("a/web", image_id="sha256:1")
    return fold_all(
        cases.snapshot(page, folder),
        [
            changes.ImageSeen(Image("sha256:1", ("mine:1",), programs=("curl", "bash"))),
            changes.ContainerSeen(web),
            changes.ProcessesSeen((Process(web.id, 7, 0, 0, listening=(8000,)),)),
        ],
    )


@pytest.mark.parametrize(
    ("paths", "test"),
    [
        (("/ready",), "http://127.0.0.1:8000/ready"),
        (("/healthz", "/"), "http://127.0.0.1:8000/healthz"),
        ((), "/dev/tcp/127.0.0.1/8000"),
        (("/", "/health", "/nebtui-no-such-path"), "/dev/tcp/127.0.0.1/8000"),
    ],
    ids=["ready", "the most telling", "none", "all"],
)
def test_the_path_that_answers_is_asked(tmp_path: Path, paths: tuple[str, ...], test: str) -> None:
    """Else, and where every path answers, the port."""
    snapshot = box(tmp_path)
    (finding,) = (f for f in rules.find(snapshot) if f.rule == "missing-healthcheck")
    host = Answering(snapshot, paths)
    planned = plan_one(snapshot, finding, Options(), host)
    assert planned.patch is not None, planned.reason
    assert test in (planned.patch.files[0].after or b"").decode()
    assert any("it answers GET" in note for note in planned.patch.notes) == ("http" in test)
    assert all("POST" not in line for line in host.asked)
