"""`nebtui gpu` as text: whose ladders are shown."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import pytest

from nebtui.cli import gpu
from nebtui.cli.errors import CommandError
from nebtui.facts import changes
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.gpu import GpuStack
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.report.gpu_output import text
from nebtui.store import fold_all

KEY = ProjectKey("p", "/p", ("/p/compose.yaml",))
NAMES = ("runs", "absent", "stopped", "refused", "plain")
SERVICES = {name: Service(name, gpu=name != "plain") for name in NAMES}
RUNS = Container("1", "p-runs-1", state="running", project="p", service="runs")
STOPPED = replace(RUNS, id="2", name="p-stopped-1", state="exited", service="stopped")
ERROR = Inspection(error="could not select device driver")
REFUSED = replace(
    RUNS, id="3", name="p-refused-1", state="created", service="refused", inspection=ERROR
)
BOX = fold_all(
    Snapshot(),
    [
        changes.GpuStackSeen(GpuStack(True, "NVIDIA", "580.1")),
        changes.ProjectSeen(Project(KEY, services=SERVICES)),
        *(changes.ContainerSeen(one) for one in (RUNS, STOPPED, REFUSED)),
    ],
)


def told(*named: ServiceKey) -> set[str]:
    """The services whose ladders are shown."""
    lines = list(text(BOX, named))
    return {name for name in NAMES if any(line.startswith(f"p/{name} ") for line in lines)}


def test_services_that_do_not_run_are_counted_only() -> None:
    """Those that run, and those the engine refused, have their steps; the others are one line."""
    assert told() == {"runs", "refused"}
    assert list(text(BOX))[-1].startswith("2 services ask for a GPU and do not run")


def test_a_service_asked_for_by_name_is_shown() -> None:
    """It need not run; then no other is shown."""
    assert told(ServiceKey(KEY, "absent")) == {"absent"}


def test_names_on_the_command_line() -> None:
    """A service, a project's service, and --project; a name that nothing has is an error."""

    def named(*names: str, project: str | None = None) -> tuple[str, ...]:
        return tuple(k.service for k in gpu.named(BOX, Namespace(names=names, project=project)))

    assert named("absent") == named("p/absent") == ("absent",)
    assert named() == ()
    assert named(project="p") == ("runs", "absent", "stopped", "refused")
    with pytest.raises(CommandError, match="no service is called nope"):
        named("nope")
