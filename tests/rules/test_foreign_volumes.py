"""A named volume that belongs to another user than the one that writes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui import rules
from nebtui.facts.changes import PathsSeen, ProcessesSeen
from nebtui.facts.declared import Mount, Service
from nebtui.facts.observed import HostPath, MountPoint
from nebtui.facts.process import Process
from nebtui.facts.snapshot import Snapshot
from nebtui.report import text_output
from tests.builders import box, container, project

FOLDER = "/var/lib/docker/volumes/a_data/_data"


def seen(owner: int, state: str = "running") -> Snapshot:
    """A process of uid 1000 with a volume whose folder has this owner."""
    service = Service("app", image="c", mounts=(Mount("volume", "data", "/data"),))
    made = container("a/app", state)
    made = replace(made, mounts=(MountPoint("volume", FOLDER, "/data", "a_data"),))
    return box(
        project("a", service),
        made,
        PathsSeen((HostPath(FOLDER, True, owner, owner, 0o755, is_dir=True),)),
        ProcessesSeen((Process(made.id, 7, 1000, 1000),)),
    )


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [(seen(0), 1), (seen(1000), 0), (seen(0, "exited"), 0)],
    ids=["root's", "its own", "nothing runs"],
)
def test_a_volume_of_another_user(snapshot: Snapshot, expected: int) -> None:
    """Told with the remedy by hand: the user of the file must not follow a volume's owner."""
    found = [f for f in rules.find(snapshot) if f.rule == "foreign-user"]
    assert len(found) == expected
    assert all(f.applicability == "display" and "volume data" in (f.fix or "") for f in found)


def test_several_findings_of_a_service_are_one_block() -> None:
    """The second one names its service no more."""
    (first,) = [f for f in rules.find(seen(0)) if f.rule == "foreign-user"]
    second = replace(first, subject="/other", message="runs as 1000:1000 and cannot write /other")
    lines = [line for line in text_output.findings([first, second]) if "foreign-user" in line]
    assert lines[0].startswith("E foreign-user: a/app runs as")
    assert lines[1] == "E foreign-user:   and runs as 1000:1000 and cannot write /other"
