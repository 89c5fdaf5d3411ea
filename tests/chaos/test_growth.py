"""What can grow is bounded: a box that builds and churns all day costs no more in the evening."""

from __future__ import annotations

import gc
from pathlib import Path

from textual.widgets._footer import FooterKey

from nebtui.facts.changes import ContainerGone, ContainerSeen, EventSeen, ImageSeen, PathsSeen
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, HostPath, Image, MountPoint
from nebtui.facts.snapshot import Snapshot
from nebtui.store import HISTORY, fold
from nebtui.store.unused import MANY_IMAGES, MANY_PATHS
from tests.tui.driver import AppDriver, demo


def test_images_that_nothing_uses_are_dropped() -> None:
    """Thousands of builds later the image that runs is there, and few others."""
    box = fold(Snapshot(), ContainerSeen(Container("c", "web", image_id="sha256:used")))
    box = fold(box, ImageSeen(Image("sha256:used", ("web:1",))))
    for number in range(5000):
        box = fold(box, ImageSeen(Image(f"sha256:{number}", (f"built:{number}",))))
    assert "sha256:used" in box.images
    assert len(box.images) <= MANY_IMAGES + 2


def test_paths_that_no_mount_names_are_dropped() -> None:
    """A job with a folder of its own an hour leaves no trace of it."""
    mounts = (MountPoint("bind", "/data", "/data"),)
    box = fold(Snapshot(), ContainerSeen(Container("c", "web", mounts=mounts)))
    box = fold(box, PathsSeen((HostPath("/data", True),)))
    for number in range(5000):
        box = fold(box, PathsSeen((HostPath(f"/job/{number}", True),)))
    assert "/data" in box.paths
    assert len(box.paths) <= MANY_PATHS + 1


def test_containers_that_come_and_go_leave_nothing() -> None:
    """Ten thousand of them later a snapshot holds what is there, and nothing of the others."""
    box = Snapshot()
    for number in range(2000):
        box = fold(box, ContainerSeen(Container(str(number), f"job-{number}")))
        box = fold(box, EventSeen(ContainerEvent(1.0, str(number), "start")))
        box = fold(box, ContainerGone(str(number)))
    assert (dict(box.containers), dict(box.histories)) == ({}, {})
    for number in range(1000):
        box = fold(box, EventSeen(ContainerEvent(float(number), "busy", "die")))
    assert len(box.histories["busy"]) == HISTORY


async def test_keys_shown_before_are_forgotten(tmp_path: Path) -> None:
    """A screen opened and closed thirty times leaves no more keys in memory than ten times."""
    async with demo(tmp_path) as app:
        await opened_and_closed(app, 10)
        before = keys_alive()
        await opened_and_closed(app, 20)
        assert keys_alive() <= before + 20  # those of one screen may still be on their way out


async def opened_and_closed(app: AppDriver, times: int) -> None:
    """The help, so many times."""
    for _ in range(times):
        await app.press("question_mark", "question_mark")


def keys_alive() -> int:
    """The key widgets in memory."""
    gc.collect()
    return sum(type(one) is FooterKey for one in gc.get_objects())
