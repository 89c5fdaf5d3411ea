"""What a container, a file or a label says is text: no markup, no escapes, no crash, no matter on
which screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.facts.changes import ContainerSeen, EngineSeen, ProjectSeen, Settled
from nebtui.facts.declared import Layer, Origin, ProjectKey, Service
from nebtui.facts.observed import Attachment, Container, Engine, HealthProbe, Inspection
from nebtui.facts.project import Problem, Project
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all
from tests.fakes import FakeHost
from tests.tui.driver import driver

HOSTILE = (
    "[/usr/bin/x] closed",
    "[ERROR] db down",
    "[@click=app.quit]press[/]",
    "a\x1b[31mred\x1b]0;t\x07",
    "x\ny\tz",
    "‮rtl",
)


def box(folder: Path, name: str) -> Snapshot:
    """A box that says `name` wherever it may."""
    file = str(folder / "compose.yaml")
    Path(file).write_text(f"services:\n  a: {{}} # {name.encode('unicode_escape').decode()}\n")
    key = ProjectKey(name, str(folder), (file,))
    service = Service(
        name,
        image=name,
        environment={"URL": f"http://{name}:80/", "HOST": name},
        networks={},
        layers=(Layer(file, ("services", "a")),),
        origins={(): Origin(file, 2)},
    )
    container = Container(
        name,
        name,
        state="running",
        status=name,
        health="unhealthy",
        project=name,
        service=name,
        attachments=(Attachment(name),),
        inspection=Inspection(error=name, probes=(HealthProbe(0, 0, 1, name),)),
    )
    broken = Project(
        ProjectKey(f"broken {name}", "/x", ("/x/y",)), problem=Problem(f"/x/{name}", 3, name)
    )
    return fold_all(
        Snapshot(),
        [
            EngineSeen(Engine(name, name, name, name)),
            ProjectSeen(Project(key, frozenset({"label"}), "reader", {name: service})),
            ProjectSeen(broken),
            ContainerSeen(container),
            Settled(),
        ],
    )


async def test_what_is_said_in_passing_is_text(tmp_path: Path) -> None:
    """No escape reaches the terminal by a notification, and no secret; its lines stay."""
    async with driver(FakeHost(box(tmp_path, "x")), tmp_path / "state", (140, 40)) as it:
        it.app.notify("\n".join(HOSTILE), title="a\x1b]0;t\x07 TOKEN=hunter2", markup=False)
        await it.until(lambda: len(it.app._notifications), "the notification")
        told = next(one for one in it.app._notifications if "red" in one.message)
        assert (told.message + told.title).replace("\n", "").isprintable()
        assert "hunter2" not in told.title
        assert told.message.count("\n") >= len(HOSTILE) - 1


@pytest.mark.parametrize("name", HOSTILE)
async def test_every_pane_shows_it_as_text(tmp_path: Path, name: str) -> None:
    """A hostile name in every place is shown on every tab without a crash, a style or an escape."""
    async with driver(FakeHost(box(tmp_path, name)), tmp_path / "state", (140, 40)) as it:
        await it.ready()
        for press in (
            "j",
            "j",
            "4",
            "5",
            "6",
            "1",
            "e",
            "j",
            "j",
            "semicolon",
            "escape",
            "question_mark",
        ):
            await it.press(press)
            assert "\x1b" not in it.text
            assert "\x07" not in it.text
        assert it.app.is_running
